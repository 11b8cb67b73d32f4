"""Which company keeps the mailboxes of a well-known domain of recipients."""

from odoo.tools import SQL

MAILBOXES = [
    ("gmail", "Gmail"),
    ("yahoo", "Yahoo"),
    ("outlook", "Outlook"),
    ("apple", "Apple"),
    ("other", "Others"),
]
# Domains of people; the left side is a whole label, so that `yahoo` has all countries.
_DOMAINS = {
    "gmail": r"(gmail|googlemail)\.com",
    "yahoo": r"(yahoo|ymail|rocketmail|myyahoo)\.[a-z.]{2,6}|(aol|aim|verizon)\.[a-z]+",
    "outlook": r"(outlook|hotmail|live|msn|passport)\.[a-z.]{2,6}",
    "apple": r"(icloud|me|mac)\.com",
}


def known_mailbox(domain: SQL, otherwise: SQL) -> SQL:
    """Return the SQL of the mailbox provider of an SQL ``domain``."""
    known = SQL(" ").join(
        SQL("WHEN %s ~ %s THEN %s", domain, f"^({pattern})$", mailbox)
        for mailbox, pattern in _DOMAINS.items()
    )
    return SQL("CASE %s ELSE %s END", known, otherwise)
