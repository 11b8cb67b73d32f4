"""The Celery application, and the worker that runs jobs with Odoo in its process.

Import it only where a broker is configured: Celery is not needed otherwise.
"""

import logging
import os
import runpy
import threading
from pathlib import Path

from celery import Celery, bootsteps, signals

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry

from . import publisher

_logger = logging.getLogger(__name__)

SETTINGS = {
    "marketing_sweep_seconds": 30,
    # A message is acknowledged when the job has ended, and given back when it cannot.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "task_ignore_result": True,
    "accept_content": ["json"],
    "task_serializer": "json",
    "task_create_missing_queues": True,
    "task_time_limit": 600,
    "worker_max_tasks_per_child": 500,
    "worker_soft_shutdown_timeout": 30,
    "worker_hijack_root_logger": False,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "broker_connection_retry_on_startup": True,
    # Commits wait for the broker, so it is given up soon: the sweeper repeats messages.
    "broker_connection_timeout": 1,
    "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0},
    "broker_transport_options": {
        # Above twice the longest pump: a message comes back only if its worker is gone.
        "visibility_timeout": 300,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "max_retries": 1,
        "interval_start": 0,
    },
}


def _read_overrides():
    """Return the settings of the Python file that MARKETING_CELERY_CONFIG names."""
    path = os.environ.get("MARKETING_CELERY_CONFIG", "").strip()
    names = runpy.run_path(path) if path else {}
    return {name: value for name, value in names.items() if name[0].isalpha()}


app = Celery("marketing_queue", set_as_current=False)
app.conf.update(SETTINGS)
app.conf.update(_read_overrides())
app.conf.broker_url = publisher.broker_url()


@app.task(name=publisher.TASK)
def run(dbname, job_id):
    """Run one job if it still waits; everything else about it is in its row."""
    if dbname != app.conf.marketing_database:
        _logger.warning("Ignored a message for the database %r.", dbname)
        return
    threading.current_thread().dbname = dbname  # for the log lines
    registry = Registry(dbname).check_signaling()
    with registry.cursor() as cr:
        api.Environment(cr, SUPERUSER_ID, {})["marketing.job"]._execute(int(job_id))


def sweep():
    """Repair and announce jobs from the Celery parent."""
    try:
        registry = Registry(app.conf.marketing_database).check_signaling()
        with registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["marketing.job"]._sweep()
        _beat()
    except Exception:
        _logger.exception("The sweep failed; the next one is another try.")
    finally:
        # A child forked now must not inherit connections of this process.
        sql_db.close_all()


def _beat():
    """Touch the file that a health check looks at; only a sweep that worked counts."""
    if path := os.environ.get("MARKETING_HEARTBEAT_FILE"):
        Path(path).touch()


class Sweeper(bootsteps.StartStopStep):
    """Sweep in the parent's event loop, where no fork can happen meanwhile."""

    requires = {"celery.worker.components:Timer", "celery.worker.components:Pool"}
    timer = None

    def start(self, worker):
        worker.timer.call_after(1, sweep)
        seconds = app.conf.marketing_sweep_seconds
        self.timer = worker.timer.call_repeatedly(seconds, sweep)

    def stop(self, worker):
        if self.timer:
            self.timer.cancel()


app.steps["worker"].add(Sweeper)


@signals.setup_logging.connect
def _keep_odoo_logging(**_options):
    """Connected receivers keep Celery from replacing Odoo's log handlers."""


@signals.worker_process_init.connect
def _forget_connections(**_options):
    sql_db.close_all()


def main(dbname, queues, concurrency):
    """Run a worker for one database until it is told to stop.

    The registry is loaded before the fork: loading it in each child would take longer
    than Celery waits for a child, which would be killed and forked again for ever.
    """
    # A sweep must not wait for ever for a database server that does not answer.
    os.environ.setdefault("PGCONNECT_TIMEOUT", "10")
    # Connections are closed after each sweep; that is no news.
    logging.getLogger(sql_db.__name__).setLevel(logging.WARNING)
    Registry(dbname)
    sql_db.close_all()
    app.conf.marketing_database = dbname
    names = ",".join(publisher.queue_name(dbname, queue) for queue in queues)
    app.worker_main(
        [
            "worker",
            f"--concurrency={concurrency}",
            f"--queues={names}",
            "--pool=prefork",
        ]
        + ["--without-gossip", "--without-mingle", "--loglevel=INFO"]
    )
