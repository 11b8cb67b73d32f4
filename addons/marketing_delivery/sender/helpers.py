"""More connections for one pump: threads that each run a pump of their own.

Each has its cursor, its lease token and its journal, as if it were a process, so
nothing of the protocol is shared. While one waits for its mail server the others work.
"""

import logging
import threading
from contextlib import contextmanager

from .adapter import ProviderDown
from .composer import ContentProblem

_logger = logging.getLogger(__name__)


@contextmanager
def helping(adapters, work):
    """Call ``work`` with each adapter in a thread beside the body; wait for them."""
    threads = [
        threading.Thread(target=_guard, args=(work, adapter), name=f"sender-{index}")
        for index, adapter in enumerate(adapters)
    ]
    for thread in threads:
        thread.daemon = True  # a process that is stopped does not wait for them
        thread.dbname = getattr(threading.current_thread(), "dbname", None)
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()


def _guard(work, adapter):
    """What goes wrong in a helper ends it; the pump that it helps goes on."""
    try:
        work(adapter)
    except ProviderDown as error:
        _logger.info("one connection less: %s", error)
    except ContentProblem as problem:
        _logger.info("a helper ends: %s", problem)
    except Exception:
        _logger.exception("a helper ends")


def share(connections, senders):
    """Return how many connections each sender process drives; they add up."""
    senders = min(connections, senders)
    least, rest = divmod(connections, senders)
    return [least + (number < rest) for number in range(senders)]
