import time

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_queue.isolation import own_transaction

from ..methods import METHODS


class PredictionModel(models.Model):
    """Fitting: read, close, compute, write."""

    _inherit = "prediction.model"

    def _get_method(self):
        self.ensure_one()
        return METHODS[self.kind]

    @api.model
    def _cron_fit(self):
        """Queue the next version of every model of every company."""
        for company in self.env["res.company"].search([("active", "=", True)]):
            for kind in METHODS:
                self._enqueue_fit(company, kind)

    @api.model
    def _enqueue_missing(self):
        """Queue the kinds that a company has no model of: the first week of each."""
        groups = self._read_group([], ["company_id", "kind"])
        known = {(company.id, kind) for company, kind in groups}
        for company in self.env["res.company"].search([("active", "=", True)]):
            for kind in METHODS:
                if (company.id, kind) not in known:
                    self._enqueue_fit(company, kind)

    @api.model
    def _enqueue_fit(self, company, kind):
        return self.env["marketing.job"]._enqueue(
            self._name,
            "_pump_fit",
            {"company_id": company.id, "kind": kind},
            key=f"{self._name}:fit:{kind}:{company.id}",
            kind="pump",
        )

    @api.model
    def _pump_fit(self, company_id, kind):
        """Fit and judge the next version; no transaction is open while computing."""
        method = METHODS[kind]
        with own_transaction(self.env.registry) as env:
            company = env["res.company"].browse(company_id).exists()
            if not company:
                return
            until = fields.Date.today()
            data = method.read_training(env, company, until)
            settings = env[self._name]._get_fit_settings(company)
        started = time.monotonic()
        fingerprint = method.hash_of(data)
        settings["seed"] = int(fingerprint[:8], 16)
        finding = method.fit(data, until, settings)
        seconds = time.monotonic() - started
        with own_transaction(self.env.registry) as env:
            if company := env["res.company"].browse(company_id).exists():
                env[self._name]._keep(company, kind, finding, fingerprint, seconds)

    def _get_parameters(self):
        """Return what was fitted; the trees among it are too long to be read always."""
        self.ensure_one()
        return {**self.parameters, "trees": self.trees or None}

    @api.model
    def _get_fit_settings(self, company):
        """Return the plain values that the fit needs besides the histories."""
        return {
            "margin_rate": self._get_margin_rate(company),
            "discount_rate": company.marketing_discount_percent / 100,
        }

    @api.model
    def _get_margin_rate(self, company):
        """Return the margin of all customers over their revenue, None if unknown."""
        names = ("margin", "revenue")
        stored = self.env["customer.profile"]._fields
        if not all(name in stored and stored[name].store for name in names):
            return None
        [(margin, revenue)] = self.env.execute_query(
            SQL(
                """SELECT SUM(margin)::float8, SUM(revenue)::float8
                     FROM customer_profile
                    WHERE company_id = %s AND margin IS NOT NULL""",
                company.id,
            )
        )
        return round(margin / revenue, 4) if margin and (revenue or 0) > 0 else None

    @api.model
    def _keep(self, company, kind, finding, fingerprint, seconds):
        """Store a finding as the next version, and put it to use if it is better."""
        versions = self.search(
            [("company_id", "=", company.id), ("kind", "=", kind)],
            order="version desc",
        )
        last = versions[:1]
        in_use = versions.filtered(lambda other: other.state == "in_use")
        model = self.create(
            {
                "company_id": company.id,
                "kind": kind,
                "version": last.version + 1,
                "data_hash": fingerprint,
                "fitted_at": fields.Datetime.now(),
                "duration": seconds,
                **self._prepare_values(finding),
            }
        )
        if last.verdict == finding.verdict == "not_enough":
            last.unlink()  # a young shop would collect the same answer each week
        model._succeed(in_use)
        return model

    def _succeed(self, in_use):
        """Take the place of the version in use, if this one is proved."""
        if self.verdict == "better":
            in_use.write({"state": "retired", "retired_reason": "replaced"})
            in_use.flush_recordset()  # only one may be in use, at any statement
            self.state = "in_use"
            self._enqueue_scores()
            return
        self.state = "refused"
        if in_use:
            in_use.write({"state": "retired", "retired_reason": "no_better"})
            in_use._clear_scores()

    @api.model
    def _prepare_values(self, finding):
        metrics = {item.name: [item.model, item.baseline] for item in finding.metrics}
        ranking = metrics.get("gini") or metrics.get("auc") or [False, False]
        return {
            "verdict": finding.verdict,
            "needed": finding.needed,
            "customer_count": finding.customers,
            "parameters": finding.parameters,
            "metrics": metrics,
            "curve": finding.curve,
            "challenge": finding.challenge,
            "trees": finding.trees,
            "ranking": ranking[0],
            "ranking_baseline": ranking[1],
            "gain": finding.gain,
            "gain_low": finding.gain_low,
            "trained_from": finding.trained_from,
            "tested_from": finding.tested_from,
            "tested_until": finding.tested_until,
        }
