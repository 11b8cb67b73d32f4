from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.marketing_delivery.tracking.targets import safe_target

# What a recipient sees of it.
CONTENT = {"headline", "body", "cta_text", "cta_url", "image", "company_id"}


class EmailCreative(models.Model):
    """Words and picture of a message; a template shows them by its merge tags."""

    _name = "email.creative"
    _description = "E-mail Creative"
    _order = "id desc"
    _rec_name = "headline"
    _check_company_auto = True

    headline = fields.Char(required=True, size=200)
    body = fields.Text("Body Text")
    cta_text = fields.Char(
        "Call to Action", size=80, help="Words on the button, e.g. “See the offers”."
    )
    cta_url = fields.Char(
        "Leads To",
        help="Address the button leads to: https://… or, in your own shop, /offers.",
    )
    image = fields.Image(max_width=1200, max_height=1200)
    image_256 = fields.Image(
        "Small Image", related="image", max_width=256, max_height=256
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    campaign_ids = fields.Many2many(
        "email.campaign",
        "email_campaign_creative_rel",
        "creative_id",
        "campaign_id",
        "Campaigns",
        readonly=True,
        copy=False,
    )
    statistics_ids = fields.One2many(
        "email.creative.stats", "creative_id", "Results", readonly=True
    )
    is_sent = fields.Boolean(compute="_compute_is_sent")

    @api.depends("campaign_ids.status", "campaign_ids.prepared_at")
    def _compute_is_sent(self):
        for creative in self:
            # Superuser: a campaign of another company's user locks it just as well.
            campaigns = creative.sudo().campaign_ids
            creative.is_sent = any(c._is_started() for c in campaigns)

    @api.constrains("cta_url", "cta_text")
    def _check_target(self):
        for creative in self:
            url = creative.cta_url or ""
            is_path = url.startswith("/") and not url.startswith("//")
            if url and not safe_target(f"https://x{url}" if is_path else url):
                raise ValidationError(
                    self.env._(
                        "“%(url)s” is not a web address. The button leads to an"
                        " address that starts with https://, or to a page of your shop"
                        " such as /offers.",
                        url=url[:200],
                    )
                )
            if creative.cta_text and not url:
                raise ValidationError(
                    self.env._(
                        "Say where the button “%(text)s” leads to.",
                        text=creative.cta_text,
                    )
                )

    @api.constrains("image")
    def _check_image(self):
        """Mail programs have no session: the picture is reached by a token."""
        self._get_image_attachments().generate_access_token()

    def _get_image_attachments(self):
        # Superuser: the file behind a field of a readable record.
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "image"),
                    ("res_id", "in", self.ids),
                ]
            )
        )

    def write(self, vals):
        if CONTENT.intersection(vals) and (sent := self.filtered("is_sent")):
            raise UserError(
                self.env._(
                    "“%(headline)s” has been sent: changing it would falsify its"
                    " results. Duplicate it and change the copy.",
                    headline=sent[0].headline,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if sent := self.filtered("is_sent"):
            raise UserError(
                self.env._(
                    "“%(headline)s” has been sent; its results must stay. Archive it"
                    " instead.",
                    headline=sent[0].headline,
                )
            )

    def copy_data(self, default=None):
        return [
            vals
            if (default or {}).get("headline")
            else dict(
                vals,
                headline=self.env._("%(headline)s (copy)", headline=vals["headline"]),
            )
            for vals in super().copy_data(default)
        ]

    def _get_target_url(self):
        """The address of the button, a page of the shop as an absolute one."""
        self.ensure_one()
        url = self.cta_url or ""
        if not url.startswith("/"):
            return url
        # Superuser: the shop's address is public, its contact need not be readable.
        website = self.company_id.sudo().website or self.get_base_url()
        return website.rstrip("/") + url
