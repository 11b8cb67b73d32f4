"""Ask DNS, with short time-outs; knows nothing about mail."""

import time

from dns import exception, name, resolver

ANSWER_SECONDS = 2.0  # for one server to answer one question
QUESTION_SECONDS = 4.0  # for all servers and retries of one question
TOTAL_SECONDS = 25.0  # for all questions about one domain


class LookupFailed(Exception):
    """DNS gave no answer: nothing is known, neither that a record is there nor not."""


class Lookup:
    """Questions about one domain; an answer is asked for once.

    :param servers: pairs ``(address, port)``; empty = those of this machine
    """

    def __init__(self, servers=()):
        self._resolver = _make_resolver(servers)
        self._deadline = time.monotonic() + TOTAL_SECONDS
        self._known = {}

    def get_texts(self, domain):
        """Return the TXT records, each put together from its strings."""
        return [
            b"".join(answer.strings).decode("utf-8", "replace")
            for answer in self._ask(domain, "TXT")
        ]

    def get_exchangers(self, domain):
        """Return ``(preference, host)`` of the mail exchangers, the first choice first.

        The host of a domain that takes no mail (RFC 7505) is empty.
        """
        return sorted(
            (answer.preference, answer.exchange.to_text(omit_final_dot=True).strip("."))
            for answer in self._ask(domain, "MX")
        )

    def has_address(self, host):
        return any(self._ask(host, kind) for kind in ("A", "AAAA"))

    def _ask(self, domain, kind):
        key = (domain.lower().rstrip("."), kind)
        if key not in self._known:
            self._known[key] = self._ask_now(*key)
        return self._known[key]

    def _ask_now(self, domain, kind):
        left = min(QUESTION_SECONDS, self._deadline - time.monotonic())
        if left <= 0:
            raise LookupFailed("the questions about this domain took too long")
        try:
            return list(self._resolver.resolve(domain, kind, lifetime=left))
        except (resolver.NXDOMAIN, resolver.NoAnswer):
            return []
        except (name.LabelTooLong, name.NameTooLong, name.EmptyLabel, UnicodeError):
            return []  # no such name can exist
        except (exception.DNSException, OSError) as error:
            raise LookupFailed(f"no answer about {domain}: {_tell(error)}") from error


def _make_resolver(servers):
    try:
        result = resolver.Resolver(configure=not servers)
    except resolver.NoResolverConfiguration as error:
        raise LookupFailed("this machine has no name server") from error
    if servers:
        result.nameservers = [address for address, _port in servers]
        result.nameserver_ports = dict(servers)
    result.timeout = ANSWER_SECONDS
    return result


def _tell(error):
    if isinstance(error, exception.Timeout):
        return "the name server does not answer"
    if isinstance(error, resolver.NoNameservers):
        return "the name server refused the question"
    return " ".join(str(error).split())[:200] or type(error).__name__


def parse_servers(text):
    """Return the ``(address, port)`` pairs of ``192.0.2.1, 192.0.2.2:5353``."""
    servers = []
    for word in (text or "").replace(",", " ").split():
        address, colon, port = word.rpartition(":")
        has_port = colon and port.isdigit() and ":" not in address
        servers.append((address, int(port)) if has_port else (word.strip("[]"), 53))
    return servers
