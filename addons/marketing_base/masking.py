"""An address that its owner recognises and nobody else learns."""

HIDDEN = "•••"


def mask_email(address):
    """Return "a•••@e•••.com" for "anna@example.com", "•••" for anything odd."""
    local, at, domain = (address or "").partition("@")
    name, dot, ending = domain.rpartition(".")
    if not (local and at and name and dot and ending):
        return HIDDEN
    return f"{local[0]}•••@{name[0]}•••.{ending}"


def mask_address(channel, address):
    """Return a masked address of any channel; of a number its last two digits."""
    if channel == "email":
        return mask_email(address)
    number = channel == "sms" and len(address or "") > 6
    return f"{HIDDEN}{address[-2:]}" if number else HIDDEN
