from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from odoo.addons.marketing_engine.assignment import srm

MAX_PARTS = 10
BROKEN = 0.001  # below, the sizes cannot be chance


class SegmentSplit(models.TransientModel):
    """Divide a segment by chance into fixed lists, the arms of an experiment."""

    _name = "segment.split"
    _description = "Split Segment"

    segment_id = fields.Many2one(
        "customer.segment", required=True, readonly=True, ondelete="cascade"
    )
    draw = fields.Char(
        compute="_compute_draw",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="The same word draws the same customers into the same parts again; "
        "customers who came since then are added to the lists.",
    )
    part_ids = fields.One2many(
        "segment.split.part",
        "split_id",
        "Parts",
        default=lambda self: self._get_default_parts(),
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    problem = fields.Char(compute="_compute_preview")

    @api.depends("segment_id")
    def _compute_draw(self):
        """Two segments that are split on one day are drawn independently."""
        today = fields.Date.to_string(fields.Date.context_today(self))
        for wizard in self:
            wizard.draw = f"{today} #{wizard.segment_id.id}"

    @api.model
    def _get_default_parts(self):
        names = (("A", 45), ("B", 45))
        parts = (*names, (self.env._("Holdout"), 10))
        return [Command.create({"name": name, "share": share}) for name, share in parts]

    @api.depends("segment_id", "draw", "part_ids.name", "part_ids.share")
    def _compute_preview(self):
        for wizard in self:
            wizard.problem = wizard._find_problem()
            wizard.preview = not wizard.problem and wizard._render_preview()

    def _find_problem(self):
        """Return what is wrong with the plan, in words."""
        names = [(part.name or "").strip() for part in self.part_ids]
        if not 2 <= len(names) <= MAX_PARTS:
            return self.env._("Make two to %s parts.", MAX_PARTS)
        if not all(names) or len(set(names)) < len(names):
            return self.env._("Give each part a name of its own.")
        if min(self.part_ids.mapped("share")) <= 0:
            return self.env._("Each part needs a share above 0 %.")
        total = sum(self.part_ids.mapped("share"))
        if float_compare(total, 100, precision_digits=2):
            return self.env._("The shares sum to %s %%, not to 100 %%.", f"{total:g}")
        if not (self.draw or "").strip():
            return self.env._("Give the draw a word: it makes the split repeatable.")
        return self._find_other_plan()

    def _find_other_plan(self):
        """A draw that has made lists keeps their names and shares."""
        made = self.segment_id._origin._get_parts(self.draw.strip())
        if not made:
            return False
        plan = [(part.name.strip(), round(part.share, 2)) for part in self.part_ids]
        if plan == [(row.split_part, round(row.split_share, 2)) for row in made]:
            return False
        known = ", ".join(f"{row.split_part} {row.split_share:g} %" for row in made)
        return self.env._(
            "“%(draw)s” has drawn other parts (%(parts)s). Take these, or another "
            "word.",
            draw=self.draw.strip(),
            parts=known,
        )

    def _measure(self):
        """Return (part, customers, mean revenue, mean orders) of each part."""
        shares = self.part_ids.mapped("share")
        measured = self.segment_id._origin._measure_parts(self.draw.strip(), shares)
        return [
            (part, *measured.get(number, (0, 0.0, 0.0)))
            for number, part in enumerate(self.part_ids)
        ]

    def _render_preview(self):
        rows = self._measure()
        total = sum(count for _part, count, *_means in rows)
        return self.env["ir.qweb"]._render(
            "marketing_segment.segment_split_preview",
            {
                "rows": [
                    (
                        part.name,
                        part.share,
                        count,
                        count / total if total else 0,
                        *means,
                    )
                    for part, count, *means in rows
                ],
                "currency": self.segment_id.company_id.currency_id,
                "sentence": self._tell_balance(rows, total),
            },
        )

    def _tell_balance(self, rows, total):
        if not total:
            return self.env._("Nobody is in this segment now.")
        counts = [count for _part, count, *_means in rows]
        p = srm(counts, [part.share / 100 for part, *_rest in rows])
        if p < BROKEN:
            return self.env._(
                "The sizes do not fit the shares (p = %(p)s): do not read an "
                "experiment on these parts. Take another word for the draw.",
                p=f"{p:.2g}",
            )
        return self.env._("The sizes fit the shares (p = %(p)s).", p=f"{p:.2f}")

    def action_split(self):
        """Make the lists, or add to those that this draw has made; show them."""
        self.ensure_one()
        if problem := self._find_problem():
            raise UserError(problem)
        draw, shares = self.draw.strip(), self.part_ids.mapped("share")
        lists = self.segment_id._get_parts(draw) or self._create_lists(draw)
        for number, made in enumerate(lists):
            members = self.segment_id._select_part(draw, shares, number)
            made._add_members(members, "split", self.segment_id)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_segment.customer_segment_action"
        )
        return action | {
            "name": self.env._("Parts of %s", self.segment_id.display_name),
            "domain": [("id", "in", lists.ids)],
        }

    def _create_lists(self, draw):
        return self.env["customer.segment"].create(
            [
                {
                    "name": f"{self.segment_id.name} – {part.name.strip()}",
                    "segment_type": "static",
                    "company_id": self.segment_id.company_id.id,
                    "description": self._describe(part, draw),
                    "split_segment_id": self.segment_id.id,
                    "split_draw": draw,
                    "split_part": part.name.strip(),
                    "split_share": part.share,
                }
                for part in self.part_ids
            ]
        )

    def _describe(self, part, draw):
        return self.env._(
            "%(share)s %% of “%(segment)s”, drawn by chance with the word “%(draw)s”.",
            share=f"{part.share:g}",
            segment=self.segment_id.name,
            draw=draw,
        )
