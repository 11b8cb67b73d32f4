from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

OURSELVES = {"odoo": "Odoo"}


class MarketingEventSource(models.AbstractModel):
    """Mixin of models with the source of events: shows it by its name.

    A source is `odoo`, or a kind and the number of a record, such as `api:7`. Addons
    name the models of their kinds in `_get_source_models`.
    """

    _name = "marketing.event.source"
    _description = "Source of Events"
    # the field of the model that holds the source
    _source_field = "source_id"

    source_name = fields.Char(
        "Source",
        compute="_compute_source_name",
        search="_search_source_name",
    )

    @api.model
    def _get_source_models(self):
        """{kind: model whose records have the names}."""
        return {"api": "marketing.api.key"}

    @api.depends(lambda self: (self._source_field,))
    def _compute_source_name(self):
        names = self._get_source_names(set(self.mapped(self._source_field)))
        for record in self:
            record.source_name = names.get(record[self._source_field])

    @api.model
    def _get_source_names(self, sources):
        """{source: name}; what is gone keeps its number."""
        numbers = defaultdict(list)
        for source in filter(None, sources):
            kind, _colon, number = source.partition(":")
            if number.isdecimal():
                numbers[kind].append(int(number))
        names = {source: source for source in sources} | OURSELVES
        for kind, ids in numbers.items():
            for record in self._browse_sources(kind, ids):
                names[f"{kind}:{record.id}"] = record.name
        return names

    @api.model
    def _browse_sources(self, kind, ids):
        model = self._get_source_models().get(kind)
        if not model:
            return []
        # Superuser: of what may be read is said by whom it came, no more than the name.
        return self.env[model].sudo().browse(ids).exists()

    @api.model
    def _search_source_name(self, operator, value):
        if operator not in ("in", "ilike", "like", "=like", "=ilike"):
            return NotImplemented
        found = []
        for kind, model in self._get_source_models().items():
            # Superuser: as above; the rules of this model decide who sees which events.
            records = self.env[model].sudo().with_context(active_test=False)
            ids = records.search([("name", operator, value)]).ids
            found += [f"{kind}:{record_id}" for record_id in ids]
        return Domain(self._source_field, "in", found) | Domain(
            self._source_field, operator, value
        )
