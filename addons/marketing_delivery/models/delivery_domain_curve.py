from odoo import fields, models
from odoo.tools import SQL, drop_view_if_exists

DAYS_AHEAD = 45
_VIEW = """
    CREATE VIEW delivery_domain_curve AS
    SELECT row_number() OVER (ORDER BY domain_id, date, series)::int AS id, curve.*
      FROM (
        SELECT domain_id, company_id, date, 'planned' AS series, planned AS number
          FROM delivery_domain_day
        UNION ALL
        SELECT domain_id, company_id, date, 'actual', actual FROM delivery_domain_day
        UNION ALL
        SELECT domain.id, domain.company_id, (now() AT TIME ZONE 'UTC')::date, 'actual',
               CASE WHEN usage.day_start = date_trunc('day', now() AT TIME ZONE 'UTC')
                    THEN usage.day_used ELSE 0 END
          FROM delivery_domain domain
          LEFT JOIN delivery_usage usage
            ON usage.scope = 'domain' AND usage.res_id = domain.id
         WHERE domain.stage <> 'established'
        UNION ALL
        SELECT domain.id, domain.company_id,
               (now() AT TIME ZONE 'UTC')::date + ahead, 'planned', today.number::int
          FROM delivery_domain domain, generate_series(0, %(days)s) ahead,
               LATERAL (SELECT LEAST(domain.warmup_target, floor(domain.warmup_start
                            * domain.warmup_growth::float8
                              ^ LEAST(domain.warmup_day + ahead, 300))) AS number) today
         WHERE domain.stage <> 'established'
           AND (ahead = 0 OR floor(domain.warmup_start * domain.warmup_growth::float
                    ^ LEAST(domain.warmup_day + ahead - 1, 300)) < domain.warmup_target)
      ) curve
"""


class DeliveryDomainCurve(models.Model):
    """The planned and the actual number of each day, for the graph of a warm-up."""

    _name = "delivery.domain.curve"
    _description = "Warm-Up Curve"
    _auto = False
    _order = "date, series"
    _rec_name = "date"

    domain_id = fields.Many2one("delivery.domain", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Date(readonly=True)
    series = fields.Selection(
        [("planned", "Planned"), ("actual", "Sent")], "Messages", readonly=True
    )
    number = fields.Integer("Messages a Day", readonly=True)

    def init(self):
        drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(SQL(_VIEW, days=DAYS_AHEAD))
