from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.campaign_plan_line import AI_STATUSES
from ..plan_rows import MAX_QUANTITY

#: What the user fills in.
SHAPES = (
    "percent",
    "rounding",
    "is_capped",
    "creative_id",
    "wave_id",
    "ai_status",
    "is_included",
)


class CampaignPlanBulk(models.TransientModel):
    """The same change for many lines of a plan; a reason is asked for once.

    What the lines were like when they were chosen is kept: somebody else's change in
    the meantime is not overwritten.
    """

    _name = "campaign.plan.bulk"
    _description = "Change Plan Lines"

    plan_id = fields.Many2one("campaign.plan", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id")
    versions = fields.Json(help="Version of each line when it was chosen.")
    mode = fields.Selection(
        [
            ("quantity", "Pieces"),
            ("creative", "Creative"),
            ("wave", "Wave"),
            ("status", "Status"),
            ("included", "Include"),
        ],
        required=True,
        default="quantity",
    )
    percent = fields.Float("Change (%)", default=10.0, digits=(16, 1))
    rounding = fields.Integer(
        "Round To", default=1, help="50: to the nearest number that 50 divides."
    )
    is_capped = fields.Boolean(
        "Not Above Households",
        default=True,
        help="Stop at the households of the store or, where their number is not known, "
        "at its largest past drop.",
    )
    creative_id = fields.Many2one(
        "store.creative",
        domain="[('state', '=', 'active'), ('company_id', '=', company_id)]",
    )
    wave_id = fields.Many2one(
        "campaign.plan.wave", domain="[('plan_id', '=', plan_id)]"
    )
    ai_status = fields.Selection(AI_STATUSES, "Status", default="review")
    is_included = fields.Boolean("Included")
    reason = fields.Char(help="Kept with each line that is not as recommended.")
    summary = fields.Char(compute="_compute_summary")
    needs_reason = fields.Boolean(compute="_compute_summary")

    @api.depends("versions", "mode", *SHAPES)
    def _compute_summary(self):
        for wizard in self:
            lines = wizard._get_lines()
            changes = wizard._read_changes(lines)
            silent = wizard._filter_silent(lines, changes)
            wizard.needs_reason = bool(silent)
            wizard.summary = wizard._describe(lines, changes, silent)

    def _get_lines(self):
        ids = [int(line) for line in self.versions or {}]
        return self.env["campaign.plan.line"].browse(ids).exists()

    def _read_changes(self, lines):
        """Return {line id: the values that change}; a line that stays is left out."""
        mode = self.mode
        if mode == "quantity":
            return self._scale(lines)
        name = {
            "creative": "creative_id",
            "wave": "wave_id",
            "status": "ai_status",
            "included": "is_included",
        }[mode]
        value = self._fields[name].convert_to_write(self[name], self)
        if mode in ("creative", "status") and not value:
            return {}
        return {
            line.id: {name: value}
            for line in lines
            if line._fields[name].convert_to_write(line[name], line) != value
        }

    def _scale(self, lines):
        changes = {}
        for line in lines:
            pieces = self._multiply(line.quantity)
            if self.is_capped and line.quantity_limit:
                pieces = min(pieces, line.quantity_limit)
            if pieces != line.quantity:
                changes[line.id] = {"quantity": pieces}
        return changes

    def _multiply(self, pieces):
        step = max(self.rounding, 1)
        wanted = pieces * (1 + self.percent / 100)
        # halves up, and not to the even one: 2.5 steps are 3
        return min(max(int(wanted / step + 0.5) * step, 0), MAX_QUANTITY)

    def _count_capped(self, lines):
        if not self.is_capped:
            return 0
        limits = ((self._multiply(x.quantity), x.quantity_limit) for x in lines)
        return sum(wanted > limit > 0 for wanted, limit in limits)

    def _filter_silent(self, lines, changes):
        """Return the lines that become overrides nobody has given a reason for."""
        return lines.filtered(
            lambda line: (
                line.id in changes
                and not (line.override_reason or "").strip()
                and line._is_otherwise(changes[line.id])
            )
        )

    def _describe(self, lines, changes, silent):
        texts = [
            self.env._(
                "%(changed)s of %(all)s lines change.",
                changed=len(changes),
                all=len(lines),
            )
        ]
        if self.mode == "quantity":
            before = sum(lines.mapped("quantity"))
            after = sum(
                changes.get(line.id, {}).get("quantity", line.quantity)
                for line in lines
            )
            texts.append(
                self.env._(
                    "Pieces: %(before)s → %(after)s.",
                    before=f"{before:,}",
                    after=f"{after:,}",
                )
            )
            if capped := self._count_capped(lines):
                texts.append(
                    self.env._(
                        "%s lines stop at the households of their store, or at its "
                        "largest past drop.",
                        capped,
                    )
                )
        if silent:
            texts.append(
                self.env._(
                    "%s of them are then not as recommended: say why, once for all.",
                    len(silent),
                )
            )
        return " ".join(texts)

    def action_apply(self):
        """Change all lines, or none."""
        self.ensure_one()
        lines = self._get_lines()
        self._check_input(lines)
        changes = self._read_changes(lines)
        reason = (self.reason or "").strip()
        if not reason and self._filter_silent(lines, changes):
            raise UserError(
                self.env._("Some lines are then not as recommended: say why.")
            )
        changed = lines.filtered(lambda line: line.id in changes)
        changed._check_unchanged(self.versions, changes)
        for line in changed:
            if reason and line._is_otherwise(changes[line.id]):
                changes[line.id]["override_reason"] = reason
        self._write_alike(changed.with_context(tracking_disable=True), changes)
        if changed:
            self._note(changed, reason)
        return self._tell(len(changed))

    def _note(self, lines, reason):
        """One note on the plan, instead of one on each of a thousand lines."""
        modes = dict(self._fields["mode"]._description_selection(self.env))
        texts = [
            self.env._(
                "%(what)s changed in %(count)s lines: %(stores)s.",
                what=modes[self.mode],
                count=len(lines),
                stores=lines._name_stores(),
            )
        ]
        if reason:
            texts.append(self.env._("Reason: %s", reason))
        self.plan_id._message_log(body=" ".join(texts))

    def _check_input(self, lines):
        self.plan_id._check_open()
        if self.rounding < 0 or self.rounding > MAX_QUANTITY:
            raise UserError(self.env._("Round to 1, 10, 50, 100 or the like."))
        if self.mode == "quantity" and not -100 <= self.percent <= 1000:
            raise UserError(
                self.env._("Change the pieces by -100 to 1,000 percent, not more.")
            )
        if self.mode == "creative":
            self._check_creative(lines)

    def _check_creative(self, lines):
        creative = self.creative_id
        if not creative:
            raise UserError(self.env._("Choose a creative."))
        wrong = lines.filtered(lambda line: not creative._is_in_season(line._get_day()))
        if wrong:
            raise UserError(
                self.env._(
                    "“%(creative)s” is out of season in the waves of: %(stores)s.",
                    creative=creative.name,
                    stores=wrong._name_stores(),
                )
            )

    def _write_alike(self, lines, changes):
        """One write for all lines that get the same values."""
        alike = {}
        for line in lines:
            key = tuple(sorted(changes[line.id].items()))
            alike[key] = alike.get(key, lines.browse()) | line
        with lines._work_out_once():
            for values, same in alike.items():
                # lines that are read one by one below are read together
                same.with_prefetch(lines.ids).write(dict(values))

    def _tell(self, count):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "info",
                "message": self.env._("%(count)s lines changed.", count=count),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
