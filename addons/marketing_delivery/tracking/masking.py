"""An address that its owner recognises and nobody else learns."""


def mask_email(address):
    """Return "a•••@e•••.com" for "anna@example.com", "•••" for anything odd."""
    local, at, domain = (address or "").partition("@")
    name, dot, ending = domain.rpartition(".")
    if not (local and at and name and dot and ending):
        return "•••"
    return f"{local[0]}•••@{name[0]}•••.{ending}"
