from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

# The last point of each line, and what stands where it has none.
_CODE = """
const canvas = document.querySelector(".o_graph_renderer canvas");
const { labels, datasets } = Chart.getChart(canvas).data;
const told = datasets.map(({ label, data }) => {
    const known = data.filter((number) => number !== null);
    return `${label} ${known.length} of ${labels.length}, last ${known.at(-1)}`;
});
const expected = "Planned 4 of 4, last 80; Sent 2 of 4, last 0";
if (told.sort().join("; ") === expected) {
    console.log("test successful");
} else {
    console.error(told.join("; "));
}
"""


@tagged("post_install", "-at_install")
class TestWarmupGraph(HttpCase):
    def test_the_line_of_what_was_sent_ends_today(self):
        """The plan goes on: 10 yesterday, then 20, 40 and 80."""
        self.env["delivery.domain"].search([]).unlink()
        domain = self.env["delivery.domain"].create(
            {
                "name": "news.example",
                "warmup_start": 10,
                "warmup_growth": 2,
                "warmup_target": 80,
            }
        )
        domain.write({"stage": "warming", "warmup_day": 1})
        day = fields.Date.today() - timedelta(days=1)
        self.env["delivery.domain.day"].create(
            {"domain_id": domain.id, "date": day, "planned": 10, "actual": 8}
        )
        self.browser_js(
            "/odoo/action-marketing_delivery.delivery_domain_curve_action",
            _CODE,
            "!!(window.Chart && document.querySelector('.o_graph_renderer canvas')"
            " && Chart.getChart(document.querySelector('.o_graph_renderer canvas')))",
            login="admin",
        )
