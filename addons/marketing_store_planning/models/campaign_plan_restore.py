from collections import Counter

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..plan_diff import pair
from .campaign_plan_snapshot import DECIDED, LINE, PLAN, WAVE, read_lines

#: Of a line: what makes it another one.
PLACE = ("creative_id", "wave_id")


class CampaignPlanVersion(models.Model):
    """A draft becomes again what it was; what it is now is kept as a version, too."""

    _inherit = "campaign.plan.version"

    def action_restore(self):
        """Write the version into its plan, which has to be a draft."""
        self.ensure_one()
        plan = self.plan_id
        plan.check_access("write")
        plan.lock_for_update()
        plan.invalidate_recordset(["state"])
        if plan.state != "draft":
            raise UserError(
                self.env._(
                    "Take “%s” back to a draft before you restore it.", plan.name
                )
            )
        plan._take_version("replaced")
        waves = self._restore_waves()
        self._restore_lines(waves)
        (plan.wave_ids - plan.wave_ids.browse(waves.values())).unlink()
        self._tell_restored()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _restore_waves(self):
        """Write plan and waves; return {id of a wave in the version: id now}."""
        plan, wanted = self.plan_id, self.content["waves"]
        header = {name: self.content["plan"][name] for name in PLAN}
        commands = self._prepare_waves(wanted, self._match_waves(wanted))
        plan.write({**header, "wave_ids": commands})
        by_name = {wave.name: wave.id for wave in plan.wave_ids}
        return {wave["id"]: by_name[wave["name"]] for wave in wanted}

    def _match_waves(self, wanted):
        """Return {id in the version: id now}: the same one, or one of its name."""
        now = self.plan_id.wave_ids
        by_name = {wave.name: wave.id for wave in now}
        found = {wave["id"]: wave["id"] for wave in wanted if wave["id"] in now.ids}
        for wave in wanted:
            same = by_name.get(wave["name"])
            if wave["id"] not in found and same and same not in found.values():
                found[wave["id"]] = same
        return found

    def _prepare_waves(self, wanted, found):
        """Return the commands; a wave too many is put aside until no line is in it."""
        commands = [
            # its name and days must not be in the way of the others
            Command.update(
                wave.id,
                {
                    "name": f"{wave.name} #{wave.id}",
                    "date_start": False,
                    "date_end": False,
                },
            )
            for wave in self.plan_id.wave_ids
            if wave.id not in found.values()
        ]
        for wave in wanted:
            values = {name: wave[name] for name in WAVE if name != "id"}
            known = found.get(wave["id"])
            commands.append(
                Command.update(known, values) if known else Command.create(values)
            )
        return commands

    def _restore_lines(self, waves):
        lines = self.plan_id.line_ids
        rows = [
            {**row, "wave_id": waves.get(row["wave_id"], False)}
            for row in read_lines(self.content)
        ]
        gone, fresh, changes = _decide(read_lines(self.plan_id._read_content()), rows)
        with lines._work_out_once():
            lines.browse(gone).unlink()
            for line, changed in changes.items():
                lines.browse(line).write(changed)
            self._add_lines(fresh)

    def _add_lines(self, rows):
        lines = self.env["campaign.plan.line"]
        lines.check_access("create")
        # superuser: what was recommended is written by the server only
        lines.sudo().create(
            [
                {"plan_id": self.plan_id.id, **{x: row[x] for x in LINE if x != "id"}}
                for row in rows
            ]
        )

    def _tell_restored(self):
        plan = self.plan_id
        self.env["marketing.audit.log"]._record(
            "plan_restored",
            plan,
            {"restored": [None, self.display_name]},
            company=plan.company_id,
        )
        plan.message_post(
            body=self.env._("Restored: %(version)s", version=self.display_name)
        )


def _decide(now, wanted):
    """Return (ids of lines to delete, rows to add, {id: what to change}).

    Two lines of a store may change places, which needs a place that is free: such
    lines are made anew.
    """
    counts = Counter(row["store_id"] for row in now)
    gone, fresh, changes = [], [], {}
    for before, row in pair(now, wanted):
        if row is None:
            gone.append(before["id"])
        elif before is None:
            fresh.append(row)
        elif changed := {x: row[x] for x in DECIDED if row[x] != before[x]}:
            if counts[before["store_id"]] > 1 and changed.keys() & set(PLACE):
                gone.append(before["id"])
                fresh.append(row)
            else:
                changes[before["id"]] = changed
    return gone, fresh, changes
