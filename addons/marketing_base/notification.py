"""What a button answers with: a notice in the corner of the screen."""

RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}
CLOSE = {"type": "ir.actions.act_window_close"}


def notify(kind, message, *, title=None, sticky=False, then=RELOAD):
    """Return the action that shows a notice and then does another.

    :param kind: ``success``, ``info``, ``warning`` or ``danger``
    :param then: RELOAD reads the screen again, CLOSE ends a dialog, None does nothing
    """
    params = {"type": kind, "message": message, "sticky": sticky}
    if title:
        params["title"] = title
    if then:
        params["next"] = dict(then)
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": params,
    }
