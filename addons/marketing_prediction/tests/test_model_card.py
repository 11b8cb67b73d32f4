from lxml import html

from odoo.tests import tagged

from ..finding import Finding, Metric, lacking
from .common import PredictionCase


@tagged("post_install", "-at_install")
class TestModelCard(PredictionCase):
    """What the page says, from findings made by hand."""

    def keep(self, kind="lifetime_value", **values):
        finding = Finding(
            **{
                "customers": 1000,
                "parameters": {"cuts": {}},
                "metrics": (
                    Metric("total", 0.9, 1.4),
                    Metric("error_value", 12.5, 20.0),
                    Metric("gini", 0.61, 0.55),
                ),
                "gain": 7.5,
                "gain_low": 5.25,
                "curve": ((50.0, 40.0, 500), (5.0, 10.0, 500)),
                "trained_from": "2025-01-01",
                "tested_from": "2026-01-01",
                "tested_until": "2026-03-31",
                **values,
            }
        )
        return self.models._keep(self.company_a, kind, finding, "f" * 64, 1.5)

    def test_better(self):
        model = self.keep()
        self.assertEqual(model.state, "in_use")
        self.assertEqual((model.ranking, model.ranking_baseline), (0.61, 0.55))
        self.assertIn("by 7.500 purchases a customer", model.reason)
        self.assertIn("at least 5.250", model.reason)
        rows = html.fromstring(str(model.metrics_table)).xpath("//tbody/tr")
        cells = [[cell.text_content() for cell in row] for row in rows]
        self.assertEqual([row[0][:4] for row in cells], ["Mean", "Gini", "Fore"])
        self.assertIn("12.50", cells[0][1])
        self.assertEqual(cells[1][1:3], ["0.610", "0.550"])
        self.assertEqual(cells[2][1:3], ["90 %", "140 %"])
        tenth = html.fromstring(str(model.curve_table)).xpath("//tbody/tr")
        self.assertEqual(len(tenth), 2)
        self.assertEqual(tenth[0][0].get("title"), "500 customers")
        self.assertIn("width:100.0%", html.tostring(tenth[0]).decode())

    def test_reliability_is_drawn_of_chances_only(self):
        self.assertFalse(self.keep().reliability_curve)
        model = self.keep(
            "churn_month",
            metrics=(Metric("auc", 0.8, 0.7),),
            curve=((0.4, 0.5, 10), (0.1, 0.0, 30)),
        )
        drawing = html.fromstring(str(model.reliability_curve))
        self.assertEqual(
            drawing.xpath("//circle/title/text()"),
            [
                "10 customers: said 40.0 %, came 50.0 %",
                "30 customers: said 10.0 %, came 0.0 %",
            ],
        )
        points = [
            tuple(map(float, point.split(",")))
            for point in drawing.xpath("//polyline")[0].get("points").split()
        ]
        # higher is up: the first tenth is right of and above the second
        self.assertGreater(points[0][0], points[1][0])
        self.assertLess(points[0][1], points[1][1])
        self.assertIn("30 days", model.purpose)

    def test_no_better_and_not_enough(self):
        model = self.keep(gain=0.1, gain_low=-0.2)
        self.assertEqual(model.state, "refused")
        self.assertIn("So it is not used", model.reason)
        model = self.keep(needed=lacking(customers=(3, 200), repeated=(60, 50)))
        self.assertIn("3 of 200 customers", model.reason)
        self.assertNotIn("50", model.reason)

    def test_a_gain_of_nothing_is_no_gain(self):
        self.assertEqual(self.keep(gain_low=0.0).state, "refused")

    def test_parts(self):
        self.assertEqual(lacking(a=(5, 5), b=(4, 5)), {"b": [4, 5]})
