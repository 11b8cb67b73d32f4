import json

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from ..segment_values import is_number
from .customer_segment import PATTERN_FIELDS
from .customer_segment_pattern import DIGITS

_READERS = {
    "patterns": lambda value, keys: (
        isinstance(value, list)
        and all(isinstance(key, str) and key in keys for key in value)
    ),
    "match": lambda value, keys: value in ("any", "all"),
    "min_score": lambda value, keys: is_number(value, 1) and value >= 0,
    "primary_only": lambda value, keys: isinstance(value, bool),
}


class CustomerSegment(models.Model):
    """A segment of behaviour as JSON: another view of the same fields."""

    _inherit = "customer.segment"

    pattern_config = fields.Text(
        "Behaviour (JSON)",
        compute="_compute_pattern_config",
        inverse="_inverse_pattern_config",
        help='{"patterns": ["WEEKEND_SHOPPER"]}, and if wanted "match": "all", '
        '"min_score": 0.8, "primary_only": true',
    )

    @api.depends(*PATTERN_FIELDS)
    def _compute_pattern_config(self):
        for segment in self:
            config = {
                "patterns": segment.pattern_type_ids.mapped("key"),
                "match": segment.pattern_match,
                "min_score": round(segment.pattern_min_score, DIGITS),
                "primary_only": segment.pattern_primary_only,
            }
            segment.pattern_config = json.dumps(config)

    def _inverse_pattern_config(self):
        for segment in self:
            segment.write(segment._read_pattern_config())

    def _read_pattern_config(self):
        """Return the fields that the JSON means."""
        types = self.env["customer.pattern.type"].search([("key", "!=", False)])
        ids = {pattern.key: pattern.id for pattern in types}
        config = self._parse_json("pattern_config")
        if not all(
            key in _READERS and _READERS[key](value, ids)
            for key, value in config.items()
        ):
            raise ValidationError(
                self.env._(
                    "Behaviour is given as patterns, a list of %(patterns)s, and, if "
                    "wanted, match (any or all), min_score (from 0 to 1) and "
                    "primary_only (true or false).",
                    patterns=", ".join(ids),
                )
            )
        chosen = [ids[key] for key in config.get("patterns", [])]
        return {
            "pattern_type_ids": [Command.set(chosen)],
            "pattern_match": config.get("match", "any"),
            "pattern_min_score": config.get("min_score", 0),
            "pattern_primary_only": config.get("primary_only", False),
        }
