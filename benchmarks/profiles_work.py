"""The part of the profile benchmark that runs inside Odoo."""

import time
from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from odoo.addons.marketing_segment.profile_query import WRITTEN, fresh_profiles

from profiles_stage import get_company


def run(env, options):
    """Return {step: seconds of each round} and the number of profiles."""
    work = Work(env, options)
    seconds = {"hand": [], "full": []}
    for _round in range(options["rounds"]):
        work.empty()
        seconds["hand"].append(work.time(work.write_by_hand))
        work.empty()
        seconds["full"].append(work.time(work.refresh_full))
    work.forget_marks()
    seconds["unchanged"] = [work.time(work.refresh_full)]
    for number in options["marked"]:
        work.mark(number)
        seconds[f"marked_{number}"] = [work.time(work.refresh_marked)]
    tomorrow = fields.Date.today() + timedelta(days=1)
    fields.Date.today = staticmethod(lambda: tomorrow)
    seconds["next_day"] = [work.time(work.refresh_full)]
    return {"seconds": seconds, "rows": work.count()}


class Work:
    def __init__(self, env, options):
        self.cr = env.cr
        self.company = get_company(env, options["customers"], options["orders"])
        self.profiles = env["customer.profile"]

    def time(self, work):
        start = time.perf_counter()
        work()
        self.cr.commit()
        return time.perf_counter() - start

    def empty(self):
        self.cr.execute("TRUNCATE customer_profile CASCADE")
        self.cr.commit()

    def count(self):
        return self.profiles.search_count([("company_id", "=", self.company.id)])

    def write_by_hand(self):
        self.profiles._prepare_planner(None)
        columns = SQL(", ").join(map(SQL.identifier, WRITTEN))
        self.cr.execute(
            SQL(
                """WITH %s INSERT INTO customer_profile
                (partner_id, company_id, %s, refreshed_at)
                SELECT partner_id, %s, %s, now() FROM fresh""",
                fresh_profiles(self.company, fields.Date.today()),
                columns,
                self.company.id,
                columns,
            )
        )

    def refresh_full(self):
        self.profiles._refresh_full(self.company)

    def refresh_marked(self):
        self.profiles._refresh_dirty()

    def forget_marks(self):
        self.cr.execute("DELETE FROM customer_profile_dirty")
        self.cr.commit()

    def mark(self, number):
        """Change the orders of `number` customers, and mark nobody else."""
        self.cr.execute(
            """
            WITH picked AS (
                SELECT partner_id FROM customer_profile WHERE company_id = %s
                 ORDER BY partner_id LIMIT %s
            )
            UPDATE sale_order SET amount_untaxed = amount_untaxed + 1
             WHERE partner_id IN (SELECT partner_id FROM picked)
            """,
            [self.company.id, number],
        )
        self.cr.commit()
