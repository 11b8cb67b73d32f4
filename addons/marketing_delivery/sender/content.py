"""What passes between a campaign's renderer and the sender."""

from typing import NamedTuple


class Content(NamedTuple):
    """A rendered message."""

    subject: str
    html: str
    text: str


class Recipient(NamedTuple):
    """The claimed row as a renderer sees it."""

    id: int
    customer_id: int | None
    company_id: int
    email_address: str | None
    send_key: str
    step_key: str
    variant: str | None
    offer_reference: str | None
    attempt: int
    customer_name: str | None
