from markupsafe import Markup

from odoo import api, fields, models

from ..models.campaign_plan_snapshot import DECIDED, TOTALS, read_lines
from ..plan_diff import ADDED, CHANGED, REMOVED, compare

SHOWN = 200


class CampaignPlanCompare(models.TransientModel):
    """Two versions of a plan side by side, or one and the plan as it is now."""

    _name = "campaign.plan.compare"
    _description = "Compare Versions"

    plan_id = fields.Many2one("campaign.plan", required=True, ondelete="cascade")
    old_id = fields.Many2one(
        "campaign.plan.version",
        "From",
        required=True,
        domain="[('plan_id', '=', plan_id)]",
        ondelete="cascade",
    )
    new_id = fields.Many2one(
        "campaign.plan.version",
        "To",
        domain="[('plan_id', '=', plan_id)]",
        ondelete="cascade",
        help="Empty: the plan as it is now.",
    )
    result = fields.Html(compute="_compute_result", sanitize=False)
    may_restore = fields.Boolean(compute="_compute_may_restore")

    def _compute_may_restore(self):
        for wizard in self:
            plan = wizard.plan_id
            wizard.may_restore = plan.state == "draft" and plan.has_access("write")

    @api.depends("old_id", "new_id")
    @api.depends_context("lang")
    def _compute_result(self):
        for wizard in self:
            wizard.result = wizard._render() if wizard.old_id else False

    def action_restore(self):
        return self.old_id.action_restore()

    def _render(self):
        now = self.plan_id
        content = self.new_id.content or now._read_content()
        found = self._compare(self.old_id.content, content)
        counts = {kind: 0 for kind in (ADDED, REMOVED, CHANGED)}
        for row in found:
            counts[row["kind"]] += 1
        return Markup(
            self.env["ir.qweb"]._render(
                "marketing_store_planning.campaign_plan_compare_table",
                {
                    "rows": found[:SHOWN],
                    "rest": max(0, len(found) - SHOWN),
                    "counts": counts,
                    "totals": self._compare_totals(self.new_id or now),
                },
            )
        )

    def _compare_totals(self, new):
        labels = self.env["campaign.plan.version"]._fields
        return [
            (
                labels[name]._description_string(self.env),
                f"{self.old_id[name]:,.0f}",
                f"{new[name]:,.0f}",
                f"{new[name] - self.old_id[name]:+,.0f}",
            )
            for name in TOTALS
        ]

    def _compare(self, old, new):
        """Return the rows to show: {kind, store, text}, by the number of the store."""
        names = [name for name in DECIDED if name != "wave_id"]
        waves = [
            {wave["id"]: wave["name"] for wave in content["waves"]}
            for content in (old, new)
        ]
        sides = [
            [
                {**row, "wave": names_of.get(row["wave_id"], "–")}
                for row in read_lines(side)
            ]
            for side, names_of in zip((old, new), waves, strict=True)
        ]
        found = compare(*sides, [*names, "wave"])
        stores = self._read_names("marketing.store", {row.store for row in found})
        both = [side for row in found for side in (row.old, row.new) if side]
        used = {side["creative_id"] for side in both}
        creatives = self._read_names("store.creative", used)
        rows = [
            {
                "kind": row.kind,
                "store": stores[row.store],
                "text": self._describe(row, creatives),
            }
            for row in found
        ]
        return sorted(rows, key=lambda row: (row["store"], row["kind"]))

    def _read_names(self, model, ids):
        """Return {id: name}, also of what was deleted since."""
        # superuser: the reader may read all lines of the plan, so their names, too
        records = self.env[model].sudo().browse(sorted(filter(None, ids))).exists()
        names = dict.fromkeys(ids, self.env._("(deleted)"))
        return names | {False: "–"} | {x.id: x.display_name for x in records}

    def _describe(self, row, creatives):
        if row.kind != CHANGED:
            side = row.new or row.old
            return self.env._(
                "%(creative)s, %(pieces)s pieces, wave: %(wave)s",
                creative=creatives[side["creative_id"]],
                pieces=f"{side['quantity']:,}",
                wave=side["wave"],
            )
        fields_ = self.env["campaign.plan.line"]._fields
        texts = []
        for name in row.names:
            field = fields_["wave_id" if name == "wave" else name]
            old, new = (
                self._format(field, name, side[name], creatives)
                for side in (row.old, row.new)
            )
            texts.append(f"{field._description_string(self.env)}: {old} → {new}")
        return "; ".join(texts)

    def _format(self, field, name, value, creatives):
        if name == "creative_id":
            return creatives[value]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "–")
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        return f"{value:,}" if field.type == "integer" else value or "–"


def _name_waves(content):
    """Return the lines with the name of their wave: its number may be another one."""
    names = {wave["id"]: wave["name"] for wave in content["waves"]}
    return [
        {**row, "wave": names.get(row["wave_id"], "–")} for row in read_lines(content)
    ]
