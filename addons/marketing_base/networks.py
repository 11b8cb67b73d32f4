"""How much of an internet address may be kept: its network, never the address."""

from ipaddress import ip_address, ip_network


def cut_network(address):
    """Return the /24 (IPv4) or /48 (IPv6) network of an address, or None.

    A network of that size or larger comes back as it is.
    """
    text, slash, size = (address or "").strip().partition("/")
    try:
        ip = ip_address(text)
        size = int(size) if slash else 128
    except ValueError:
        return None
    ip = getattr(ip, "ipv4_mapped", None) or ip
    prefix = min(24 if ip.version == 4 else 48, max(size, 0))
    return str(ip_network(f"{ip}/{prefix}", strict=False))
