from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_base.events import Event, insert_events
from odoo.addons.marketing_queue.isolation import own_transaction

from ..methods import METHODS

BATCH = 50_000
#: Batches begin at multiples of it, so that they are mostly the same each night.
BLOCK = 4096

_WRITE = """
    WITH scored AS (
        SELECT * FROM unnest(%(arrays)s) AS scored (partner_id, %(names)s)
    ), wanted AS (
        SELECT profile.id, %(wanted)s,
               CASE WHEN scored.partner_id IS NOT NULL
                    THEN %(model)s::int END AS %(model_field)s,
               CASE WHEN scored.partner_id IS NOT NULL
                    THEN %(date)s::date END AS %(date_field)s
          FROM customer_profile profile
          LEFT JOIN scored ON scored.partner_id = profile.partner_id
         WHERE profile.company_id = %(company)s
           AND profile.partner_id BETWEEN %(first)s AND %(last)s
    )
    UPDATE customer_profile profile
       SET (%(columns)s) = (SELECT %(from_wanted)s)
      FROM wanted
     WHERE profile.id = wanted.id
       AND (%(stored)s) IS DISTINCT FROM (%(from_wanted)s)
"""


class PredictionModel(models.Model):
    """Scoring: batches of ids, each read, computed and written by itself."""

    _inherit = "prediction.model"

    @api.model
    def _cron_score(self):
        """Queue today's scores of every model in use."""
        for model in self.search([("state", "=", "in_use")]):
            model._enqueue_scores()

    def _enqueue_scores(self):
        self.ensure_one()
        jobs = self.env["marketing.job"]
        for first, last in self._get_ranges():
            jobs._enqueue(
                self._name,
                "_pump_score",
                {"model_id": self.id, "first": first, "last": last},
                key=f"{self._name}:score:{self.id}:{first}",
                kind="pump",
            )
        self._enqueue_drift()

    def _get_ranges(self):
        """Return (first, last) customer ids of batches that begin and end at blocks."""
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id / %(block)s, COUNT(*) FROM customer_profile
                    WHERE company_id = %(company)s GROUP BY 1 ORDER BY 1""",
                block=BLOCK,
                company=self.company_id.id,
            )
        )
        ranges, first, size = [], None, 0
        for number, (block, count) in enumerate(rows):
            first = block * BLOCK if first is None else first
            size += count
            if size >= BATCH or number == len(rows) - 1:
                ranges.append((first, (block + 1) * BLOCK - 1))
                first, size = None, 0
        return ranges

    @api.model
    def _pump_score(self, model_id, first, last):
        """Score the customers of a range of ids; a second run writes the same."""
        with own_transaction(self.env.registry) as env:
            model = env[self._name].browse(model_id).exists()
            if model.state != "in_use":
                return
            today = fields.Date.today()
            method, parameters = METHODS[model.kind], model._get_parameters()
            limits, batch = model._get_limits(), (today, first, last)
            data = method.read_scoring(env, model.company_id, *batch, parameters)
        columns = method.score(parameters, data, today, limits)
        with own_transaction(self.env.registry) as env:
            model = env[self._name].browse(model_id).exists()
            if model and model._is_in_use():
                model._write_scores(first, last, data["partner_id"], columns, today)
                model._record_scoring(first, data["partner_id"].size, today)

    def _get_limits(self):
        """Return the company's own beginnings of value segments."""
        company = self.company_id
        limits = {
            "whale": company.marketing_value_whale,
            "high": company.marketing_value_high,
            "medium": company.marketing_value_medium,
        }
        return {name: limit for name, limit in limits.items() if limit}

    def _is_in_use(self):
        """Hold the version until the end of the transaction: nobody retires it now."""
        [(state,)] = self.env.execute_query(
            SQL("SELECT state FROM prediction_model WHERE id = %s FOR SHARE", self.id)
        )
        return state == "in_use"

    def _write_scores(self, first, last, partner_ids, columns, today):
        """Make the columns of a range equal to the scores, empty without one."""
        method = self._get_method()
        names = list(method.outputs)
        every = [*names, method.model_field, method.date_field]
        arrays = [SQL("%s::int[]", partner_ids.tolist())] + [
            SQL("%s::%s[]", columns[name].tolist(), SQL(kind))
            for name, kind in method.outputs.items()
        ]
        self.env.cr.execute(
            SQL(
                _WRITE,
                arrays=SQL(", ").join(arrays),
                names=_join(names),
                wanted=_join(names, "scored"),
                model=self.id,
                model_field=SQL.identifier(method.model_field),
                date=today,
                date_field=SQL.identifier(method.date_field),
                company=self.company_id.id,
                first=first,
                last=last,
                columns=_join(every),
                stored=_join(every, "profile"),
                from_wanted=_join(every, "wanted"),
            )
        )
        self.env["customer.profile"].invalidate_model(flush=False)

    def _record_scoring(self, first, records, today):
        """Log one event a batch and day."""
        event = Event(
            event_type="model_inference_completed",
            event_id=f"prediction:{self.id}:{today}:{first}",
            company_id=self.company_id.id,
            properties={
                "model_name": f"{self.kind} {self.version}",
                "records": records,
            },
        )
        insert_events(self.env.cr, [event])

    def _enqueue_clear(self):
        for model in self:
            self.env["marketing.job"]._enqueue(
                self._name,
                "_clear_retired",
                {"model_id": model.id},
                key=f"{self._name}:clear:{model.id}",
            )

    @api.model
    def _clear_retired(self, model_id):
        """Job: take the scores of a retired version off the customers."""
        model = self.browse(model_id).exists()
        if model.state == "retired":
            model._clear_scores()

    def _clear_scores(self):
        """Empty what these versions wrote: nobody shall act on an unproven number."""
        self.flush_recordset()
        for model in self:
            method = model._get_method()
            every = [*method.outputs, method.model_field, method.date_field]
            self.env.cr.execute(
                SQL(
                    "UPDATE customer_profile SET %s WHERE company_id = %s AND %s = %s",
                    SQL(", ").join(
                        SQL("%s = NULL", SQL.identifier(name)) for name in every
                    ),
                    model.company_id.id,
                    SQL.identifier(method.model_field),
                    model.id,
                )
            )
        self.env["customer.profile"].invalidate_model(flush=False)


def _join(names, table=None):
    prefix = [table] if table else []
    return SQL(", ").join(SQL.identifier(*prefix, name) for name in names)
