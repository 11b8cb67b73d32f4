"""The part of the benchmark of counts that runs inside Odoo."""

import json
import time
from datetime import date, timedelta

import segment_count_stage
import server_cpu

from odoo.tools import SQL

from profiles_stage import get_company


def run(env, options):
    """Return the figures that `segment_count.report` prints."""
    work = Work(env, options)
    return {
        "customers": options["customers"],
        "orders": options["orders"],
        "rules": [work.measure(name, rule) for name, rule in work.make_rules()],
    }


class Work:
    def __init__(self, env, options):
        self.env, self.cr, self.options = env, env.cr, options
        self.company = get_company(env, options["customers"], options["orders"])
        profiles = env["customer.profile"]
        if not profiles.search_count([("company_id", "=", self.company.id)], limit=1):
            profiles._refresh_full(self.company)
            self.cr.commit()
            self.cr.execute("ANALYZE customer_profile")
        self.cr.commit()
        if "messages" in profiles._fields:
            user = segment_count_stage.prepare(env, self.company)
            self.cr.commit()
            self.env = env(user=user.id, su=False)

    def get_chosen(self):
        """Return two categories and a product that were bought."""
        self.cr.execute(
            """SELECT template.categ_id, min(template.id)
                 FROM sale_order_line line
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template
                   ON template.id = product.product_tmpl_id
                WHERE line.company_id = %s
                GROUP BY 1 ORDER BY COUNT(*) DESC LIMIT 2""",
            [self.company.id],
        )
        (one, product), (other, _product) = self.cr.fetchall()
        return one, other, product

    def make_rules(self):
        one, other, product = self.get_chosen()
        spring = {
            "from": str(date.today() - timedelta(days=300)),
            "to": str(date.today() - timedelta(days=200)),
        }
        bought = [
            _did("purchases", categories=[one], value=2, **_lately(90)),
            "!",
            _did("purchases", categories=[other], **_lately(90)),
        ]
        spent = _did("purchases", measure="amount", value=200, **_lately(365))
        rules = [
            ("figures of the profile", [("monetary", ">=", 200), _RECENT]),
            ("figures, and the address", ["|", ("partner_id.city", "=", "x"), _RECENT]),
            ("bought X twice in 90 days, and not Y", bought),
            (
                "spent 100 on a product between dates",
                [_did("purchases", measure="amount", value=100, products=[product])]
                + [_did("purchases", products=[product], period=spring)],
            ),
            ("no order in 30 days", [_never("purchases", **_lately(30))]),
            ("3 orders in 365 days", [_did("purchases", value=3, **_lately(365))]),
            ("spent 200 in 365 days", [spent]),
            ("2 orders between dates", [_did("purchases", value=2, period=spring)]),
            ("bought X ever", [_did("purchases", categories=[one])]),
            ("X ever, or recent", ["|", _did("purchases", categories=[one]), _RECENT]),
        ]
        if "messages" in self.env["customer.profile"]._fields:
            rules += self.make_rules_of_messages(spent)
        return [*rules, ("in one segment, not in another", self.make_set_rule(rules))]

    def make_rules_of_messages(self, spent):
        opened, clicked = {"action": ["opened"]}, {"action": ["clicked"]}
        seen = _did("events", types=["product_view"], value=2, **_lately(30))
        cart = _did("events", types=["add_to_cart"], **_lately(14))
        return [
            ("no message in 14 days", [_never("messages", **_lately(14))]),
            (
                "opened in 90 days, never clicked",
                [_did("messages", **opened, **_lately(90))]
                + [_never("messages", **clicked)],
            ),
            ("event twice in 30 days", [seen]),
            ("rare event in 14 days", [cart]),
            (
                "spent, (opened or cart), not recent",
                [spent, "|", cart]
                + [_did("messages", **opened, **_lately(30)), "!", _RECENT],
            ),
        ]

    def make_set_rule(self, rules):
        inner = [
            self.get_segment(f"Benchmark count {name}", domain)
            for name, domain in (rules[0], rules[2])
        ]
        first, second = (segment.id for segment in inner)
        return [("segment_ids", "in", [first]), ("segment_ids", "not in", [second])]

    def get_segment(self, name, domain):
        own = [("company_id", "=", self.company.id), ("name", "=", name)]
        segments = self.env["customer.segment"].sudo()
        values = {"filter_domain": repr(domain), "track_members": False}
        segment = segments.search(own) or segments.create(
            {"name": name, "company_id": self.company.id, **values}
        )
        self.cr.commit()
        return segment

    def measure(self, name, domain):
        segment = self.env["customer.segment"].new(
            {
                "name": name,
                "company_id": self.company.id,
                "filter_domain": repr(domain),
            }
        )
        first, _cpu, count = self.time(segment)
        warm = [self.time(segment) for _n in range(self.options["rounds"])]
        [(members,)] = self.env.execute_query(
            SQL("SELECT COUNT(DISTINCT m) FROM %s m", segment._members_sql())
        )
        return {
            "name": name,
            "count": count,
            "first": first,
            "warm": [seconds for seconds, _cpu, _count in warm],
            "cpu": [cpu for _seconds, cpu, _count in warm],
            "is_right": members == count,
            "plan": self.explain(segment) if self.options["explain"] else [],
        }

    def time(self, segment):
        used, start = server_cpu.read(self.cr), time.perf_counter()
        count = segment._count_live()
        seconds = time.perf_counter() - start
        return seconds, server_cpu.read(self.cr) - used, count

    def explain(self, segment):
        members = segment._members_sql()
        statement = SQL("EXPLAIN (ANALYZE, BUFFERS) SELECT COUNT(*) FROM %s m", members)
        return [line for (line,) in self.env.execute_query(statement)]


_RECENT = ("recency_days", "<", 60)


def _did(path, **condition):
    return (path, "like", json.dumps(condition))


def _never(path, **condition):
    return _did(path, operator="=", value=0, **condition)


def _lately(days):
    return {"period": {"from": f"today -{days}d"}}
