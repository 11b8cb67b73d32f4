from unittest.mock import patch

from odoo.tests import tagged

from ..methods import METHODS
from ..models import prediction_model_score
from .common import PredictionCase, regular_shop, simulate_shop


@tagged("post_install", "-at_install")
class TestScoring(PredictionCase):
    """What scoring leaves behind: in order, when killed, when retired."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_ids = cls.sell(cls.company_a, simulate_shop(7, 400))
        cls.model = cls.fit_once(cls.company_a)

    def scored(self, company=None):
        company = company or self.company_a
        domain = [("company_id", "=", company.id), ("clv_model_id", "!=", False)]
        return self.profiles.search(domain)

    def events(self):
        return self.env["marketing.event"].search(
            [
                ("event_type", "=", "model_inference_completed"),
                ("company_id", "=", self.company_a.id),
            ]
        )

    def test_one_event_a_batch_and_day(self):
        model = self.model
        for _run in range(2):
            model._enqueue_scores()
            self.score(model)
        event = self.events()
        self.assertEqual(len(event), 1)
        self.assertEqual(event.properties["model_name"], "lifetime_value 1")
        self.assertEqual(event.properties["records"], 400)

    def test_killed_before_the_end_leaves_nothing_half(self):
        model = self.model

        def die(*_arguments):
            raise RuntimeError("killed")

        with (
            patch.object(prediction_model_score, "insert_events", die),
            self.assertRaisesRegex(RuntimeError, "killed"),
        ):
            self.score(model)
        self.assertFalse(self.scored())
        self.assertFalse(self.events())
        model._enqueue_scores()
        self.score(model)
        self.assertEqual(len(self.scored()), 400)

    def test_a_model_retired_meanwhile_writes_nothing(self):
        model = self.model
        score = prediction_model_score.METHODS["lifetime_value"].score

        def retire_meanwhile(*arguments):
            model.state = "retired"
            model.flush_recordset()
            return score(*arguments)

        method = type(prediction_model_score.METHODS["lifetime_value"])
        with patch.object(
            method, "score", lambda self, *arguments: retire_meanwhile(*arguments)
        ):
            self.score(model)
        self.assertFalse(self.scored())

    def test_the_next_version_takes_over_and_a_refused_one_clears(self):
        first = self.model
        self.score(first)
        second = self.fit(self.company_a)
        self.assertEqual((first.state, first.retired_reason), ("retired", "replaced"))
        self.assertEqual((second.state, second.version), ("in_use", 2))
        self.score(second)
        self.assertEqual(self.scored().clv_model_id, second)
        # the same shop, where nothing is to be learned any more
        self.env["sale.order"].search(
            [("company_id", "=", self.company_a.id)]
        ).state = "cancel"
        self.env.flush_all()
        self.sell(self.company_a, regular_shop(260))
        third = self.fit(self.company_a)
        self.assertEqual(third.state, "refused")
        self.assertEqual(second.retired_reason, "no_better")
        self.assertFalse(self.scored())

    def test_a_customer_whose_orders_are_gone_keeps_no_score(self):
        model = self.model
        self.score(model)
        orders = self.env["sale.order"].search(
            [("partner_id", "=", self.partner_ids[0])]
        )
        orders.amount_untaxed = 0
        model._enqueue_scores()
        self.score(model)
        profile = self.profiles.search([("partner_id", "=", self.partner_ids[0])])
        self.assertFalse(profile.clv_model_id)
        self.assertFalse(profile.value_segment)
        self.assertEqual(len(self.scored()), 399)

    def test_the_other_company_is_not_touched(self):
        """One customer of both companies has a score where a model is in use."""
        self.sell(self.company_b, simulate_shop(3, 40))
        model = self.model
        self.score(model)
        self.assertEqual(self.fit(self.company_b).verdict, "not_enough")
        self.assertEqual(len(self.scored(self.company_a)), 400)
        self.assertFalse(self.scored(self.company_b))
        model._clear_scores()
        self.assertFalse(self.scored())

    def test_limits_of_the_company_win(self):
        model = self.model
        self.company_a.marketing_value_whale = 0.02
        self.score(model)
        profiles = self.scored()
        whales = profiles.filtered(lambda profile: profile.clv_12m >= 0.02)
        # at or above the model's own beginnings of medium and high as well
        self.assertEqual(
            set(whales.filtered(lambda p: p.value_segment == "whale")),
            set(
                whales.filtered(lambda p: p.clv_12m >= model.parameters["cuts"]["high"])
            ),
        )
        self.assertFalse(profiles.filtered(lambda p: p.value_segment == "high"))

    def test_drift(self):
        model = self.model
        waiting = [("key", "=", f"prediction.model:drift:{model.id}")]
        self.jobs.search(waiting).unlink()
        self.models._measure_drift(model.id)
        # not before everybody has a score
        self.assertFalse(model.spread)
        self.assertEqual(len(self.jobs.search(waiting)), 1)
        self.score(model)
        self.models._measure_drift(model.id)
        self.assertEqual((model.drift, model.has_drifted), (0.0, False))
        self.assertEqual(model.scored_count, 400)
        self.assertEqual(len(model.spread["cases"]), 10)
        self.assertEqual(sum(model.spread["cases"]), 400)
        self.env.cr.execute(
            "UPDATE customer_profile SET clv_12m = clv_12m * 5 WHERE clv_model_id = %s",
            [model.id],
        )
        self.models._measure_drift(model.id)
        self.assertTrue(model.has_drifted)
        self.assertGreater(model.drift, 0.25)
        model._clear_scores()
        self.models._measure_drift(model.id)
        self.assertEqual((model.drift, model.scored_count), (0.0, 0))

    def test_ranges_cover_everybody_once(self):
        model = self.model
        with patch.object(prediction_model_score, "BATCH", 1):
            ranges = model._get_ranges()
        self.assertEqual([first % 4096 for first, _last in ranges], [0] * len(ranges))
        for id_ in self.partner_ids:
            holders = [1 for first, last in ranges if first <= id_ <= last]
            self.assertEqual(len(holders), 1)

    def test_an_update_queues_what_was_never_fitted(self):
        company = self.model.company_id
        jobs = [("model", "=", "prediction.model"), ("method", "=", "_pump_fit")]
        self.jobs.search(jobs).unlink()
        self.models._enqueue_missing()
        self.models._enqueue_missing()
        queued = [
            job.payload["kind"]
            for job in self.jobs.search(jobs)
            if job.payload["company_id"] == company.id
        ]
        self.assertEqual(sorted(queued), sorted(set(METHODS) - {self.model.kind}))

    def test_crons_queue_jobs(self):
        model = self.model
        self.jobs.search([("model", "=", "prediction.model")]).unlink()
        self.models._cron_score()
        self.models._cron_fit()
        methods = self.jobs.search([("model", "=", "prediction.model")]).mapped(
            lambda job: (job.method, job.kind)
        )
        self.assertIn(("_pump_score", "pump"), methods)
        self.assertIn(("_measure_drift", "transactional"), methods)
        self.assertIn(("_pump_fit", "pump"), methods)
        self.assertTrue(model.exists())
