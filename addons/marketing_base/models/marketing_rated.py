from odoo import api, models
from odoo.tools import SQL


class MarketingRated(models.AbstractModel):
    """Percentages of two counts of a record: computed, sorted and grouped alike."""

    _name = "marketing.rated"
    _description = "Percentages of Counts"

    # percentage -> (part, whole); its field is a Float with `compute="_compute_rates"`
    _rates = {}

    @api.depends(
        lambda self: sorted({n for pair in self._rates.values() for n in pair})
    )
    def _compute_rates(self):
        for record in self:
            for rate, (part, whole) in self._rates.items():
                record[rate] = percent(record[part], record[whole])

    def _field_to_sql(self, alias, field_expr, query=None):
        """Rates are not stored but can be sorted by."""
        if field_expr not in self._rates:
            return super()._field_to_sql(alias, field_expr, query)
        part, whole = (
            super(MarketingRated, self)._field_to_sql(alias, name, query)
            for name in self._rates[field_expr]
        )
        return SQL("COALESCE(100.0 * %s / NULLIF(%s, 0), 0)", part, whole)

    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group is its sum over its sum, never a mean of rates."""
        name, _colon, function = aggregate_spec.partition(":")
        if name not in self._rates or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        part, whole = (
            self._field_to_sql(self._table, field, query) for field in self._rates[name]
        )
        return SQL("COALESCE(100.0 * SUM(%s) / NULLIF(SUM(%s), 0), 0)", part, whole)


def percent(part, whole):
    return 100.0 * part / whole if whole else 0.0
