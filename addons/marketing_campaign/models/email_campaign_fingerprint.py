import hashlib
import json

from odoo import models

SENDER = ("company_id", "from_name", "from_email", "reply_to_email", "provider_id")
CONTENT = (
    "subject_line",
    "preview_text",
    "template_id",
    "is_transactional",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "track_opens",
    "track_clicks",
)
CREATIVE = ("headline", "body", "cta_text", "cta_url")
AUDIENCE = ("segment_ids", "exclude_segment_ids")
TOPIC = ("topic_id",)
TEMPLATE = (
    "template_type",
    "subject_template",
    "preview_text",
    "html_content",
    "text_content",
)


class EmailCampaign(models.Model):
    """What a campaign says, to whom, from whom and at which hours, as one hash."""

    _inherit = "email.campaign"

    def _get_fingerprint(self, parts=("content", "sender", "audience", "window")):
        """Hash of what people decide about; equal as long as nothing of it changed."""
        self.ensure_one()
        values = {part: getattr(self, f"_get_{part}_values")() for part in parts}
        text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def _get_sender_values(self):
        return self._get_plain_values(SENDER)

    def _get_content_values(self):
        """The text of the template counts, not which record it stands in."""
        template = self._get_template()
        own = self._get_plain_values(CONTENT)
        del own["template_id"]
        own |= {f"template.{name}": template[name] or "" for name in TEMPLATE}
        return own | {"creatives": self._get_creative_values()}

    def _get_creative_values(self):
        # Superuser: the words are compared, not shown.
        return [
            [creative.id, *(creative[name] or "" for name in CREATIVE)]
            + creative._get_image_attachments().mapped("checksum")
            for creative in self.sudo().creative_ids.sorted("id")
        ]

    def _get_audience_values(self):
        """The rules of the segments: who fulfils them may change from day to day.

        Of a fixed list its members count: putting somebody on it is a decision.
        """
        return self._get_plain_values(TOPIC) | {
            name: [
                (segment.id, segment._get_rule_text())
                for segment in self.sudo()[name].sorted("id")
            ]
            for name in AUDIENCE
        }

    def _get_plain_values(self, names):
        # Superuser: a provider or company that the reader may not open has an id too.
        values = self.sudo()
        return {
            name: values[name].id
            if self._fields[name].type == "many2one"
            else values[name] or ""
            for name in names
        }
