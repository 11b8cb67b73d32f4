from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

SHOWN_MONTHS = 36


class CustomerRfmGrid(models.AbstractModel):
    """The figures of the RFM page: the grid of today, the moves of a month."""

    _name = "customer.rfm.grid"
    _description = "RFM Grid"

    @api.model
    def get_grid(self):
        """Return the customers and their revenue by recency and frequency score.

        Of the company of the user, as far as its record rules let it see them.
        """
        return {
            "company_id": self.env.company.id,
            "currency_id": self.env.company.currency_id.id,
            "labels": self._get_labels(),
            "cells": self._get_cells(),
            "months": self._get_months(),
            "is_fixed": self.env.company.marketing_rfm_method == "fixed",
        }

    def _get_cells(self):
        groups = self.env["customer.profile"]._read_group(
            self._get_own_domain() & Domain("partner_id.active", "=", True),
            ["recency_score", "frequency_score", "rfm_segment"],
            ["__count", "monetary:sum"],
        )
        cells = {}
        for recency, frequency, segment, count, revenue in groups:
            cell = cells.setdefault(
                (recency, frequency), {"count": 0, "revenue": 0.0, "segments": []}
            )
            cell["count"] += count
            cell["revenue"] += revenue
            cell["segments"].append([segment, count])
        for cell in cells.values():
            cell["segments"].sort(key=lambda pair: (-pair[1], pair[0]))
        return [
            {"recency": recency, "frequency": frequency, **cell}
            for (recency, frequency), cell in cells.items()
        ]

    @api.model
    def get_moves(self, month):
        """Return who was in which segment a month before `month`, and at its begin.

        :param month: the first day of a month, as a text
        """
        groups = self.env["customer.profile.history"]._read_group(
            self._get_own_domain() & Domain("month", "=", self._read_month(month)),
            ["previous_rfm_segment", "rfm_segment"],
            ["__count", "monetary:sum"],
        )
        return {
            "labels": self._get_labels(),
            "moves": [
                {"from": before or False, "to": now, "count": count, "revenue": revenue}
                for before, now, count, revenue in groups
            ],
        }

    def _read_month(self, text):
        try:
            return fields.Date.to_date(text)
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._("“%s” is not a month: give its first day.", text)
            ) from error

    def _get_own_domain(self):
        return Domain("company_id", "=", self.env.company.id)

    def _get_labels(self):
        """Return [[key, name]] of the segments, best customers first."""
        tags = self.env["customer.rfm.segment"].search([("key", "!=", False)])
        return [[tag.key, tag.name] for tag in tags]

    def _get_months(self):
        """Return the months of which there is a standing, the latest first.

        One row of the index a month, where grouping would read every standing.
        """
        history = self.env["customer.profile.history"]
        months, domain = [], self._get_own_domain()
        while len(months) < SHOWN_MONTHS:
            latest = history.search(domain, limit=1, order="month desc")
            if not latest:
                break
            months.append(fields.Date.to_string(latest.month))
            domain = self._get_own_domain() & Domain("month", "<", latest.month)
        return months
