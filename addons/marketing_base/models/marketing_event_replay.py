import json

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, groupby, split_every

from ..event_catalogue import API, BROWSER
from ..intake.judge import Refusal
from ..intake.log import log_rows
from ..notification import notify
from .marketing_event_intake import Source

BATCH = 1000
MOST = 10_000


class MarketingEventFailure(models.Model):
    """Judging failed events again, as they came; their age no longer counts."""

    _inherit = "marketing.event.failure"

    def action_replay(self):
        """Try the chosen events again: after a setting was corrected, or too old."""
        self._check_replay()
        chosen = self.filtered(lambda f: f.state == "failed" and f.is_replayable)
        if not chosen:
            raise UserError(
                self.env._(
                    "None of these events can be replayed: they were replayed already,"
                    " or the program has to correct and send them again."
                )
            )
        replayed = 0
        by_source = groupby(chosen, lambda f: (f.source_id, f.company_id.id))
        for (source_id, company_id), failures in by_source:
            source = Source(source_id, company_id, frozenset((API, BROWSER)))
            for batch in split_every(BATCH, failures):
                replayed += self._replay(source, self.browse(f.id for f in batch))
        self.invalidate_model(flush=False)
        return self._notify_replayed(replayed, len(chosen) - replayed, len(self))

    def _check_replay(self):
        self.check_access("read")
        if not self.env.user.has_group("marketing_base.group_administrator"):
            raise AccessError(
                self.env._("Only marketing administrators replay failed events.")
            )
        if len(self) > MOST:
            raise UserError(
                self.env._("Replay at most %(number)s events at once.", number=MOST)
            )

    def _replay(self, source, failures):
        """Judge and log; return how many the log has now, each of them once."""
        raws = [json.loads(failure.payload) for failure in failures]
        judge = self.env["marketing.event.intake"]._get_judge(
            source, raws, any_age=True
        )
        judged = list(zip(failures.ids, map(judge.judge, raws), strict=True))
        rows = [(number, row) for number, row in judged if not isinstance(row, Refusal)]
        log_rows(
            self.env.cr,
            [row for _number, row in rows],
            source.source_id,
            source.company_id,
        )
        self._note_replayed([number for number, _row in rows])
        self._note_refused([(n, row) for n, row in judged if isinstance(row, Refusal)])
        return len(rows)

    def _note_replayed(self, ids):
        self.env.cr.execute(
            SQL(
                """UPDATE marketing_event_failure
                      SET state = 'replayed', replayed_at = %s, replayed_by_id = %s
                    WHERE id = ANY(%s)""",
                fields.Datetime.now(),
                self.env.uid,
                ids,
            )
        )

    def _note_refused(self, refused):
        for number, refusal in refused:
            self.env.cr.execute(
                SQL(
                    """UPDATE marketing_event_failure
                          SET code = %s, detail = %s, pointer = %s
                        WHERE id = %s AND (code, detail, pointer)
                              IS DISTINCT FROM (%s, %s, %s)""",
                    *refusal,
                    number,
                    *refusal,
                )
            )

    def _notify_replayed(self, replayed, refused, chosen):
        message = self.env._(
            "%(replayed)s of %(chosen)s events are in the log now.",
            replayed=replayed,
            chosen=chosen,
        )
        if refused:
            message += " " + self.env._(
                "%(refused)s were refused again: see their explanation.",
                refused=refused,
            )
        return notify("warning" if refused else "success", message)
