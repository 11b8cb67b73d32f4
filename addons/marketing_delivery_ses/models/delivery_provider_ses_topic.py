import json
import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..sender import records, sns, sns_calls

_logger = logging.getLogger(__name__)

MOST_CERTIFICATES = 4  # SNS has one at a time, and a new one each year


class DeliveryProviderSesTopic(models.Model):
    """The events of SES as an SNS topic brings them to our webhook."""

    _inherit = "delivery.provider"

    ses_topic_arn = fields.Char(
        "SNS Topic",
        copy=False,
        help="The topic (ARN) of the configuration set's event destination. Without it"
        " nothing that comes to the webhook is believed.",
    )
    ses_is_sha256_only = fields.Boolean(
        "Only SHA-256 Signatures",
        help="Refuse what the topic signs with SHA-1. Set SignatureVersion of the topic"
        " to 2 first.",
    )
    ses_subscribed_at = fields.Datetime(
        "Subscription Confirmed",
        readonly=True,
        copy=False,
        help="When this address was confirmed to the topic.",
    )
    ses_certificates = fields.Json(
        readonly=True, copy=False, groups="base.group_system"
    )

    @api.model
    def _get_audited_fields(self):
        return [*super()._get_audited_fields(), "ses_topic_arn", "ses_is_sha256_only"]

    @api.constrains("ses_topic_arn")
    def _check_ses_topic_arn(self):
        for provider in self.filtered("ses_topic_arn"):
            if not sns.read_topic(provider.ses_topic_arn):
                raise ValidationError(
                    self.env._(
                        "The topic looks like %(arn)s.",
                        arn="arn:aws:sns:eu-west-1:123456789012:ses-events",
                    )
                )

    def write(self, vals):
        """Another topic has another subscription."""
        if "ses_topic_arn" in vals:
            vals = {"ses_subscribed_at": False, **vals}
        return super().write(vals)

    # === VERIFY ===#

    def _has_webhook(self):
        return self.provider_type == "ses" or super()._has_webhook()

    @api.model
    def _get_receipt_types(self):
        # of what comes out of a queue: `delivery.webhook` counts no other receipts
        return [*super()._get_receipt_types(), "ses"]

    def _verify_ses_webhook(self, headers, body):
        """Return whether our topic has sent this; None when that cannot be said yet.

        Nothing is asked of anybody here: a certificate that is not at hand is fetched
        by a job, and SNS comes again.
        """
        topic = sns.read_topic(self.ses_topic_arn)
        if not topic or headers.get("Content-Encoding"):
            return False
        try:
            envelope = sns.read_envelope(body)
        except ValueError:
            return False
        versions = ("2",) if self.ses_is_sha256_only else ("1", "2")
        if not sns.is_for(envelope, topic, versions=versions):
            return False
        url = sns.find_certificate_url(envelope, topic)
        if not url:
            return False
        certificate = self._find_ses_certificate(url, topic)
        if not certificate:
            self._enqueue_ses_certificate(url)
            return None
        return sns.is_signed(envelope, certificate)

    def _find_ses_certificate(self, url, topic):
        # sudo: certificates are public, the field is nobody's business
        data = (self.sudo().ses_certificates or {}).get(url)
        try:
            return data and sns.load_certificate(data.encode(), topic)
        except ValueError:
            return None  # it has expired

    def _enqueue_ses_certificate(self, url):
        self.env["marketing.job"]._enqueue(
            self._name,
            "_pump_fetch_ses_certificate",
            {"provider_id": self.id, "url": url},
            key=f"ses-certificate:{self.id}",
            kind="pump",
            queue="deliver",
        )

    @api.model
    def _pump_fetch_ses_certificate(self, provider_id, url):
        """Fetch a certificate with no transaction open."""
        with self._open_ses_transaction(provider_id) as provider:
            topic = provider and sns.read_topic(provider.ses_topic_arn)
        if not topic or not sns.find_certificate_url({"SigningCertURL": url}, topic):
            return
        try:
            data = sns_calls.fetch_certificate(url)
            sns.load_certificate(data, topic)
        except (sns_calls.SnsProblem, ValueError) as problem:
            _logger.warning("no certificate of SNS: %s", problem)
            return
        with self._open_ses_transaction(provider_id) as provider:
            if provider:
                kept = {**(provider.ses_certificates or {}), url: data.decode()}
                provider.ses_certificates = dict([*kept.items()][-MOST_CERTIFICATES:])

    # === READ ===#

    def _parse_ses_webhook(self, body):
        """Return the feedback in an envelope, or in a list of what a queue gave."""
        told = json.loads(body)
        found = []
        for item in told if isinstance(told, list) else [told]:
            found.extend(self._read_ses_message(item))
        return found

    def _read_ses_message(self, message):
        """Read an envelope of our topic, or a record that came without one."""
        if isinstance(message, dict) and (arn := message.get("TopicArn")):
            if self.ses_topic_arn and arn != self.ses_topic_arn:
                return []
            if message.get("Type") == sns.CONFIRMATION:
                self._enqueue_ses_confirmation(message)
            elif message.get("Type") == sns.ENDED:
                self.ses_subscribed_at = False
        return records.parse_told(message)

    # === SUBSCRIPTION ===#

    def _enqueue_ses_confirmation(self, message):
        """A token is no secret: it can do nothing but confirm, and only for us."""
        topic = sns.read_topic(self.ses_topic_arn)
        if not topic:
            return
        self.env["marketing.job"]._enqueue(
            self._name,
            "_pump_confirm_ses_subscription",
            {"provider_id": self.id, "token": message.get("Token")},
            key=f"ses-subscription:{self.id}",
            kind="pump",
            queue="deliver",
        )

    @api.model
    def _pump_confirm_ses_subscription(self, provider_id, token):
        """Confirm with no transaction open; a failed job is tried again."""
        with self._open_ses_transaction(provider_id) as provider:
            topic = provider and sns.read_topic(provider.ses_topic_arn)
        if not topic or not sns.is_token(token):
            return
        sns_calls.confirm(topic, token)
        with self._open_ses_transaction(provider_id) as provider:
            if provider and provider.ses_topic_arn == topic.arn:
                provider.ses_subscribed_at = fields.Datetime.now()
