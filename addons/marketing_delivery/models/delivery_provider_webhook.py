import re
import secrets

from odoo import api, fields, models
from odoo.tools import SQL

WEBHOOK_PATH = "/marketing/webhook/"
_TOKEN = re.compile(r"[\w-]{16,64}", re.ASCII)


class DeliveryProviderWebhook(models.Model):
    """The address at which a provider tells what became of its messages.

    A type that has one returns True from ``_has_webhook`` and has two methods:
    ``_verify_<type>_webhook(headers, body)`` says whether the raw bytes are the
    provider's, before anything reads them, and ``_parse_<type>_webhook(body)`` turns
    them into ``sender.feedback.Feedback``. The first one asks nobody; when it cannot
    say yet, it has a job find out, returns None, and the provider comes again.
    """

    _inherit = "delivery.provider"

    webhook_token = fields.Char(
        readonly=True,
        copy=False,
        groups="marketing_base.group_administrator",
    )
    webhook_url = fields.Char(
        "Webhook Address",
        compute="_compute_webhook_url",
        groups="marketing_base.group_administrator",
        help="Enter it at the provider, so that it tells what became of messages.",
    )
    webhook_received_at = fields.Datetime(
        "Last Webhook", compute="_compute_webhook_received_at"
    )

    _webhook_token_uniq = models.Constraint(
        "UNIQUE(webhook_token)", "The address of this webhook is taken."
    )

    def init(self):
        """Give one to providers that are older; a default would be the same for all."""
        self.env.cr.execute(
            """UPDATE delivery_provider
                  SET webhook_token = replace(gen_random_uuid()::text, '-', '')
                WHERE webhook_token IS NULL"""
        )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [{**vals, "webhook_token": secrets.token_urlsafe(24)} for vals in vals_list]
        )

    @api.depends("webhook_token", "provider_type")
    def _compute_webhook_url(self):
        for provider in self:
            provider.webhook_url = (
                provider._has_webhook()
                and provider.webhook_token
                and f"{provider.get_base_url()}{WEBHOOK_PATH}{provider.webhook_token}"
            )

    def _compute_webhook_received_at(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT provider_id, max(received_at) FROM delivery_webhook
                    WHERE provider_id = ANY(%s) GROUP BY provider_id""",
                self.ids,
            )
        )
        latest = dict(rows)
        for provider in self:
            provider.webhook_received_at = latest.get(provider.id)

    def _has_webhook(self):
        """Return whether messages of this provider have receipts."""
        return False

    @api.model
    def _get_receipt_types(self):
        """Return the types whose webhook tells of each message that was taken."""
        return []

    @api.model
    def _find_by_webhook_token(self, token):
        if not _TOKEN.fullmatch(token):
            return self.browse()
        # sudo: the provider has no account here; an archived one still gets feedback
        # of what it has sent
        found = (
            self.sudo()
            .with_context(active_test=False)
            .search([("webhook_token", "=", token)])
        )
        return found.filtered(lambda provider: provider._has_webhook())

    def _verify_webhook(self, headers, body):
        """Return whether the provider itself has sent this, None: not known yet."""
        verify = getattr(self, f"_verify_{self.provider_type}_webhook")
        return verify(headers, body)

    def _parse_webhook(self, body):
        return getattr(self, f"_parse_{self.provider_type}_webhook")(body)
