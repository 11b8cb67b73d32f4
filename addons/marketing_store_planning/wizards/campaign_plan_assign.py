from odoo import api, fields, models

from ..wave_assignment import Load, Room, assign


class CampaignPlanAssign(models.TransientModel):
    """Put the stores of a plan into its waves."""

    _name = "campaign.plan.assign"
    _description = "Assign Waves"

    plan_id = fields.Many2one("campaign.plan", required=True, ondelete="cascade")
    mode = fields.Selection(
        [
            ("region", "By region: a region stays together"),
            ("risk", "By risk: the surest stores first"),
            ("capacity", "By number: one wave after the other"),
            ("balanced", "Balanced: about as many pieces in each wave"),
            ("even", "Optimised: pieces and cost as even as can be, regions together"),
        ],
        "How",
        required=True,
        default="region",
    )
    only_unassigned = fields.Boolean(
        "Only Stores Without a Wave",
        default=True,
        help="Otherwise all included stores are assigned anew.",
    )
    wave_count = fields.Integer("Waves", compute="_compute_counts")
    line_count = fields.Integer("Lines to Assign", compute="_compute_counts")

    @api.depends("plan_id", "only_unassigned")
    def _compute_counts(self):
        for wizard in self:
            wizard.wave_count = len(wizard.plan_id.wave_ids)
            wizard.line_count = len(wizard._get_lines())

    def _get_lines(self):
        domain = [("plan_id", "=", self.plan_id.id), ("is_included", "=", True)]
        if self.only_unassigned:
            domain.append(("wave_id", "=", False))
        return self.env["campaign.plan.line"].search(domain)

    def action_assign(self):
        """Write the waves, and say how many lines no wave has room for."""
        self.ensure_one()
        self.plan_id._check_open()
        if self.mode == "even":
            return self._ask_even_waves()
        lines = self._get_lines()
        found = assign(
            self._get_loads(lines), self._get_rooms(lines), in_order=self._is_in_order()
        )
        self._write_waves(lines, found)
        return self._tell(len(found), len(lines) - len(found))

    def _write_waves(self, lines, found):
        """Write {line id: wave id}."""
        places = {}
        for line in lines:
            if wave := found.get(line.id):
                places.setdefault(wave, []).append(line.id)
        moved = lines.filtered(lambda line: line.id in found and line.wave_id)
        # first out of the old waves: two lines of a store may change places
        moved.write({"wave_id": False})
        for wave, ids in places.items():
            lines.browse(ids).write({"wave_id": wave})

    def _is_in_order(self):
        return self.mode in ("risk", "capacity")

    def _get_loads(self, lines):
        groups = {}
        for line in lines.sorted(self._get_rank):
            # a region stays together; other modes decide about each line
            key = ("region", line.region_id.id) if self.mode == "region" else line.id
            groups.setdefault(key, []).append(line)
        return [
            Load(
                tuple(line.id for line in group),
                sum(line.quantity for line in group),
                sum(line.cost for line in group),
                frozenset((line.store_id.id, line.creative_id.id) for line in group),
            )
            for group in groups.values()
        ]

    def _get_rank(self, line):
        number = line.store_id.number or ""
        return (-line.confidence, number) if self.mode == "risk" else (0, number)

    def _get_rooms(self, lines):
        """Return the waves, without what is assigned anew."""
        # superuser: a wave is as full as it is, whichever lines the user may see
        staying = self.plan_id.sudo().line_ids.filtered("is_included") - lines
        rooms = []
        for wave in self.plan_id.wave_ids:
            inside = staying.filtered(lambda line, wave=wave: line.wave_id == wave)
            rooms.append(
                Room(
                    wave.id,
                    wave.capacity,
                    wave.budget,
                    sum(inside.mapped("quantity")),
                    sum(inside.mapped("cost")),
                    frozenset((x.store_id.id, x.creative_id.id) for x in inside),
                )
            )
        return rooms

    def _tell(self, done, left):
        message = self.env._("%(count)s lines have a wave now.", count=done)
        if left:
            message += " " + self._describe_left(left)
        return self._notify(message, "warning" if left else "success")

    def _describe_left(self, count):
        return self.env._(
            "%(count)s fit into none: raise a capacity or a budget, or add a wave.",
            count=count,
        )

    def _notify(self, message, kind):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
