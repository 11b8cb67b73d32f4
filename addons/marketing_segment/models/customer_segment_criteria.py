import json

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..segment_criteria import criteria_to_domain, domain_to_criteria
from ..segment_rules import RuleProblem, check_domain
from .customer_segment import SCORE_FIELDS, SCORES

_ALL_SCORES = [1, 2, 3, 4, 5]
#: Type of a segment -> the field with its rule as JSON, and what the API calls it.
RULES = {
    "dynamic": ("filter_criteria", "criteria"),
    "rfm": ("rfm_config", "rfm"),
    "behavioural": ("pattern_config", "behaviour"),
}


class CustomerSegment(models.Model):
    """The rule as JSON: another view of the same fields, readable and writable."""

    _inherit = "customer.segment"

    filter_criteria = fields.Text(
        "Conditions (JSON)",
        compute="_compute_filter_criteria",
        inverse="_inverse_filter_criteria",
        help='{"logic": "AND", "conditions": [{"field": "order_count", "operator": '
        '">=", "value": 5}, {"field": "last_order_date", "operator": ">=", '
        '"value": "-30d"}]}',
    )
    rfm_config = fields.Text(
        "RFM (JSON)",
        compute="_compute_rfm_config",
        inverse="_inverse_rfm_config",
        help='{"segments": ["champions"]} or {"recency_score": [5], '
        '"frequency_score": [4, 5], "monetary_score": [4, 5]}',
    )

    @api.depends("filter_domain")
    def _compute_filter_criteria(self):
        for segment in self:
            segment.filter_criteria = json.dumps(
                segment._get_criteria(), ensure_ascii=False, default=str
            )

    def _get_criteria(self):
        """Return the rule as nested groups; an unreadable one is empty."""
        try:
            domain = self._parse_domain(self.filter_domain)
            check_domain(self.env, domain)
            return domain_to_criteria(self.env, domain)
        except RuleProblem:
            return {}

    def _inverse_filter_criteria(self):
        for segment in self:
            criteria = segment._parse_json("filter_criteria")
            known = json.loads(json.dumps(segment._get_criteria(), default=str))
            if criteria == known and criteria:
                continue  # a form sends both; JSON has no place for a NOT of a group
            try:
                domain = criteria_to_domain(self.env, criteria)
                check_domain(self.env, domain)
            except RuleProblem as problem:
                raise ValidationError(problem.explain(self.env)) from problem
            segment.filter_domain = repr([] if domain.is_true() else list(domain))

    @api.depends("rfm_segment_ids", *SCORE_FIELDS)
    def _compute_rfm_config(self):
        for segment in self:
            config = {
                f"{name}_score": list(range(low, high + 1))
                for name, low, high in segment._get_limited_scores()
            }
            if segment.rfm_segment_ids:
                config["segments"] = segment.rfm_segment_ids.mapped("key")
            segment.rfm_config = json.dumps(config)

    def _inverse_rfm_config(self):
        for segment in self:
            segment.write(segment._read_rfm_config())

    def _read_rfm_config(self):
        """Return the fields that the JSON means."""
        tags = {tag.key: tag.id for tag in self.env["customer.rfm.segment"].search([])}
        config = self._parse_json("rfm_config")
        unknown = set(config) - {"segments", *(f"{name}_score" for name in SCORES)}
        keys = config.get("segments", [])
        if unknown or not isinstance(keys, list) or set(map(str, keys)) - set(tags):
            raise ValidationError(
                self.env._(
                    "RFM segments are given as %(segments)s, scores as "
                    "recency_score, frequency_score and monetary_score.",
                    segments=", ".join(tags),
                )
            )
        values = {"rfm_segment_ids": [(6, 0, [tags[key] for key in keys])]}
        for name in SCORES:
            low, high = self._parse_scores(config, f"{name}_score")
            values |= {f"{name}_min": low, f"{name}_max": high}
        return values

    def _parse_scores(self, config, name):
        """Return the ends of an unbroken list of scores."""
        scores = config.get(name, _ALL_SCORES)
        valid = isinstance(scores, list) and scores
        if valid and all(
            type(score) is int and score in _ALL_SCORES for score in scores
        ):
            low, high = min(scores), max(scores)
            if set(scores) == set(range(low, high + 1)):
                return low, high
        raise ValidationError(
            self.env._(
                "%(name)s is a list of scores from 1 to 5 without a gap, such as "
                "[4, 5]; use two segments for scores that are apart.",
                name=name,
            )
        )

    @api.model
    def _estimate_rule(self, values):
        """Count the customers of a rule that is on no segment.

        :param values: segment type and the rule as JSON in its field
        """
        segment = self.new({"name": "?", "company_id": self.env.company.id, **values})
        if values["segment_type"] == "dynamic":
            segment._inverse_filter_criteria()
        elif values["segment_type"] == "rfm":
            segment.update(segment._read_rfm_config())
        else:
            segment.update(segment._read_pattern_config())
            segment._check_one_primary()
        reasons = segment._read_reasons(segment._members_sql())
        return {
            "customer_count": sum(reasons.values()),
            "sendable_count": reasons.pop(None, 0),
            "refusals": reasons,
            "explanation": segment._explain() or "",
        }

    def _get_rule(self):
        """Return the rule as {"criteria" or "rfm" or "behaviour": data}.

        A fixed list has none, nor have conditions that cannot be read any more.
        """
        if self.segment_type not in RULES:
            return {}
        name, key = RULES[self.segment_type]
        rule = json.loads(self[name])
        return {key: rule} if rule or key != "criteria" else {}

    def _parse_json(self, name):
        """Return the JSON object in a field; an empty text is an empty object."""
        try:
            value = json.loads(self[name] or "{}")
        except (ValueError, RecursionError) as error:
            raise ValidationError(
                self.env._("This is not JSON: %(error)s.", error=error)
            ) from error
        if not isinstance(value, dict):
            raise ValidationError(self.env._("A JSON object {…} is expected."))
        return value
