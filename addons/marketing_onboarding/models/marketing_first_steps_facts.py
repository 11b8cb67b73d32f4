from odoo import fields, models

from odoo.addons.marketing_base.models.email_subscription_refusal import (
    SIMILAR_PRODUCTS_MONTHS,
)

from ..sample_marks import DOMAIN

LOOKED_AT = 5  # segments that are counted afresh


class MarketingFirstSteps(models.AbstractModel):
    """Is a step done? Read from the data each time; sample data never counts."""

    _inherit = "marketing.first.steps"

    def _exists(self, model, domain):
        # superuser: whether there is one in the domain's company, and nothing of it
        records = self.env[model].sudo().with_context(active_test=False)
        return bool(records.search_count(domain, limit=1))

    def _get_sample_ids(self, model, company):
        return self.env["marketing.sample"]._get_marked(company).get(model, [])

    def _is_provider_done(self, company):
        usable = [("active", "=", True), ("company_id", "in", [False, company.id])]
        return self._exists("delivery.provider", [*usable, ("state", "=", "ok")])

    def _is_consent_done(self, company):
        return self._exists(
            "email.subscription.preference",
            [
                ("company_id", "=", company.id),
                ("is_subscribed", "=", True),
                "|",
                ("email_address", "=", False),
                ("email_address", "not ilike", f"@{DOMAIN}"),
            ],
        ) or (company.marketing_similar_products and self._has_recent_orders(company))

    def _has_recent_orders(self, company):
        since = fields.Datetime.subtract(
            fields.Datetime.now(), months=SIMILAR_PRODUCTS_MONTHS
        )
        return self._exists(
            "sale.order",
            [
                ("company_id", "=", company.id),
                ("state", "=", "sale"),
                ("date_order", ">=", since),
                ("id", "not in", self._get_sample_ids("sale.order", company)),
            ],
        )

    def _is_segment_done(self, company):
        """Somebody may be written to: a sample customer never may."""
        domain = [("company_id", "=", company.id), ("active", "=", True)]
        if self._exists("customer.segment", [*domain, ("sendable_count", ">", 0)]):
            return True
        # The counts may be of last night: look again at the latest ones.
        # superuser: as in _exists
        latest = self.env["customer.segment"].sudo()
        latest = latest.search(domain, order="write_date desc", limit=LOOKED_AT)
        return any(segment.live_sendable_count for segment in latest)

    def _is_template_done(self, company):
        return self._exists(
            "email.template.marketing",
            [
                ("active", "=", True),
                ("is_system", "=", False),
                ("company_id", "in", [False, company.id]),
            ],
        )

    def _is_test_done(self, company):
        domain = [("company_id", "=", company.id), ("test_date", "!=", False)]
        return self._exists("email.campaign", domain)

    def _is_campaign_done(self, company):
        return self._exists(
            "email.campaign",
            [
                ("company_id", "=", company.id),
                ("id", "not in", self._get_sample_ids("email.campaign", company)),
                "|",
                ("start_date", "!=", False),
                ("status", "=", "scheduled"),
            ],
        )

    # === WHAT IS IN THE WAY ===#

    def _get_hint(self, key, company):
        """Say what is there already and what it lacks, or nothing."""
        if key == "provider":
            return self._get_provider_hint(company)
        if key == "segment":
            domain = [
                ("company_id", "=", company.id),
                ("active", "=", True),
                ("id", "not in", self._get_sample_ids("customer.segment", company)),
            ]
            if self._exists("customer.segment", domain):
                return self.env._(
                    "There are segments, but nobody in them may be written to yet."
                )
        return False

    def _get_provider_hint(self, company):
        domain = [("company_id", "in", [False, company.id])]
        # superuser: as in _exists
        provider = self.env["delivery.provider"].sudo().search(domain, limit=1)
        if provider.state == "untested":
            return self.env._(
                "“%(name)s” was never tried: test its connection.", name=provider.name
            )
        if provider.state == "down":
            return self.env._("“%(name)s” does not work.", name=provider.name)
        return False

    # === WHERE IT IS DONE ===#

    def _open_action(self, name, **values):
        return self.env["ir.actions.act_window"]._for_xml_id(name) | values

    def _open_provider(self):
        return self._open_action("marketing_delivery.delivery_provider_action")

    def _open_consent(self):
        return self._open_action("marketing_base.email_subscription_preference_action")

    def _open_segment(self):
        return self._open_action("marketing_segment.customer_segment_action")

    def _open_template(self):
        return self._open_action("marketing_campaign.email_template_design_action")

    def _open_test(self):
        """The form of the latest draft, or of a new campaign."""
        draft = self.env["email.campaign"].search(
            [("company_id", "=", self.env.company.id), ("status", "=", "draft")],
            limit=1,
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "email.campaign",
            "views": [(False, "form")],
            "res_id": draft.id,
        }

    def _open_campaign(self):
        return self._open_action("marketing_campaign.email_campaign_action")
