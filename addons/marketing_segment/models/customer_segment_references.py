from odoo import models

from ..segment_activity import read_activity
from ..segment_problem import RuleProblem
from ..segment_rules import get_kind


class CustomerSegment(models.Model):
    """What a rule names must be there when it is written."""

    _inherit = "customer.segment"

    def _check_references(self, domain):
        """Refuse products, campaigns … that do not exist, or not for this company.

        Only when a rule is written: what is deleted later is met by nobody.

        :raises RuleProblem: naming the first one
        """
        for condition in domain.iter_conditions():
            path = condition.field_expr
            if get_kind(self.env, path) == "activity":
                self._check_chosen(path, condition.value)

    def _check_chosen(self, path, text):
        source = self.env["customer.profile"]._get_activity_source(path)
        activity = read_activity(self.env, path, text)
        for name, one in source.get_filters().items():
            if not one.model or not activity.chosen[name]:
                continue
            # superuser: only whether they exist and are this company's, without a name
            records = self.env[one.model].sudo().browse(activity.chosen[name])
            existing = records.exists()
            for record in records:
                if record not in existing or not self._is_ours(record):
                    raise RuleProblem(
                        "reference", field=path, key=one.label, id=record.id
                    )

    def _is_ours(self, record):
        if "company_id" not in record._fields:
            return True
        return record.company_id in (record.company_id.browse(), self.company_id)
