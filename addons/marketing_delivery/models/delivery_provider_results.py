from datetime import timedelta

from odoo import fields, models

DAYS = 30
RESULTS = (
    "sent",
    "delivered",
    "deferred",
    "bounced",
    "complained",
    "unsubscribed",
    "opened",
    "clicked",
)


def _result(label, help=None):
    return fields.Integer(label, compute="_compute_results", help=help)


class DeliveryProvider(models.Model):
    """What became of the messages that a provider took in the last 30 days.

    The sums of ``email.deliverability.stats``, so the reader sees those of the own
    companies, counted as everywhere.
    """

    _inherit = "delivery.provider"

    result_sent = _result("Sent", "Accepted by the provider.")
    result_delivered = _result("Delivered", "Of those sent, not bounced so far.")
    result_deferred = _result("Deferred", "Put off by a mail server at least once.")
    result_bounced = _result("Bounced", "Refused, or returned later.")
    result_complained = _result("Complaints", "Reported as spam, as far as we know.")
    result_unsubscribed = _result("Unsubscribed")
    result_opened = _result("Opened (Estimate)", "By a person, as far as can be told.")
    result_clicked = _result("Clicked", "With a click judged human.")

    def _compute_results(self):
        groups = self.env["email.deliverability.stats"]._read_group(
            self._get_results_domain(),
            ["provider_id"],
            [f"{name}:sum" for name in RESULTS],
        )
        counts = {provider.id: numbers for provider, *numbers in groups}
        for provider in self:
            numbers = counts.get(provider.id, [0] * len(RESULTS))
            for name, number in zip(RESULTS, numbers, strict=True):
                provider[f"result_{name}"] = number

    def _get_results_domain(self):
        since = fields.Date.context_today(self) - timedelta(days=DAYS)
        return [("provider_id", "in", self.ids), ("day", ">=", since)]

    def action_view_results(self):
        """The same numbers by day and mailbox provider."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_delivery.email_deliverability_stats_action"
        ) | {
            "name": self.env._("Deliverability through %(name)s", name=self.name),
            "domain": self._get_results_domain(),
            "context": {"search_default_by_mailbox": 1},
        }
