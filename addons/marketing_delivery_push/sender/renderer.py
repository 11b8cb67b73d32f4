"""A template's renderer, and the keys of the devices that it is rendered for."""

from .payload import PushContent

# By the address of the message: a device that has gone has none.
_KEYS = """
    SELECT message.id, device.p256dh, device.auth
      FROM campaign_recipient message
      JOIN marketing_push_device device
        ON device.company_id = message.company_id
       AND device.address_key = message.address_key
     WHERE message.id = ANY(%s)
"""
DEVICE = "device__keys"  # no tag can be named so


class PushRenderer:
    """Has the attributes and methods of ``TemplateRenderer``."""

    def __init__(self, renderer, icon):
        self._renderer = renderer
        self._icon = icon
        for name in ("compiled", "tags", "formatter", "joins", "read"):
            setattr(self, name, getattr(renderer, name))

    def contexts(self, cr, rows):
        contexts = self._renderer.contexts(cr, rows)
        cr.execute(_KEYS, [[row.id for row in rows]])
        for row_id, *keys in cr.fetchall():
            contexts[row_id][DEVICE] = tuple(keys)
        return contexts

    def render(self, row, context, links):
        content = self._renderer.render(row, context, links)
        # the link is the last line: `email.template.marketing._get_text`
        body, _line, url = content.text.strip().rpartition("\n")
        return PushContent(
            content.subject,
            "",
            body.strip(),
            url,
            self._icon,
            links.unsubscribe(),
            context.get(DEVICE),
        )
