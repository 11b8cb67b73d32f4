from odoo import api, models

from odoo.addons.marketing_queue.isolation import own_transaction


class CampaignPlanAssign(models.TransientModel):
    """Waves as even as can be: a job finds them, and tells how even they are."""

    _inherit = "campaign.plan.assign"

    def _ask_even_waves(self):
        self.plan_id.check_access("write")
        self.env["marketing.job"]._enqueue(
            self._name,
            "_pump_even_waves",
            {
                "plan_id": self.plan_id.id,
                "only_unassigned": self.only_unassigned,
                "user_id": self.env.uid,
            },
            key=f"{self._name}:even:{self.plan_id.id}",
            kind="pump",
        )
        return self._notify(
            self.env._(
                "The waves are being worked out. The plan's chatter tells when they "
                "are there, and how even they are."
            ),
            "info",
        )

    @api.model
    def _pump_even_waves(self, plan_id, only_unassigned, user_id):
        # it loads scipy.optimize, which web processes do without
        from odoo.addons.marketing_engine.store_budget import even_waves

        asked = {"plan_id": plan_id, "only_unassigned": only_unassigned, "mode": "even"}
        with own_transaction(self.env.registry) as env:
            wizard = self._get_asked(env, asked, user_id)
            if not wizard:
                return
            lines = wizard._get_lines()
            question = wizard._read_even_question(lines)
        if not lines or not question["waves"]:
            return
        waves = question.pop("waves")
        found = even_waves(**question)
        places = {
            line: waves[wave]
            for line, wave in zip(lines.ids, found.wave.tolist(), strict=True)
            if wave >= 0
        }
        with own_transaction(self.env.registry) as env:
            if wizard := self._get_asked(env, asked, user_id):
                wizard._keep_even_waves(places, found, len(lines) - len(places))

    @api.model
    def _get_asked(self, env, asked, user_id):
        """Return what a user has asked for, with the user's rights; empty when over."""
        plan = env["campaign.plan"].browse(asked["plan_id"]).exists()
        empty = env[self._name]
        if not plan or plan.state not in ("draft", "in_review"):
            return empty
        mine = empty.with_user(user_id).with_context(
            allowed_company_ids=plan.company_id.ids
        )
        return mine.new(asked)

    def _read_even_question(self, lines):
        """Return what the engine is asked, as plain values."""
        rooms = self._get_rooms(lines)
        no_limit = float("inf")
        # a line must not go where its store has the same creative already
        barred = [
            [
                bool(room.same & {(line.store_id.id, line.creative_id.id)})
                for room in rooms
            ]
            for line in lines
        ]
        return {
            "waves": [room.key for room in rooms],
            "pieces": lines.mapped("quantity"),
            "costs": [line.cost for line in lines],
            "region": [line.region_id.id or 0 for line in lines],
            "capacity": [room.capacity or no_limit for room in rooms],
            "budgets": [room.budget or no_limit for room in rooms],
            "there": [[room.pieces, room.cost] for room in rooms],
            "same": [f"{line.store_id.id} {line.creative_id.id}" for line in lines],
            "barred": barred,
        }

    def _keep_even_waves(self, places, found, left):
        """Write the waves, and tell how even they are."""
        plan = self.plan_id
        asked = self._get_lines()
        lines = asked.filtered(lambda line: line.id in places)
        # who finds no room does not stay where others have been put by now
        (asked - lines).filtered("wave_id").write({"wave_id": False})
        self._write_waves(lines, {line.id: places[line.id] for line in lines})
        message = self.env._(
            "Waves for %(count)s lines: pieces and cost of a wave are at most "
            "%(deviation)s %% off an even share; with these limits no assignment is "
            "better than %(bound)s %%. Regions in more than one wave: %(split)s.",
            count=len(lines),
            deviation=f"{100 * found.deviation:.2f}",
            bound=f"{100 * found.bound:.2f}",
            split=found.split,
        )
        if left:
            message += " " + self._describe_left(left)
        plan.message_post(body=message)
        self.env.user._bus_send(
            "simple_notification",
            {"title": plan.name, "message": message, "type": "success"},
        )
