"""Plans of stores as the API shows and takes them."""

import re
from datetime import date

from odoo.addons.marketing_base.api.operation import IDENTIFIER
from odoo.addons.marketing_base.api.problems import Problem, invalid
from odoo.addons.marketing_base.api.values import MOMENT_OR_NULL, utc

from ..plan_rows import MAX_QUANTITY, PROBLEM

STATUSES = ("draft", "in_review", "approved", "executed", "cancelled")
TOTALS = (
    "total_stores",
    "total_quantity",
    "total_cost",
    "expected_conversions",
    "expected_conversions_low",
    "expected_conversions_high",
    "expected_revenue",
    "expected_revenue_low",
    "expected_revenue_high",
    "average_confidence",
)
MAX_LINES = 5_000
_DAY = {"type": ["string", "null"], "format": "date"}
_TEXT = {"type": ["string", "null"], "maxLength": 2000}
_NAME = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"\S"}
_AMOUNT = {"type": "number", "minimum": 0, "maximum": 1e12}
_WAVE = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": _NAME,
        "date_start": _DAY,
        "date_end": _DAY,
        "budget": _AMOUNT,
        "capacity": {"type": "integer", "minimum": 0, "maximum": 2_000_000_000},
    },
}
_LINE = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": False,
    "properties": {
        "line": IDENTIFIER,
        "store": {**_NAME, "description": "Number of the store."},
        "creative": {"type": ["string", "null"], "maxLength": 200},
        "quantity": {"type": "integer", "minimum": 0, "maximum": MAX_QUANTITY},
        "wave": {"type": ["string", "null"], "maxLength": 200},
        "included": {"type": "boolean"},
        "notes": _TEXT,
        "reason": {**_TEXT, "description": "Why not as recommended."},
    },
}
_FIELDS = {
    "name": _NAME,
    "period_start": _DAY,
    "period_end": _DAY,
    "budget": _AMOUNT,
    "waves": {"type": "array", "maxItems": 100, "items": _WAVE},
    "lines": {"type": "array", "maxItems": MAX_LINES, "items": _LINE},
}
NEW_PLAN = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": _FIELDS,
}
CHANGES = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": False,
    "properties": _FIELDS,
}
SUMMARY = {
    "title": "Plan",
    "type": "object",
    "required": ["id", "name", "status", "version", "currency", *TOTALS],
    "properties": {
        "id": IDENTIFIER,
        "name": {"type": "string"},
        "status": {"type": "string", "enum": list(STATUSES)},
        "version": {"type": "integer"},
        "period_start": _DAY,
        "period_end": _DAY,
        "budget": {"type": "number"},
        "currency": {"type": "string"},
        "approved_at": MOMENT_OR_NULL,
        **dict.fromkeys(TOTALS, {"type": "number"}),
    },
}
PLAN = {
    **SUMMARY,
    "title": "Plan with waves and lines",
    "required": [*SUMMARY["required"], "waves", "lines", "problems"],
    "properties": {
        **SUMMARY["properties"],
        "waves": {"type": "array", "items": {"type": "object"}},
        "lines": {"type": "array", "items": {"type": "object"}},
        "problems": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What has to be settled before it can be approved.",
        },
    },
}
ORDERS = {
    "title": "Orders of a plan",
    "type": "object",
    "required": ["orders"],
    "properties": {
        "orders": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "name", "amount"],
                "properties": {
                    "id": IDENTIFIER,
                    "name": {"type": "string"},
                    "amount": {"type": "number"},
                    "currency": {"type": "string"},
                },
            },
        }
    },
}


def summarise(plan):
    return {
        "id": plan.id,
        "name": plan.name,
        "status": plan.state,
        "version": plan.version,
        "period_start": _to_text(plan.period_start),
        "period_end": _to_text(plan.period_end),
        "budget": plan.budget,
        "currency": plan.currency_id.name,
        "approved_at": utc(plan.approval_date),
        **{name: round(plan[name], 4) for name in TOTALS},
    }


def represent(plan):
    return {
        **summarise(plan),
        "waves": [_represent_wave(wave) for wave in plan.wave_ids],
        "lines": [_represent_line(line) for line in plan.line_ids],
        "problems": (plan.problem_text or "").splitlines(),
    }


def _represent_wave(wave):
    return {
        "name": wave.name,
        "date_start": _to_text(wave.date_start),
        "date_end": _to_text(wave.date_end),
        "budget": wave.budget,
        "capacity": wave.capacity,
        "total_quantity": wave.total_quantity,
        "total_cost": wave.total_cost,
    }


def _represent_line(line):
    return {
        "line": line.id,
        "store": line.store_id.number,
        "creative": line.creative_id.name or None,
        "quantity": line.quantity,
        "wave": line.wave_id.name or None,
        "included": line.is_included,
        "notes": line.notes or None,
        "reason": line.override_reason or None,
        "ai_status": line.ai_status,
        "confidence": round(line.confidence, 2),
        "recommended_creative": line.recommended_creative_id.name or None,
        "recommended_quantity": line.recommended_quantity,
        "expected_conversions": round(line.expected_conversions, 4),
        "expected_revenue": round(line.expected_revenue, 4),
        "cost": line.cost,
    }


def read_plan(body, plan):
    """Return the fields of the plan itself that a body names; ``plan`` may be empty."""
    values = {name: body[name] for name in ("name", "budget") if name in body}
    return values | _read_days(body, plan, ("period_start", "period_end"), "#")


def read_wave(data, wave, number):
    """Return the fields of a wave; ``wave`` is the one that has the name, or empty."""
    days = _read_days(data, wave, ("date_start", "date_end"), f"#/waves/{number}")
    return {**data, **days}


def read_lines(body):
    """Return [(number, row)] as :meth:`_judge_rows` takes them."""
    return list(enumerate(body.get("lines", [])))


def refuse(verdicts):
    """Raise when a line cannot be, naming each by its place in the body."""
    errors = [
        {"detail": verdict.text, "pointer": f"#/lines/{verdict.number}"}
        for verdict in verdicts
        if verdict.kind == PROBLEM
    ]
    if errors:
        raise Problem(422, "Some lines cannot be taken.", errors=errors[:100])


def _read_days(data, record, names, pointer):
    """Return the days that are given; the last may not be before the first."""
    days = {
        name: _read_day(data[name], f"{pointer}/{name}")
        for name in names
        if name in data
    }
    first, last = (days.get(name, record[name]) for name in names)
    if days and first and last and last < first:
        raise invalid("It ends before it starts.", pointer=f"{pointer}/{names[1]}")
    return days


def _read_day(text, pointer):
    if text is None:
        return False
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid("Give a day such as 2027-01-31.", pointer=pointer) from error


def _to_text(day):
    return day.isoformat() if day else None
