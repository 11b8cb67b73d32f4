"""The part of the benchmark of one customer that runs inside Odoo."""

import random
import time
from unittest.mock import patch

from odoo.tools import SQL

from profiles_stage import get_company

CHANGED_SHARE = 1000  # one in so many customers


def run(env, options):
    """Return the figures that `segment_one.report` prints."""
    work = Work(env, options)
    work.clear()
    compiled = work.time(lambda: work.find(work.people[0]))
    found, wrong = [], 0
    for customer in work.people[1 : options["rounds"] + 1]:
        start = time.perf_counter()
        answer = work.find(customer)
        found.append(time.perf_counter() - start)
        wrong += answer != work.expect(customer)
    if options["rules_only"]:
        return work.describe(compiled, found, wrong)
    changed = work.people[-max(1, len(work.people) // CHANGED_SHARE) :]
    return work.describe(compiled, found, wrong) | {
        "changed": len(changed),
        "incremental": work.time(lambda: work.change(changed)),
        "full": work.time(work.refresh_all),
    }


class Work:
    def __init__(self, env, options):
        self.env, self.cr = env, env.cr
        self.is_stored = not options["rules_only"]
        self.company = get_company(env, options["customers"], options["orders"])
        if self.is_stored:
            env["customer.profile"]._refresh_full(self.company)
        self.cr.commit()
        self.random = random.Random(7)
        self.segments = self.get_segments(options["segments"])
        self.cr.execute(
            "SELECT partner_id FROM customer_profile WHERE company_id = %s ORDER BY 1",
            [self.company.id],
        )
        self.people = [row[0] for row in self.cr.fetchall()]
        self.random.shuffle(self.people)
        self.cr.execute("ANALYZE customer_profile, segment_membership")
        self.cr.commit()

    def get_segments(self, number):
        segments = self.env["customer.segment"]
        own = [("company_id", "=", self.company.id)]
        missing = number - segments.search_count(own)
        refresh = type(segments)._refresh
        count = refresh if self.is_stored else lambda _segments: None
        with patch.object(type(segments), "_refresh", count):
            for place in range(missing):
                segments.create(
                    {
                        "name": f"Benchmark {place}",
                        "company_id": self.company.id,
                        "filter_domain": repr(self.make_rule()),
                    }
                )
                self.cr.commit()
            found = segments.search(own)
            found._refresh()
        self.cr.commit()
        return found

    def describe(self, compiled, found, wrong):
        return {
            "customers": len(self.people),
            "segments": len(self.segments),
            "members": self.count_members(),
            "compiled": compiled,
            "found": found,
            "wrong": wrong,
            "changed": 0,
        }

    def make_rule(self):
        """Two to four conditions of the kinds that people use, joined as they do."""
        pick = self.random.choice
        makers = (
            lambda: ("order_count", pick([">=", "<=", "="]), pick([1, 2, 3, 5])),
            lambda: ("monetary", pick([">=", "<"]), pick([50, 100, 250, 500])),
            lambda: ("last_order_date", pick([">=", "<"]), f"today -{pick([30, 90])}d"),
            lambda: ("acquisition_date", ">=", f"today -{pick([90, 400])}d"),
            lambda: ("rfm_segment", pick(["in", "not in"]), ["loyal", "champions"]),
            lambda: ("recency_score", ">=", pick([2, 3, 4])),
            lambda: ("partner_id.country_id", "=", False),
            lambda: ("partner_id.city", pick(["ilike", "not ilike"]), "gh"),
            lambda: ("partner_id.is_company", "=", pick([True, False])),
        )
        terms = [pick(makers)() for _number in range(self.random.randint(2, 4))]
        return [pick("&&|") for _number in terms[1:]] + terms

    def find(self, customer):
        rows = self.env["customer.segment"]._find_matches(self.company, [customer])
        return {segment for _customer, segment in rows}

    def expect(self, customer):
        return self.stored(customer) if self.is_stored else self.selected(customer)

    def selected(self, customer):
        """Return the segments that select this customer, each by itself."""
        parts = [
            SQL("SELECT %s AS id FROM %s m", one.id, one._select_members((customer,)))
            for one in self.segments
        ]
        rows = self.env.execute_query(SQL(" UNION ALL ").join(parts))
        return {segment for (segment,) in rows}

    def stored(self, customer):
        self.cr.execute(
            """SELECT segment_id FROM segment_membership
                WHERE partner_id = %s AND left_at IS NULL AND segment_id = ANY(%s)""",
            [customer, self.segments.ids],
        )
        return {row[0] for row in self.cr.fetchall()}

    def count_members(self):
        self.cr.execute(
            """SELECT COUNT(*) FROM segment_membership
                WHERE left_at IS NULL AND segment_id = ANY(%s)""",
            [self.segments.ids],
        )
        return self.cr.fetchone()[0]

    def clear(self):
        self.env.registry.clear_cache()
        self.env.invalidate_all()

    def time(self, work):
        start = time.perf_counter()
        work()
        self.cr.commit()
        return time.perf_counter() - start

    def change(self, people):
        self.cr.execute(
            """UPDATE customer_profile SET order_count = order_count + 1,
                      monetary = monetary + 100, last_order_date = now()
                WHERE company_id = %s AND partner_id = ANY(%s)""",
            [self.company.id, people],
        )
        self.env["customer.segment"]._refresh_changed(self.company.id, people)

    def refresh_all(self):
        self.segments._refresh()
