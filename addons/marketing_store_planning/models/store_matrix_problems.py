from odoo import models


class StoreMatrix(models.Model):
    """Why a matrix cannot be computed, in sentences that say what to do."""

    _inherit = "store.matrix"

    def _find_problem(self, question):
        """Return the first thing that is missing, as a sentence; False without any."""
        rows = question["rows"]
        possible = [row for row in rows if (row["responses"] or 0) <= row["pieces"]]
        if not rows:
            return self.env._(
                "There is no past result with pieces: import results of past drops, or "
                "wait for those of the first orders."
            )
        if not possible:
            return self.env._(
                "All past results have more conversions than pieces: one of the two is "
                "wrong in the import."
            )
        if any(row["responses"] for row in possible) and not any(
            row["responses"] and (row["revenue"] or 0) > 0 for row in possible
        ):
            return self.env._(
                "No past result has conversions and revenue: what a conversion is "
                "worth is not known. Add the revenue."
            )
        return self._find_missing(question)

    def _find_missing(self, question):
        """Return which stores, creatives or prices are missing."""
        if not question["stores"]:
            return self.env._("There is no active store: add stores, or import them.")
        if not question["creatives"] and question["unpriced"]:
            return self.env._(
                "No active creative has a price: add a vendor price, or a cost, to the "
                "products of %(creatives)s.",
                creatives=question["unpriced"],
            )
        if not question["creatives"]:
            return self.env._("No creative is active: add one, or activate one.")
        if not question["allowed"].any():
            return self.env._(
                "No creative fits: all are out of season in the middle of the period, "
                "or made for other types of stores."
            )
        return False

    def _describe_problem(self, error):
        """Put an error of the computation into a sentence."""
        if isinstance(error, ValueError):
            return self.env._(
                "The past results, prices or stores hold something that cannot be "
                "computed with. Look through the newest of them. (%(reason)s)",
                reason=error,
            )
        return self.env._(
            "The computation has stopped unexpectedly. It is tried again by itself; if "
            "this stays, an administrator finds the reason under Jobs."
        )
