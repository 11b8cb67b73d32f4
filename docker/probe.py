"""Questions that start scripts and health checks ask; the exit code answers.

``wait``: does PostgreSQL answer within a minute? ``database``: is the database ready?
``web``: does Odoo answer? ``worker``: has the worker swept lately?
"""

import os
import sys
import time
import urllib.request
from pathlib import Path

READY = "marketing.first_start"  # written last by first_start.py
# The worker's parent sweeps each 30 s; a sweep waits at most 10 s for PostgreSQL.
OLDEST_HEARTBEAT = 120


def wait():
    import psycopg2

    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg2.connect(dbname="postgres", connect_timeout=5).close()
        except psycopg2.OperationalError as error:
            if time.monotonic() > deadline:
                sys.exit(f"PostgreSQL does not answer: {error}")
            time.sleep(1)
        else:
            return


def database():
    import psycopg2

    try:
        connection = psycopg2.connect(
            dbname=os.environ["MM_DATABASE"], connect_timeout=5
        )
    except psycopg2.OperationalError:
        sys.exit(1)
    with connection, connection.cursor() as cr:
        cr.execute("SELECT to_regclass('ir_config_parameter')")
        if cr.fetchone()[0] is None:
            sys.exit(1)
        cr.execute("SELECT 1 FROM ir_config_parameter WHERE key = %s", [READY])
        sys.exit(0 if cr.fetchone() else 1)


def web():
    port = os.environ.get("MM_HTTP_PORT", "8069")
    url = f"http://127.0.0.1:{port}/web/health?db_server_status=1"
    with urllib.request.urlopen(url, timeout=10) as answer:
        sys.exit(answer.status != 200)


def worker():
    heartbeat = Path(os.environ.get("MM_RUN", "/run/marketing"), "heartbeat")
    age = time.time() - heartbeat.stat().st_mtime
    if age > OLDEST_HEARTBEAT:
        sys.exit(f"The worker last swept {age:.0f} s ago.")


QUESTIONS = {"wait": wait, "database": database, "web": web, "worker": worker}

if __name__ == "__main__":
    question = QUESTIONS.get(sys.argv[1] if len(sys.argv) == 2 else "")
    if not question:
        sys.exit(f"Ask one of: {', '.join(QUESTIONS)}")
    try:
        question()
    except OSError as error:
        sys.exit(f"{sys.argv[1]}: {error}")
