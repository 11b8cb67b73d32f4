from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..rendering import Tag

_lt = LazyTranslate(__name__)

_TARGET = """
    CASE WHEN creative.cta_url LIKE '/%%' THEN rtrim(COALESCE(
             NULLIF(company_partner.website, ''), base_url.value), '/')
         ELSE '' END || creative.cta_url
"""
_IMAGE = """
    (SELECT base_url.value || '/web/image/' || file.id
            || '?access_token=' || file.access_token
       FROM ir_attachment file
      WHERE file.res_model = 'email.creative' AND file.res_field = 'image'
        AND file.res_id = creative.id LIMIT 1)
"""
# Only where clicks are tracked: the address itself is used otherwise.
_POSITION = """
    (SELECT link.position FROM marketing_link link
      WHERE link.campaign_id = target.campaign_id AND link.creative_id = creative.id)
"""
_JOIN = "LEFT JOIN email_creative creative ON creative.id = target.creative_id"
POSITION = "cta_position"
CREATIVE_TAGS = frozenset({"headline", "body", "cta", "cta_url", "creative_image"})
_NEEDS = ("creative",)
_TAGS = (
    Tag(
        "headline",
        _lt("Headline"),
        "Autumn is here",
        source="creative.headline",
        joins=_NEEDS,
        help=_lt("Of the creative that was drawn for the customer."),
    ),
    Tag(
        "body",
        _lt("Body text"),
        "Fresh from the fields.",
        "multiline",
        "creative.body",
        _NEEDS,
        help=_lt("Text of the creative, with its line breaks."),
    ),
    Tag(
        "cta",
        _lt("Call to action"),
        "See the offers",
        source="creative.cta_text",
        joins=_NEEDS,
        help=_lt("Words on the button of the creative."),
    ),
    Tag(
        "cta_url",
        _lt("Call to action, link"),
        "https://example.com/offers",
        "url",
        _TARGET,
        (*_NEEDS, "company_partner", "base_url"),
        tracked_by=POSITION,
    ),
    Tag("creative_image", _lt("Picture"), "", "url", _IMAGE, (*_NEEDS, "base_url")),
    Tag(POSITION, POSITION, None, "integer", _POSITION, _NEEDS, hidden=True),
)


class MarketingMergeTag(models.AbstractModel):
    """The tags of the creative that was drawn for a message."""

    _inherit = "marketing.merge.tag"

    @api.model
    def _get_tags(self):
        return {**super()._get_tags(), **{tag.key: tag for tag in _TAGS}}

    @api.model
    def _get_joins(self):
        return {**super()._get_joins(), "creative": ((), _JOIN)}

    @api.model
    def _fill_creative(self, context, creative, renderer):
        """Put the values of a creative into a context made for a preview."""
        attachment = creative and creative._get_image_attachments()[:1]
        image = attachment and f"/web/image/{attachment.id}"
        values = {
            "headline": creative.headline,
            "body": creative.body,
            "cta": creative.cta_text,
            "cta_url": creative and creative._get_target_url(),
            "creative_image": image and f"{creative.get_base_url()}{image}",
        }
        for tag in renderer.tags:
            if tag.key in CREATIVE_TAGS:
                value = values[tag.key] or None if creative else tag.sample
                renderer.formatter.fill(context, tag, value, None)
