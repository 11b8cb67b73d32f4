from typing import NamedTuple


class Evidence(NamedTuple):
    """Under which circumstances somebody said yes or no; kept in the history.

    ``text_shown`` is the sentence they agreed to, in the language they read it in.
    """

    campaign_id: int | None = None
    user_agent: str | None = None
    text_shown: str | None = None
