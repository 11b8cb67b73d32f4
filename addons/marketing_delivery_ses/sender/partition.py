"""AWS is several clouds that know nothing of each other: names and hosts differ.

Those of secret services are left out: no shop is in them.
"""

from typing import NamedTuple


class Partition(NamedTuple):
    name: str
    prefix: str  # of its regions
    domain: str

    def get_host(self, service, region):
        return f"{service}.{region}.{self.domain}"


COMMERCIAL = Partition("aws", "", "amazonaws.com")
_OTHERS = (
    Partition("aws-cn", "cn-", "amazonaws.com.cn"),
    Partition("aws-us-gov", "us-gov-", "amazonaws.com"),
    Partition("aws-eusc", "eusc-", "amazonaws.eu"),
)
# of an ARN, as a regular expression
NAMES = "|".join(partition.name for partition in (COMMERCIAL, *_OTHERS))


def find(region):
    """Return the :class:`Partition` of a region."""
    own = (other for other in _OTHERS if region.startswith(other.prefix))
    return next(own, COMMERCIAL)


def get_host(service, region):
    """Return the public host of a service."""
    return find(region).get_host(service, region)


def read_region(service, host):
    """Return the region of a service's public host, or None when it is none."""
    _service, _dot, rest = (host or "").partition(".")
    region = rest.partition(".")[0]
    is_region = region.isascii() and region.replace("-", "").isalnum()
    return region if is_region and host == get_host(service, region) else None
