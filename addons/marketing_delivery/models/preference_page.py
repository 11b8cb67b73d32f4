from odoo import api, models

from odoo.addons.marketing_base.evidence import Evidence


class MarketingPreferencePage(models.AbstractModel):
    """The part of a shopper's page that asks what they want instead of leaving."""

    _name = "marketing.preference.page"
    _description = "Preference Page"

    @api.model
    def _get_frequencies(self):
        """Return what a person can choose from, key by label."""
        return {
            "low": self.env._("Less often"),
            "normal": self.env._("As now"),
            "high": self.env._("More often"),
        }

    @api.model
    def _find(self, message):
        # the signed link is the shopper's right; the public user has none of its own
        env = self.sudo().env
        company = env["res.company"].browse(message.company_id)
        preferences = env["email.subscription.preference"]
        row = preferences._find_row(company.id, message.channel, message.address_key)
        return row, preferences._get_topics(company)

    @api.model
    def _prepare_choices(self, message):
        """Return the topics as (id, name, description, ticked), and the frequency."""
        row, topics = self._find(message)
        topics = topics.with_env(topics.env(context=self.env.context))
        wanted = row.topic_ids.ids if row else topics.filtered("is_default").ids
        return {
            # without a record there is no consent to shape, and saving gives none
            "can_choose": row.is_subscribed and bool(message.email),
            "topics": [(t.id, t.name, t.description, t.id in wanted) for t in topics],
            "frequency": row.preferred_frequency or "normal",
            "frequencies": self._get_frequencies(),
        }

    @api.model
    def _save(self, message, visit, *, frequency, topics):
        """Save the choices of a subscribed person; return whether there was one.

        It never makes a first consent: somebody without a record can only leave.
        """
        row, shown = self._find(message)
        evidence = Evidence(
            campaign_id=message.campaign_id,
            user_agent=visit.agent,
            text_shown=self.env["marketing.unsubscribe.page"]._get_texts(message)[
                "save"
            ],
        )
        return bool(row) and row._choose(
            shown=shown,
            wanted=shown.filtered(lambda topic: str(topic.id) in topics),
            frequency=frequency,
            ip=visit.network,
            evidence=evidence,
        )
