from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .marketing_pii import PII


class EmailSubscriptionHistory(models.Model):
    """What changed about a consent, when, where and by whom: append-only.

    Written by triggers (see ``email_subscription_trail``), read here.
    """

    _name = "email.subscription.history"
    _description = "Consent History"
    _auto = False
    _log_access = False
    _order = "changed_at desc, id desc"
    _rec_name = "change"

    changed_at = fields.Datetime(string="Date", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    channel = fields.Selection(
        [("email", "Email"), ("sms", "SMS"), ("push", "Web Push")], readonly=True
    )
    address_key = fields.Char(readonly=True)
    email_address = fields.Char(string="Address", readonly=True, groups=PII)
    partner_id = fields.Integer(string="Customer Id", readonly=True)
    change = fields.Selection(
        [
            ("subscribed", "Subscribed"),
            ("unsubscribed", "Unsubscribed"),
            ("renewed", "Consent Renewed"),
            ("choices", "Choices Changed"),
            ("paused", "Paused"),
            ("resumed", "Pause Ended"),
            ("deleted", "Record Deleted"),
        ],
        readonly=True,
    )
    was_subscribed = fields.Boolean(readonly=True)
    is_subscribed = fields.Boolean(string="Subscribed", readonly=True)
    old_frequency = fields.Char(readonly=True)
    new_frequency = fields.Char(readonly=True)
    old_topics = fields.Json(readonly=True)
    new_topics = fields.Json(readonly=True)
    old_paused_until = fields.Datetime(readonly=True)
    new_paused_until = fields.Datetime(string="Paused Until", readonly=True)
    reason = fields.Text(readonly=True, groups=PII)
    source = fields.Char(readonly=True)
    actor = fields.Selection(
        [("person", "The Person"), ("user", "A User"), ("system", "The System")],
        string="By",
        readonly=True,
    )
    user_id = fields.Integer(string="User Id", readonly=True)
    campaign_id = fields.Integer(string="Campaign Id", readonly=True)
    ip_address = fields.Char(string="Network", readonly=True, groups=PII)
    user_agent = fields.Char(string="Program", readonly=True, groups=PII)
    text_shown = fields.Text(readonly=True)

    source_label = fields.Char(string="Where", compute="_compute_source_label")
    user_name = fields.Char(string="User", compute="_compute_user_name")
    description = fields.Text(string="What", compute="_compute_description")

    @api.depends("source")
    def _compute_source_label(self):
        labels = self.env["email.subscription.preference"]._get_source_labels()
        for line in self:
            line.source_label = labels.get(line.source, line.source)

    @api.depends("user_id")
    def _compute_user_name(self):
        # a name for a number that this reader sees already
        users = self.env["res.users"].sudo().with_context(active_test=False)
        found = users.search([("id", "in", self.filtered("user_id").mapped("user_id"))])
        names = {user.id: user.name for user in found}
        for line in self:
            # the technical users of visitors and of the system are nobody
            nobody = line.actor != "user"
            line.user_name = False if nobody else names.get(line.user_id)

    @api.depends(
        "old_frequency",
        "new_frequency",
        "old_topics",
        "new_topics",
        "old_paused_until",
        "new_paused_until",
    )
    @api.depends_context("lang", "tz")
    def _compute_description(self):
        topics = self.env["marketing.topic"].with_context(active_test=False)
        names = {str(topic.id): topic.name for topic in topics.search([])}
        for line in self:
            parts = (
                line._describe_pause()
                + line._describe_frequency()
                + line._describe_topics(names)
            )
            line.description = "; ".join(parts)

    def _describe_pause(self):
        until = self.new_paused_until
        if until == self.old_paused_until:
            return []
        if not until:
            return [self.env._("No pause any more")]
        day = format_date(self.env, fields.Datetime.context_timestamp(self, until))
        return [self.env._("Paused until %(day)s", day=day)]

    def _describe_frequency(self):
        old, new = self.old_frequency, self.new_frequency
        if not new or new == (old or "normal"):
            return []
        preferences = self.env["email.subscription.preference"]
        labels = dict(
            preferences._fields["preferred_frequency"]._description_selection(self.env)
        )
        return [self.env._("Frequency: %(new)s", new=labels.get(new, new))]

    def _describe_topics(self, names):
        old, new = self.old_topics or {}, self.new_topics or {}
        changed = [key for key in new if old.get(key) != new[key]]
        said = []
        for wanted, label in (
            (True, self.env._("Wants: %(topics)s")),
            (False, self.env._("Does not want: %(topics)s")),
        ):
            topics = [names.get(key, key) for key in changed if new[key] is wanted]
            if topics:
                said.append(label % {"topics": ", ".join(topics)})
        return said

    @api.model
    def _erase(self, partner_ids, keys, company=None):
        """Blank who it was; what was agreed and the key of the address stay.

        :param company: only its lines; those of all companies when None
        """
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("SELECT set_config('marketing_base.erasure', 'on', true)")
        cr.execute(
            """UPDATE email_subscription_history
                  SET email_address = NULL, partner_id = NULL, reason = NULL,
                      ip_address = NULL, user_agent = NULL
                WHERE (partner_id = ANY(%(partners)s) OR address_key = ANY(%(keys)s))
                  AND company_id = COALESCE(%(company)s, company_id)""",
            {
                "partners": list(partner_ids),
                "keys": list(keys),
                "company": company.id if company else None,
            },
        )
        cr.execute("SELECT set_config('marketing_base.erasure', '', true)")
        self.invalidate_model(flush=False)

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("The history is written by the system only."))

    def write(self, vals):
        raise UserError(self.env._("The history of a consent cannot be changed."))

    def unlink(self):
        # also refused when a module is uninstalled, unlike by @api.ondelete
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("The history of a consent cannot be deleted."))
