import re
from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from odoo.addons.marketing_base.api.metrics import Metric, render
from odoo.addons.marketing_base.models import marketing_health
from odoo.addons.marketing_base.models.marketing_health import OPEN_STATES

from .api_common import ApiCase

# the grammar of the text format, a line each
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_VALUE = r"[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|Inf|NaN)"
_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({_NAME})(\{{({_LABEL}(,{_LABEL})*)?\}})? {_VALUE}")
COMMENT = re.compile(rf"# (HELP {_NAME} .*|TYPE {_NAME} (gauge|counter))")


def check_format(case, text):
    """Each line is a sample of the family announced above it."""
    case.assertTrue(text.endswith("\n"))
    announced = None
    for line in text.splitlines():
        if line.startswith("#"):
            case.assertRegex(line, f"^{COMMENT.pattern}$")
            announced = line.split()[2]
        else:
            sample = SAMPLE.fullmatch(line)
            case.assertTrue(sample, line)
            case.assertEqual(sample.group(1), announced)


class TestMetricsFormat(TransactionCase):
    def test_labels_are_escaped_and_numbers_stay_exact(self):
        samples = [
            ({"name": 'a"b\\c\nd', "empty": ""}, 1),
            ({}, 0.25),
            ({}, 12345678901),
            ({}, 1e6),
        ]
        text = render([Metric("marketing_x", "gauge", 'say "what"\nit is', samples)])
        check_format(self, text)
        self.assertIn(r'{empty="",name="a\"b\\c\nd"} 1', text)
        self.assertIn("marketing_x 12345678901\n", text)


@tagged("post_install", "-at_install")
class TestApiHealth(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key, cls.token = cls.make_key(
            "analyst", ["read:health", "read:metrics", "read:events"]
        )
        cls.cron = cls.env.ref("marketing_queue.ir_cron_run_jobs")
        cls.cron.write({"active": True, "lastcall": fields.Datetime.now()})
        cls.jobs = cls.env["marketing.job"]
        cls.jobs.search([("state", "=", "pending")]).write({"state": "cancelled"})

    def health(self):
        answer = self.call("GET", "/marketing/health", token=self.token)
        data = answer.json()
        self.assertEqual(answer.status_code, 200 if data["healthy"] else 503)
        failing = [name for name, check in data["checks"].items() if not check["ok"]]
        self.assertEqual(data["healthy"], not failing)
        return failing

    def test_healthy_and_each_way_not_to_be(self):
        self.assertEqual(self.health(), [])
        now = fields.Datetime.now()
        self.cron.lastcall = now - timedelta(hours=1)
        self.assertEqual(self.health(), ["sweeper"])
        self.cron.lastcall = now
        job = self.jobs._enqueue("marketing.event", "_cron_ensure_partitions", {})
        self.assertEqual(self.health(), [])
        job.run_at = now - timedelta(hours=1)
        self.assertEqual(self.health(), ["queue"])
        job.state = "cancelled"
        self.patch(
            type(self.env["marketing.health"]),
            "_check_partitions",
            lambda health: {"ok": False, "missing": ["marketing_event_2040_01"]},
        )
        self.assertEqual(self.health(), ["partitions"])

    def test_metrics_are_what_prometheus_reads(self):
        self.jobs._enqueue("marketing.event", "_cron_ensure_partitions", {})
        self.env.cr.execute(
            """INSERT INTO marketing_projection (name, xact_id) VALUES ('test', '0')"""
        )
        answer = self.call("GET", "/marketing/metrics", token=self.token)
        self.assertEqual(
            answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8"
        )
        check_format(self, answer.text)
        self.assertIn('marketing_jobs{queue="score",state="pending"} 1\n', answer.text)
        for sample in (
            'marketing_projection_lag_seconds{projection="test"} ',
            "marketing_events_written_total ",
        ):
            self.assertIn(f"\n{sample}", answer.text)

    def count(self):
        metric = self.env["marketing.health"]._get_jobs_metric()
        return {(s["queue"], s["state"]): count for s, count in metric.samples}

    def test_jobs_have_the_same_few_labels_whatever_the_table_holds(self):
        before = self.count()
        self.assertEqual(
            set(before),
            {(q, s) for q in ("deliver", "score") for s in OPEN_STATES},
        )
        self.jobs._enqueue("marketing.event", "_cron_ensure_partitions", {})
        self.env.cr.execute(
            """INSERT INTO marketing_job (model, method, run_at, queue, state, kind,
                      max_attempts)
               SELECT 'x', 'y', now(), q, s, 'pump', 1
                 FROM unnest(%s) q, unnest(%s) s, generate_series(1, 3)""",
            [["deliver", "made up"], ["failed", "done", "cancelled", "odd"]],
        )
        expected = dict(before)
        expected["score", "pending"] += 1
        expected["deliver", "failed"] += 3
        self.assertEqual(self.count(), expected)
        self.patch(marketing_health, "MAX_COUNT", 2)
        self.assertEqual(self.count()["deliver", "failed"], 2)

    def test_counting_jobs_reads_a_bounded_piece_of_the_index(self):
        """Whatever the size of the table: no scan of it, and a limit on each count."""
        query = self.env["marketing.health"]._count_jobs_sql(["deliver", "score"])
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("SET LOCAL enable_bitmapscan = off")
        self.env.cr.execute(SQL("EXPLAIN (COSTS OFF) %s", query))
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("Index Only Scan using marketing_job_state_queue_idx", plan)
        self.assertIn("Limit", plan)

    def test_each_needs_its_scope(self):
        _key, token = self.make_key("analyst", ["read:events"])
        for path in ("/marketing/health", "/marketing/metrics"):
            self.assertProblem(self.call("GET", path, token=token), 403)
            self.assertProblem(self.call("GET", path), 401)
