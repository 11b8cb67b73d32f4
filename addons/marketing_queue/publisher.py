"""Tell the broker which jobs wait. A message wakes a worker; the row is the job."""

import logging
import os
import time
from functools import partial

_logger = logging.getLogger(__name__)

TASK = "marketing_queue.run"
QUEUES = ("deliver", "score")
# A retry due later than this is announced by the sweeper: long timers in a worker's
# memory are lost with it.
LONGEST_COUNTDOWN = 60
# After a failure nobody waits for the broker again during this time (seconds).
SILENCE = 15
# The sweeper keeps at most this many messages in a queue.
TOP_UP = 1000

_silent_until = 0.0


def broker_url():
    """Return the broker's address, empty when Odoo runs the jobs itself."""
    return os.environ.get("MARKETING_BROKER_URL", "").strip()


def is_available():
    """Return whether a broker is configured and has answered lately."""
    return bool(broker_url()) and time.monotonic() >= _silent_until


def queue_name(dbname, queue):
    """Each database has its own queues, so that databases can share one broker."""
    return f"{queue}@{dbname}"


def announce(cr, job_id, queue, delay=0):
    """Announce a job once the transaction of ``cr`` is committed.

    ``delay`` is in seconds. A rollback announces nothing.
    """
    if not broker_url() or delay > LONGEST_COUNTDOWN:
        return
    waiting = cr.postcommit.data.setdefault("marketing_queue.jobs", {})
    if not waiting:
        cr.postcommit.add(partial(_publish_waiting, cr.dbname, waiting))
    waiting[job_id] = (queue, delay)


def _publish_waiting(dbname, waiting):
    publish(dbname, [(job_id, *rest) for job_id, rest in waiting.items()])


def publish(dbname, jobs):
    """Send one message a job ``(id, queue, delay)``; return how many were sent.

    It never raises: the data is committed already and the sweeper repeats the message.
    """
    sent = 0
    try:
        for job_id, queue, delay in jobs if is_available() else ():
            _get_app().send_task(
                TASK,
                args=(dbname, job_id),
                queue=queue_name(dbname, queue),
                countdown=delay or None,
            )
            sent += 1
    except Exception as error:  # any failure of any transport
        _fall_silent(error)
    return sent


def room(dbname, queue):
    """Return how many messages the sweeper may add to a queue; never raises."""
    if not is_available():
        return 0
    try:
        with _get_app().connection_for_write() as connection:
            name = queue_name(dbname, queue)
            declared = connection.default_channel.queue_declare(name, durable=True)
    except Exception as error:  # any failure of any transport
        _fall_silent(error)
        return 0
    return max(0, TOP_UP - declared.message_count)


def _fall_silent(error):
    global _silent_until  # one circuit breaker a process
    _silent_until = time.monotonic() + SILENCE
    _logger.warning("The broker cannot be reached, jobs stay pending: %s", error)


def _get_app():
    # Celery is needed only where a broker is configured.
    from .worker import app

    return app
