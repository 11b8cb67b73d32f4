from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rendering import MAX_BYTES, TemplateProblem, check_raw_html, check_size
from ..rendering.inlining import inline_styles, wrap_layout
from ..rendering.styles import normalise_styles

_CONTENT_FIELDS = (
    "channel",
    "subject_template",
    "preview_text",
    "body_arch",
    "html_content",
    "text_content",
    "template_type",
)


class EmailTemplateMarketing(models.Model):
    """A message to many customers; what is compiled and sent is `html_content`."""

    _name = "email.template.marketing"
    _description = "Marketing Template"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    description = fields.Text()
    channel = fields.Selection(
        [("email", "Email")],
        required=True,
        default="email",
        tracking=True,
        help="What kind of message it is; campaigns of this channel can use it.",
    )
    template_type = fields.Selection(
        [
            ("marketing", "Marketing"),
            ("transactional", "Transactional"),
            ("notification", "Notification"),
            ("system", "System"),
        ],
        "Type",
        required=True,
        default="marketing",
        tracking=True,
        help="Marketing messages need consent and always carry an unsubscribe link. "
        "Transactional ones are not counted by frequency caps.",
    )
    at_least_once = fields.Boolean(
        "Rather Twice Than Never",
        help="Campaigns with this template send a message again when the answer was"
        " lost, with the same Message-ID. For transactional templates only.",
    )
    category = fields.Selection(
        [
            ("newsletter", "Newsletter"),
            ("promotion", "Promotion"),
            ("welcome", "Welcome"),
            ("win_back", "Win-back"),
            ("announcement", "Announcement"),
            ("loyalty", "Loyalty"),
            ("event", "Event"),
        ],
        default="newsletter",
        tracking=True,
    )
    subject_template = fields.Char(
        "Subject",
        required=True,
        tracking=True,
        help="Tags are written {{ first_name }} or {{ first_name or 'there' }}.",
    )
    preview_text = fields.Char(
        "Preview Text",
        tracking=True,
        help="Shown beside the subject in the list of mails.",
    )
    body_arch = fields.Html(
        "Body", sanitize="email_outgoing", sanitize_output_method="html"
    )
    html_content = fields.Html(
        "Body as Sent",
        sanitize="email_outgoing",
        sanitize_output_method="html",
        help="The body with its styles written into each element.",
    )
    text_content = fields.Text(
        "Plain Text", help="Leave empty to have it made from the body."
    )
    merge_tags = fields.Char("Tags", compute="_compute_merge_tags")
    snippet = fields.Char(compute="_compute_snippet")
    thumbnail = fields.Image(max_width=512, max_height=640, copy=False)
    is_system = fields.Boolean("Supplied", readonly=True, copy=False)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        help="Empty: all companies may use it, managers may change it.",
    )

    _at_least_once_transactional = models.Constraint(
        "CHECK(template_type = 'transactional' OR at_least_once IS NOT TRUE)",
        "Only transactional messages may be sent again after a lost answer.",
    )

    @api.onchange("template_type")
    def _onchange_template_type(self):
        if self.template_type != "transactional":
            self.at_least_once = False

    @api.depends(*_CONTENT_FIELDS, "preview_text")
    def _compute_merge_tags(self):
        for template in self:
            try:
                keys = template._compile().tags
            except TemplateProblem:
                keys = ()
            template.merge_tags = ", ".join(sorted(keys))

    @api.depends("preview_text", "html_content", "text_content", "channel")
    def _compute_snippet(self):
        for template in self:
            template.snippet = template.preview_text or template._get_first_words()

    @api.constrains(*_CONTENT_FIELDS)
    def _check_compiles(self):
        for template in self:
            try:
                check_raw_html(template.body_arch or "")
                template._compile()
            except TemplateProblem as problem:
                message = problem.describe(self.env._)
                raise ValidationError(message) from problem

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [self._prepare_content(self._name_subject(vals)) for vals in vals_list]
        )

    def write(self, vals):
        return super().write(self._prepare_content(vals))

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=template.name)}
            if "name" not in (default or {})
            else vals
            for template, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def action_preview(self):
        """Open the preview, for the last customer of the company."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview of %(name)s", name=self.name),
            "res_model": "marketing.template.preview",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_template_id": self.id,
                "dialog_size": "extra-large",
            },
        }

    def action_check(self):
        """Open what is to be looked at before sending."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check of %(name)s", name=self.name),
            "res_model": "marketing.template.check",
            "view_mode": "form",
            "target": "new",
            "context": {"default_template_id": self.id, "dialog_size": "large"},
        }

    @api.model
    @api.readonly
    def get_merge_tags(self):
        """The tags as the editor lists them: dictionaries of plain text."""
        registry = self.env["marketing.merge.tag"]
        tags = registry._get_tags().values()
        formatter = self._get_formatter(self.env.company)
        return [registry._describe(tag, formatter) for tag in tags if not tag.hidden]

    @api.model
    def _prepare_content(self, vals):
        """Refuse what must not reach the sanitiser; fill in the missing half.

        The editor writes both bodies. A program that writes one gets the other:
        an empty or stale half would show one mail and send another.
        """
        for name in ("body_arch", "html_content"):
            if vals.get(name):
                self._check_raw(vals[name], 1 if name == "html_content" else 3)
        for name in ("subject_template", "preview_text", "text_content"):
            if vals.get(name):
                self._check_plain(name, vals[name])
        vals = dict(vals)
        if "body_arch" in vals and "html_content" not in vals:
            vals["html_content"] = vals["body_arch"]
        if vals.get("html_content"):
            html = normalise_styles(vals["html_content"])
            # what is left of the style sheets is an import's own
            vals["html_content"] = normalise_styles(inline_styles(html))
        if "html_content" in vals and "body_arch" not in vals:
            vals["body_arch"] = wrap_layout(vals["html_content"])
        return vals

    @api.model
    def _name_subject(self, vals):
        """A message of a channel without subjects is listed under its name."""
        if vals.get("subject_template") or vals.get("channel", "email") == "email":
            return vals
        return {**vals, "subject_template": vals.get("name")}

    @api.model
    def _check_raw(self, html, factor):
        try:
            check_size("html", html, MAX_BYTES * factor)
            check_raw_html(html)
        except TemplateProblem as problem:
            raise ValidationError(problem.describe(self.env._)) from problem

    @api.model
    def _check_plain(self, name, text):
        part = {"subject_template": "subject", "preview_text": "preview"}
        try:
            check_size(part.get(name, "text"), text)
        except TemplateProblem as problem:
            raise ValidationError(problem.describe(self.env._)) from problem
