"""What is done at the door of a bounce mailbox."""

from xmlrpc.client import Binary

MAX_ID = 2**31  # of an Integer column


def get_bytes(message):
    """Return a message as it came, however Odoo's mail gateway wrapped it."""
    if isinstance(message, Binary):
        return bytes(message.data)
    if isinstance(message, str):
        return message.encode("utf-8", "replace")
    return message


def read_token(verps, addresses):
    """Return the number of the message that a signed address names, or None."""
    for address in addresses:
        for verp in verps:
            token = verp.read(address)
            if token and token < MAX_ID:
                return token
    return None


def clean(text):
    """Return what a stranger wrote as text that PostgreSQL takes."""
    text = (text or "").replace("\0", "")
    return text.encode("utf-8", "replace").decode()[:500] or False
