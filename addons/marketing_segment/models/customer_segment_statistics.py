import uuid

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.marketing_base.events import Event, insert_events

from ..segment_rules import RuleProblem
from .customer_segment import PATTERN_FIELDS, SCORE_FIELDS

SAMPLE_SIZE = 10
_COUNTED = frozenset(
    {"customer_count", "sendable_count", "refusal_summary", "last_calculated_at"}
    | {"is_baseline_due"}
)
RULE = frozenset(
    {"segment_type", "filter_domain", "company_id", "rfm_segment_ids", "active"}
    | {*SCORE_FIELDS, *PATTERN_FIELDS}
)


class CustomerSegment(models.Model):
    """How many customers a segment has, and how many of them may be written to."""

    _inherit = "customer.segment"

    customer_count = fields.Integer("Customers", readonly=True, copy=False)
    sendable_count = fields.Integer("Sendable", readonly=True, copy=False)
    refusal_summary = fields.Json("Not Sendable", readonly=True, copy=False)
    last_calculated_at = fields.Datetime("Counted On", readonly=True, copy=False)
    live_count = fields.Integer("Matching Customers", compute="_compute_live")
    live_sendable_count = fields.Integer("Of Them Sendable", compute="_compute_live")
    live_base_count = fields.Integer("All Customers", compute="_compute_live")
    live_share = fields.Float("Share of All Customers", compute="_compute_live")
    live_refusals = fields.Html(
        "Left Out by Reason", compute="_compute_live", sanitize=False
    )
    sample_ids = fields.Many2many(
        "customer.profile", string="Sample", compute="_compute_live"
    )

    @api.depends(*sorted(RULE))
    @api.depends_context("uid", "su", "allowed_company_ids", "lang", "tz")
    def _compute_live(self):
        for segment in self:
            segment.update(segment._get_live_values())

    def _get_live_values(self):
        """Count with the rule as it stands on the screen, saved or not."""
        values = {
            "live_count": 0,
            "live_sendable_count": 0,
            "live_base_count": 0,
            "live_share": 0.0,
            "live_refusals": False,
            "sample_ids": False,
        }
        if not self.company_id:
            return values
        try:
            members = self._select_members()
        except RuleProblem:
            return values  # `live_problem` says why
        reasons = self._read_reasons(members)
        count, base = sum(reasons.values()), self._get_base_count()
        return values | {
            "live_count": count,
            "live_sendable_count": reasons.pop(None, 0),
            "live_base_count": base,
            "live_share": count / base if base else 0.0,
            "live_refusals": self._render_refusals(reasons, count),
            "sample_ids": self._get_sample(),
        }

    def _get_sample(self):
        """Return the best customers of a rule; fixed lists show their latest."""
        profiles = self.env["customer.profile"].with_context(active_test=False)
        if self.segment_type == "static":
            return profiles.browse()
        return profiles.search(self._get_bound_domain(), limit=SAMPLE_SIZE)

    def _get_base_count(self):
        profiles = self.env["customer.profile"]
        own = Domain("company_id", "=", self.company_id.id)
        self.env.flush_all()
        return len(profiles._scan(profiles._search(own & profiles._visible_domain())))

    def _read_reasons(self, members):
        """Return {reason: customers}; the reason None means sendable."""
        self.env.flush_all()
        reason = self._refusal_of_partner_sql(
            company=SQL("%s", self.company_id.id), partner=SQL("p")
        )
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT reason, COUNT(*)
                      FROM (SELECT %s AS reason FROM res_partner p
                             WHERE p.id IN %s) member
                     GROUP BY reason
                     ORDER BY COUNT(*) DESC, reason
                    """,
                    reason,
                    members,
                )
            )
        )

    @api.model
    def _refusal_of_partner_sql(self, *, company, partner):
        """Return SQL: why the res_partner row `partner` gets no e-mail, NULL if it may.

        'no_email' and 'invalid_email' before the consent's own reasons.
        """
        # static names of the address helpers; the rights to read consents are not
        # needed to count them, the customers were selected with the user's own
        preference = self.env["email.subscription.preference"].sudo()
        email = SQL("%s.email", partner)
        key = preference._address_key_sql("email", email)
        refusal = preference._refusal_sql(
            company=company,
            channel=SQL("'email'"),
            address_key=key,
            email=email,
            partner=SQL("%s.id", partner),
        )
        return SQL(
            """CASE WHEN COALESCE(BTRIM(%(email)s), '') = '' THEN 'no_email'
                    WHEN %(key)s IS NULL THEN 'invalid_email'
                    ELSE %(refusal)s END""",
            email=email,
            key=key,
            refusal=refusal,
        )

    def _get_reason_labels(self):
        return {
            "no_email": self.env._("No e-mail address"),
            "invalid_email": self.env._("Invalid e-mail address"),
            "no_consent": self.env._("No consent"),
            "unsubscribed": self.env._("Unsubscribed"),
            "blacklisted": self.env._("Blacklisted"),
            "paused_by_person": self.env._("Asked for a break"),
        }

    def _render_refusals(self, reasons, count):
        if not reasons:
            return False
        labels = self._get_reason_labels()
        return self.env["ir.qweb"]._render(
            "marketing_segment.segment_refusals",
            {
                "rows": [
                    (labels.get(reason, reason), number, number / count)
                    for reason, number in reasons.items()
                ]
            },
        )

    # === CREATE, WRITE AND REFRESH === #

    @api.model_create_multi
    def create(self, vals_list):
        segments = super().create([self._drop_counted(vals) for vals in vals_list])
        # those given as JSON were counted when their rule was written
        segments.filtered(lambda s: not s.last_calculated_at)._refresh()
        return segments

    def write(self, vals):
        vals = self._drop_counted(vals)
        self._remember_before(vals)
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")  # not into a company of somebody else
        if (RULE | {"track_members"}) & set(vals):
            self._set_baseline_due()
            self._refresh()
        return result

    def _remember_before(self, vals):
        """A rule that becomes a fixed list keeps the members of this moment."""
        if vals.get("segment_type") == "static":
            self.check_access("write")
            for segment in self.filtered(lambda s: s.segment_type != "static"):
                segment.sudo()._sync_members()

    def _drop_counted(self, vals):
        """Counts are ours: whatever a client sends for them is ignored."""
        return {name: value for name, value in vals.items() if name not in _COUNTED}

    def action_refresh(self):
        """Count again now."""
        self.check_access("read")
        self._refresh()
        return True

    def _refresh(self):
        """Count the members, note who moved and log one event a segment.

        Superuser: the result is the segment's own, whoever pressed the button. The rule
        is confined to the segment's company.
        """
        events = []
        for segment in self.filtered("active").sudo():
            entered, left = segment._note_moves()
            reasons = segment._read_reasons(segment._members_sql())
            sendable, count = reasons.get(None, 0), sum(reasons.values())
            segment._write_counts(count, sendable, reasons)
            segment.env["customer.segment.size"]._note(segment, count, sendable)
            events.append(segment._prepare_refresh_event(entered, left))
        insert_events(self.env.cr, events)

    def _note_moves(self):
        """Return how many came in and left, as far as this segment remembers it."""
        if self.segment_type == "static" or not self.track_members:
            return None, None
        return self._sync_members()

    def _prepare_refresh_event(self, entered, left):
        return Event(
            event_type="user_segmented",
            event_id=f"segment:{self.id}:{uuid.uuid4()}",
            company_id=self.company_id.id,
            properties={
                "segment_id": self.id,
                "customer_count": self.customer_count,
                "sendable_count": self.sendable_count,
                "entered": entered,
                "left": left,
            },
        )

    def _set_baseline_due(self):
        return super(CustomerSegment, self.sudo()).write({"is_baseline_due": True})

    def _write_counts(self, count, sendable, reasons):
        # an analyst may refresh a segment that he may not edit; only counts are written
        return super(CustomerSegment, self.sudo()).write(
            {
                "customer_count": count,
                "sendable_count": sendable,
                "refusal_summary": {
                    reason: number for reason, number in reasons.items() if reason
                },
                "last_calculated_at": fields.Datetime.now(),
                "is_baseline_due": self.is_baseline_due and not self.track_members,
            }
        )
