"""What the fault tests stand on: a campaign in a committed database, real senders."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psycopg2

HERE = Path(__file__).parent
TABLES = (
    "marketing_job",
    "campaign_recipient",
    "email_campaign",
    "email_subscription_preference",
)
SHORT_TIMES = {
    "MARKETING_LEASE_SECONDS": "3",
    "MARKETING_DOUBT_SECONDS": "8",
    "MARKETING_REPLY_SECONDS": "2",
    "MARKETING_COMMAND_SECONDS": "2",
    "MARKETING_CONNECT_SECONDS": "2",
    "MARKETING_HTTP_CONNECT_SECONDS": "2",
    "MARKETING_HTTP_REPLY_SECONDS": "2",
    "MARKETING_RETRY_SECONDS": "600",
    "MARKETING_PROVIDER_RETRY_SECONDS": "1",
}


class Sink:
    """The mail server and its log."""

    def __init__(self, folder, delay):
        self._log = folder / "sink.log"
        self._process = subprocess.Popen(
            [sys.executable, HERE / "sink.py", self._log, str(delay)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._process.stdout.readline())

    def keys(self):
        """Return how often each send key was accepted."""
        return Counter(line.split()[0] for line in self._read_lines())

    def addresses(self):
        return [line.split()[1] for line in self._read_lines()]

    def message_ids(self):
        """Return ``{send key: Message-IDs}``, one for each time that it came."""
        found = {}
        for line in self._read_lines():
            key, _address, _others, name = line.split()
            found.setdefault(key, []).append(name)
        return found

    def _read_lines(self):
        """Return whole lines: of one that is being written the end may be missing."""
        return self._log.read_text().rpartition("\n")[0].splitlines()

    def most_at_once(self):
        """Return over how many connections messages came at the same time."""
        lines = self._log.read_text().splitlines()
        return 1 + max(int(line.split()[2]) for line in lines)

    def stop(self):
        self._process.terminate()
        self._process.wait()


class Launcher:
    """The process that forks senders."""

    def __init__(self, configuration, database, **times):
        self._process = subprocess.Popen(
            [sys.executable, HERE / "launcher.py", configuration, database],
            env={**os.environ, **SHORT_TIMES, **times},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._pids = set()
        assert self._process.stdout.readline() == "ready\n"

    def _ask(self, line):
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def create(self, provider_id):
        return int(self._ask(f"create {provider_id}"))

    def send(self, campaign_id, connections=1, **breaks):
        """Fork a sender; ``crash``, ``sabotage``, ``skew`` break it (launcher.py)."""
        words = [f"{name}={quote(str(value))}" for name, value in breaks.items()]
        line = " ".join([f"send {campaign_id} {connections}", *words])
        pid = int(self._ask(line))
        self._pids.add(pid)
        return pid

    def wait(self, pid):
        """Wait for the end of a sender; return its exit code, negative = signal."""
        while (status := self._ask(f"reap {pid}")) == "running":
            time.sleep(0.02)
        self._pids.discard(pid)
        return os.waitstatus_to_exitcode(int(status))

    def sweep(self, **breaks):
        words = [f"{name}={quote(str(value))}" for name, value in breaks.items()]
        assert self._ask(" ".join(["sweep", *words])) == "0"

    def try_to_sweep(self):
        """Sweep while the database may be away."""
        self._ask("sweep")

    def enqueue(self, campaign_id):
        """Queue the jobs that send a campaign, as the button does."""
        assert self._ask(f"enqueue {campaign_id}") == "0"

    def feedback(self, provider_id, keys):
        assert self._ask(f"feedback {provider_id} {' '.join(keys)}") == "0"

    def start(self, command, *words):
        """Fork a process that does this (launcher.py); return its pid."""
        line = " ".join([command, *map(quote, words)])
        pid = int(self._ask(line))
        self._pids.add(pid)
        return pid

    def run(self, command, *words):
        """Do this in a process, and wait for its end (launcher.py)."""
        assert self._ask(" ".join([command, *words])) == "0"

    def read_queue(self, provider_id):
        """Fork a reader of a provider's event queue; return its pid."""
        pid = int(self._ask(f"read_queue {provider_id}"))
        self._pids.add(pid)
        return pid

    def read_webhooks(self):
        """Fork a process that reads webhooks until it is killed."""
        pid = int(self._ask("read_webhooks"))
        self._pids.add(pid)
        return pid

    def opt_out(self, people, log):
        """Fork a process that opts people out, one after the other (launcher.py)."""
        pid = int(self._ask(f"opt_out {people} {log}"))
        self._pids.add(pid)
        return pid

    def project(self, campaign_id):
        assert self._ask(f"project {campaign_id}") == "0"

    def confirm(self):
        assert self._ask("confirm") == "0"

    def kill(self, pid, number=signal.SIGKILL):
        """Send a signal to a sender; one that has ended needs none."""
        if pid in self._pids:
            os.kill(pid, number)

    def has_ended(self, pid):
        if pid in self._pids and self._ask(f"reap {pid}") != "running":
            self._pids.discard(pid)
        return pid not in self._pids

    def stop(self):
        for pid in self._pids:
            os.kill(pid, signal.SIGKILL)
        self._process.stdin.close()
        self._process.wait()


class Stage:
    """SQL on the scratch database, each statement committed."""

    def __init__(self, database, launcher=None, connect=None):
        self._launcher = launcher
        self._connect = connect or partial(psycopg2.connect, dbname=database)
        self._open()

    def _open(self):
        self._connection = self._connect()
        self._connection.autocommit = True

    def query(self, statement, *values):
        """Run a statement; once more on a new connection when the server went away."""
        try:
            return self._query(statement, values)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            self._open()
            return self._query(statement, values)

    def _query(self, statement, values):
        with self._connection.cursor() as cr:
            cr.execute(statement, values)
            return cr.fetchall() if cr.description else cr.rowcount

    def clear(self):
        """Delete what a test has made."""
        for table in TABLES:
            self.query(f"DELETE FROM {table}")

    def value(self, statement, *values):
        return self.query(statement, *values)[0][0]

    def close(self):
        self._connection.close()

    def send_at_any_time(self):
        """Faults are injected at night too, and again and again to one address."""
        self.query(
            """UPDATE res_company SET marketing_quiet_hours = FALSE,
                      marketing_cap_day = 0, marketing_cap_week = 0,
                      marketing_cap_gap = 0"""
        )

    def campaign(self, port, addresses, **server):
        """Create a running campaign by SMTP; see :meth:`campaign_of`."""
        return self.campaign_of(self.provider_of(port, **server), addresses)

    def campaign_of(self, provider_id, addresses):
        """Create a running campaign with consent for each address; return its id."""
        campaign_id = self._launcher.create(provider_id)
        self.query(
            """WITH listed AS (
                   SELECT address, md5(address) AS key FROM unnest(%s) address
               ), consent AS (
                   INSERT INTO email_subscription_preference (company_id, channel,
                       address_key, email_address, is_subscribed, preferred_frequency)
                   SELECT company_id, 'email', key, address, TRUE, 'normal'
                     FROM listed, email_campaign WHERE id = %s
                       ON CONFLICT DO NOTHING)
               INSERT INTO campaign_recipient
                   (company_id, campaign_id, address_key, email_address)
               SELECT company_id, id, key, address
                 FROM listed, email_campaign WHERE id = %s""",
            addresses,
            campaign_id,
            campaign_id,
        )
        return campaign_id

    def provider_of(self, port, **server):
        """Create an SMTP provider; return its id."""
        values = {"encryption": "none", "user": None, "password": None, **server}
        server_id = self.value(
            """INSERT INTO ir_mail_server (name, smtp_host, smtp_port, smtp_encryption,
                   smtp_authentication, smtp_user, smtp_pass, active)
               VALUES ('Peer', '127.0.0.1', %s, %s, 'login', %s, %s, TRUE)
               RETURNING id""",
            port,
            *(values[name] for name in ("encryption", "user", "password")),
        )
        return self.value(
            """INSERT INTO delivery_provider (name, active, provider_type, channel,
                   state, mail_server_id, cap_per_minute, cap_per_hour, cap_per_day,
                   connection_count, failure_count, currency_id)
               VALUES ('Peer', TRUE, 'smtp', 'email', 'untested', %s, %s, 0, 0, %s, 0,
                   (SELECT min(currency_id) FROM res_company))
               RETURNING id""",
            server_id,
            server.get("cap_per_minute", 0),
            server.get("connection_count", 1),
        )

    def states(self, campaign_id):
        return Counter(
            dict(
                self.query(
                    """SELECT state, count(*) FROM campaign_recipient
                WHERE campaign_id = %s GROUP BY state""",
                    campaign_id,
                )
            )
        )

    def keys(self, campaign_id, *states):
        rows = self.query(
            """SELECT send_key FROM campaign_recipient
                WHERE campaign_id = %s AND state = ANY(%s)""",
            campaign_id,
            list(states),
        )
        return {key for (key,) in rows}

    def let_transactions_end(self):
        """Wait until each transaction that runs now in this database has ended."""
        running = self._transactions()
        wait_for(lambda: not running & self._transactions())

    def _transactions(self):
        return set(
            self.query(
                """SELECT pid, xact_start FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                      AND xact_start IS NOT NULL"""
            )
        )

    def keys_due(self, campaign_id):
        """Return the keys of messages that may still leave before a retry's time."""
        rows = self.query(
            """SELECT send_key FROM campaign_recipient WHERE campaign_id = %s
                  AND state IN ('queued', 'claimed', 'submitting')
                  AND (not_before IS NULL OR not_before < now() AT TIME ZONE 'UTC')""",
            campaign_id,
        )
        return {key for (key,) in rows}

    def all_keys(self, campaign_id):
        rows = self.query(
            "SELECT send_key FROM campaign_recipient WHERE campaign_id = %s",
            campaign_id,
        )
        return {key for (key,) in rows}

    def count(self, campaign_id, state):
        return self.states(campaign_id)[state]

    def count_events(self, campaign_id, event_type):
        return self.value(
            """SELECT count(*) FROM marketing_event
                WHERE campaign_id = %s AND event_type = %s""",
            campaign_id,
            event_type,
        )

    def addresses_twice(self, campaign_id):
        """Return the addresses with two messages that have left, or may have."""
        rows = self.query(
            """SELECT address_key FROM campaign_recipient
                WHERE campaign_id = %s AND state IN ('submitting', 'sent', 'in_doubt')
             GROUP BY step_key, channel, address_key HAVING count(*) > 1""",
            campaign_id,
        )
        return [key for (key,) in rows]

    def attempt(self, campaign_id):
        return self.value(
            "SELECT max(attempt) FROM campaign_recipient WHERE campaign_id = %s",
            campaign_id,
        )

    def provider(self, campaign_id):
        return self.query(
            """SELECT state, last_error FROM delivery_provider WHERE id = (
                   SELECT provider_id FROM email_campaign WHERE id = %s)""",
            campaign_id,
        )[0]

    def finish(self, launcher, campaign_id, seconds=90):
        """Let senders and sweeper work as they do all day, until it is over."""
        pid = launcher.send(campaign_id)
        deadline = time.monotonic() + seconds
        while self.status(campaign_id) != "completed":
            assert time.monotonic() < deadline, self.states(campaign_id)
            time.sleep(1)
            launcher.sweep()
            if launcher.has_ended(pid):
                pid = launcher.send(campaign_id)
        wait_for(lambda: launcher.has_ended(pid))

    def status(self, campaign_id):
        return self.value(
            "SELECT status FROM email_campaign WHERE id = %s", campaign_id
        )


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
