"""Times and sizes of the sending protocol; tests shorten them by the environment."""

import os


def _number(name, default):
    return float(os.environ.get(name) or default)


# A claim is void after this time; the database's clock decides (seconds).
LEASE = _number("MARKETING_LEASE_SECONDS", 120)
# A live process that has not answered for this long leaves its messages in doubt.
DOUBT = _number("MARKETING_DOUBT_SECONDS", 660)
# A mail server may think for ten minutes after the final dot (RFC 5321, 4.5.3.2.6).
REPLY = _number("MARKETING_REPLY_SECONDS", 600)
CONNECT = _number("MARKETING_CONNECT_SECONDS", 30)
COMMAND = _number("MARKETING_COMMAND_SECONDS", 60)
# A pump gives way after this time.
PUMP = _number("MARKETING_PUMP_SECONDS", 50)
# A connection that no pump wants is closed; most servers would do it after minutes.
IDLE = _number("MARKETING_IDLE_SECONDS", 60)
# Worker processes that may send one campaign at the same time.
SENDERS = max(1, int(_number("MARKETING_SENDERS", 2)))
# First wait after a 4xx, doubled at each attempt, and after a provider went down.
RETRY = _number("MARKETING_RETRY_SECONDS", 60)
PROVIDER_RETRY = _number("MARKETING_PROVIDER_RETRY_SECONDS", 60)
MAX_ATTEMPTS = 5
# Of one request to a provider's HTTP interface: to connect, and until all of the answer
# is there.
HTTP_CONNECT = _number("MARKETING_HTTP_CONNECT_SECONDS", 5)
HTTP_REPLY = _number("MARKETING_HTTP_REPLY_SECONDS", 30)
# A provider that asks for more than this is asked again all the same; and after it a
# campaign looks whether it is due.
LONGEST_WAIT = 3600

PORTION = 200  # rows claimed, and contexts read, at once; as many at most
PORTION_SECONDS = 1.5  # and no more than leave in this time
SLOW_BATCH = 2.0  # seconds; slower ones are halved
