"""Who gets the campaign, what each of them does, and the numbers this has to make.

The numbers are written down here before anything is sent: whatever Odoo shows in the
end is compared with them.
"""

from typing import NamedTuple

SENDGRID, SMTP = "sendgrid", "smtp"
DOMAINS = {SENDGRID: "gmail.com", SMTP: "people.example"}
COUNTED = (
    "sent",
    "delivered",
    "deferred",
    "bounced",
    "complained",
    "unsubscribed",
    "opened",
    "clicked",
)


class Role(NamedTuple):
    """``made`` is what one of them adds to the numbers."""

    provider: str
    name: str
    number: int
    made: tuple

    @property
    def addresses(self):
        domain = DOMAINS[self.provider]
        return [f"{self.name}.{n}@{domain}" for n in range(self.number)]


GOT = ("sent", "delivered")
RETURNED = ("sent", "bounced")
ROLES = (
    *(
        Role(provider, name, number, made)
        for provider in (SENDGRID, SMTP)
        for name, number, made in (
            ("silent", 30, GOT),
            ("reader", 10, (*GOT, "opened")),
            ("clicker", 8, (*GOT, "opened", "clicked")),
            ("scanner", 3, GOT),  # says that it is a robot
            ("hasty", 3, GOT),  # says that it is a browser, and follows every link
            ("leaver", 3, (*GOT, "unsubscribed")),  # by the button of the mailbox
            ("angry", 2, (*GOT, "complained")),
            ("late", 4, (*GOT, "deferred")),
            ("gone", 4, RETURNED),
            ("full", 3, RETURNED),
        )
    ),
    # on a list of its own, or left through SendGrid's link, or through both
    Role(SENDGRID, "invalid", 2, RETURNED),
    Role(SENDGRID, "listed", 2, (*GOT, "unsubscribed")),
    Role(SENDGRID, "twice", 2, (*GOT, "unsubscribed")),
    # the answer to the request with this one is lost: all in it are in doubt at first
    Role(SENDGRID, "http-503", 1, GOT),
    Role(SMTP, "unknown", 3, ("bounced",)),  # refused at RCPT
    Role(SMTP, "policy", 2, ("bounced",)),
    Role(SMTP, "silence", 2, ()),  # the connection ends after the final dot
)
# They have not said yes, or are on the stop list.
STRANGERS = [f"stranger.{n}@people.example" for n in range(5)]
STOPPED = [f"stopped.{n}@gmail.com" for n in range(4)]
LEFT_OUT = len(STRANGERS) + len(STOPPED)
IN_DOUBT = sum(role.number for role in ROLES if role.name == "silence")
FAILED = sum(role.number for role in ROLES if role.name in ("unknown", "policy"))
AUDIENCE = sum(role.number for role in ROLES) + LEFT_OUT


def people():
    """Return the addresses of everybody who has consented."""
    return [address for role in ROLES for address in role.addresses]


def get_role(address):
    return address.partition(".")[0]


def count(provider=None):
    """Return the numbers to come, of one provider or of both."""
    roles = [role for role in ROLES if provider in (None, role.provider)]
    return {
        name: sum(role.number for role in roles if name in role.made)
        for name in COUNTED
    }
