"""Which domains belong to one registrant: what DMARC calls the organizational domain.

It cannot be read from the name: ``shop.co.uk`` is one, ``co.uk`` is not, and neither is
``github.io``, where anybody gets a name. The list of public suffixes comes with the
library and with its updates; nothing is fetched while the program runs.
"""

from functools import cache

from publicsuffixlist import PublicSuffixList


@cache
def _get_suffixes():
    return PublicSuffixList()  # a tenth of a second, once a process


def find_organisation(domain):
    """Return the registered domain above a domain, None for a public suffix."""
    return _get_suffixes().privatesuffix(domain.lower().rstrip("."))
