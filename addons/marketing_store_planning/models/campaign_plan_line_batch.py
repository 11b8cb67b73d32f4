from contextlib import contextmanager

from odoo import models

_KEY = "campaign.plan.line.waiting"


class CampaignPlanLine(models.Model):
    """What follows from a change of lines, worked out once for a thousand of them.

    Prices of a run, expectations, versions and the author of an override are each
    worked out by one statement, after each write. Within `_work_out_once` they wait.
    """

    _inherit = "campaign.plan.line"

    @contextmanager
    def _work_out_once(self):
        """Let what follows from changes wait until the end of the block."""
        data = self.env.cr.precommit.data
        if _KEY in data:
            yield
            return
        waiting = data[_KEY] = {}
        try:
            yield
        finally:
            data.pop(_KEY, None)
        # expectations write lines themselves, so they come first
        for name in sorted(waiting, key=lambda name: name != "_read_expectations"):
            records = waiting[name]
            getattr(records[0].union(*records[1:]).exists(), name)()

    def web_save_multi(self, vals_list, specification):
        """Also what the grid writes line by line, as in “*=1.2”."""
        with self._work_out_once():
            return super().web_save_multi(vals_list, specification)

    def _count_up(self):
        return _wait(self, "_count_up") or super()._count_up()

    def _note_override(self):
        return _wait(self, "_note_override") or super()._note_override()

    def _read_expectations(self):
        if _wait(self, "_read_expectations"):
            return None
        with self._work_out_once():
            return super()._read_expectations()


class CampaignPlan(models.Model):
    _inherit = "campaign.plan"

    def _refresh_prices(self):
        return _wait(self, "_refresh_prices") or super()._refresh_prices()


def _wait(records, name):
    """Note that a method has to be called later; whether it has."""
    waiting = records.env.cr.precommit.data.get(_KEY)
    if waiting is None:
        return False
    if records:
        waiting.setdefault(name, []).append(records)
    return True
