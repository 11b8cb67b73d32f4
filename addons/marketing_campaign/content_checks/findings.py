from typing import NamedTuple

ERROR, WARNING, INFO = "error", "warning", "info"


class Finding(NamedTuple):
    """Something to look at before a template is sent.

    `severity` is "error" (do not send), "warning" (look at it) or "info"; `code` names
    the check and never changes; `message` and `place` are for people: in these pure
    functions still untranslated, in what a template answers in the user's language.
    """

    severity: str
    code: str
    message: object
    place: object = ""
