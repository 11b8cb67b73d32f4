"""What the shop's people see and press, and what stands in the database."""

import time

import psycopg2
from plan import COUNTED

from demo_job.web import WebSession

# Each page's own names of the numbers.
CAMPAIGN = {name: f"total_{name}" for name in COUNTED if name != "deferred"}
PROVIDER = {name: f"result_{name}" for name in COUNTED}
DAYS = [name for name in COUNTED if name != "deferred"]
CRONS = (
    "marketing_delivery.ir_cron_bounce_notices",
    "marketing_delivery.ir_cron_deliverability",
    "marketing_campaign.ir_cron_refresh_days",
)


class House:
    def __init__(self, known, database):
        self.known = known
        self.marketer = WebSession(known["url"], database, "mara", "mara")
        self.administrator = WebSession(known["url"], database, "admin", "admin")
        self._connection = psycopg2.connect(dbname=database)
        self._connection.autocommit = True
        self._crons = [self._find_cron(name) for name in CRONS]

    def close(self):
        self._connection.close()

    def query(self, statement, **values):
        with self._connection.cursor() as cr:
            cr.execute(statement, {"campaign": self.known["campaign"], **values})
            return cr.fetchall()

    def _find_cron(self, name):
        module, _dot, name = name.partition(".")
        [[cron]] = self.query(
            "SELECT res_id FROM ir_model_data WHERE module = %(module)s"
            " AND name = %(name)s",
            module=module,
            name=name,
        )
        return cron

    # === WORK ===#

    def send(self):
        campaign = self.known["campaign"]
        self.marketer.call("email.campaign", "action_send_now", [campaign])
        self.wait_for(lambda: self.read_campaign()["status"] == "completed")

    def receive(self, notice):
        """Hand in what was fetched from the bounce mailbox."""
        self.administrator.call("mail.thread", "message_process", False, notice)

    def refresh(self):
        """Let the crons start what they start each minute, then press the button."""
        self.wait_for(self.is_idle)
        for cron in self._crons:
            self.administrator.call("ir.cron", "method_direct_trigger", [cron])
            self.wait_for(self.is_idle)
        campaign = self.known["campaign"]
        self.marketer.call("email.campaign", "action_refresh", [campaign])

    def is_idle(self):
        [[jobs, webhooks]] = self.query(
            """SELECT (SELECT count(*) FROM marketing_job
                        WHERE state IN ('pending', 'running')),
                      (SELECT count(*) FROM delivery_webhook WHERE state = 'stored')"""
        )
        return not (jobs or webhooks)

    def wait_for(self, condition, seconds=120, pause=0.3):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.describe()
            time.sleep(pause)

    def describe(self):
        return self.query(
            """SELECT state, reason, count(*) FROM campaign_recipient
                WHERE campaign_id = %(campaign)s GROUP BY 1, 2"""
        )

    # === PAGES ===#

    def read_campaign(self):
        names = ["status", "total_failed", "total_in_doubt", "total_skipped"]
        names += ["total_recipients", *CAMPAIGN.values()]
        return self.marketer.read("email.campaign", self.known["campaign"], names)

    def show_campaign(self):
        row = self.read_campaign()
        return {name: row[field] for name, field in CAMPAIGN.items()}

    def show_provider(self, provider):
        row = self.marketer.read(
            "delivery.provider",
            self.known["providers"][provider],
            list(PROVIDER.values()),
        )
        return {name: row[field] for name, field in PROVIDER.items()}

    def show_deliverability(self, provider=None):
        domain = [("campaign_id", "=", self.known["campaign"])]
        if provider:
            domain += [("provider_id", "=", self.known["providers"][provider])]
        return self._sum("email.deliverability.stats", domain, COUNTED)

    def show_days(self):
        domain = [("campaign_id", "=", self.known["campaign"])]
        return self._sum("campaign.daily.stats", domain, DAYS)

    def _sum(self, model, domain, names):
        [row] = self.marketer.call(
            model, "formatted_read_group", domain, [], [f"{name}:sum" for name in names]
        )
        return {name: row[f"{name}:sum"] or 0 for name in names}
