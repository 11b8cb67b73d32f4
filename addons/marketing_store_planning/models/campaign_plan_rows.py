from collections import Counter

from odoo import fields, models
from odoo.exceptions import UserError

from ..plan_rows import (
    CHANGED,
    NEW,
    PROBLEM,
    SAME,
    RowError,
    Verdict,
    read_flag,
    read_number,
    read_quantity,
)

_TEXTS = {"notes": "notes", "reason": "override_reason"}


class CampaignPlan(models.Model):
    """Rows from a file or a program: judged one by one, written all or none."""

    _inherit = "campaign.plan"

    def _apply_rows(self, rows):
        """Write ``rows``, ``[(number, {key: value})]``; return their verdicts.

        :raises UserError: naming each row that cannot be, and nothing is written
        """
        self._check_open()
        self.lock_for_update()
        verdicts = self._judge_rows(rows)
        if wrong := [verdict for verdict in verdicts if verdict.kind == PROBLEM]:
            raise UserError(
                "\n".join(
                    self.env._("Row %(row)s: %(text)s", row=v.number, text=v.text)
                    for v in wrong[:20]
                )
            )
        self._write_verdicts(verdicts)
        self._tell_rows(verdicts)
        return verdicts

    def _judge_rows(self, rows):
        """Return a :class:`Verdict` for each row; nothing is written."""
        self.ensure_one()
        book = _Book(self)
        verdicts = []
        for number, row in rows:
            try:
                verdicts.append(self._judge_row(book, number, row))
            except RowError as problem:
                store = str(row.get("store") or "")[:40]
                verdicts.append(Verdict(number, PROBLEM, str(problem), store))
        return self._refuse_doubles(verdicts)

    def _refuse_doubles(self, verdicts):
        """Judge again what would give a store the same piece in the same wave twice."""
        good = [verdict for verdict in verdicts if verdict.kind != PROBLEM]
        named = Counter(verdict.line.id for verdict in good if verdict.line)
        places = Counter(map(_find_place, good))
        places.update(
            (line.store_id.id, line.creative_id.id, line.wave_id.id)
            for line in self.line_ids
            if line.id not in named
        )
        return [self._refuse_double(verdict, named, places) for verdict in verdicts]

    def _refuse_double(self, verdict, named, places):
        if verdict.kind == PROBLEM:
            return verdict
        if verdict.line and named[verdict.line.id] > 1:
            text = self.env._("Another row is about the same line.")
        elif places[_find_place(verdict)] > 1:
            text = self.env._("Its store, creative and wave are there twice.")
        else:
            return verdict
        return verdict._replace(kind=PROBLEM, text=text)

    def _judge_row(self, book, number, row):
        line = book.find_line(row)
        values = book.read_values(row, line)
        store = line.store_id or book.stores[row["store"].strip().casefold()]
        if not line:
            values |= {"plan_id": self.id, "store_id": store.id}
            text = self.env._("new line")
            return Verdict(number, NEW, text, store.display_name, line, values)
        changed = {
            name: value
            for name, value in values.items()
            if line._fields[name].convert_to_write(line[name], line) != value
        }
        book.check_version(row, line, changed)
        kind = CHANGED if changed else SAME
        text = _describe(line, changed)
        return Verdict(number, kind, text, store.display_name, line, changed)


def _describe(line, changed):
    """Say what would change: “Pieces: 2000 → 2500”."""
    texts = []
    after = line.new(changed, origin=line)
    for name in changed:
        label = line._fields[name]._description_string(line.env)
        old, new = (line._format_value(record, name) for record in (line, after))
        texts.append(f"{label}: {old} → {new}")
    return "; ".join(texts)


def _find_place(verdict):
    """Return (store, creative, wave) of the line as the row would leave it."""
    names = ("store_id", "creative_id", "wave_id")
    line, values = verdict.line, verdict.values
    return tuple(
        values[name] if name in values else bool(line) and line[name].id
        for name in names
    )


class _Book:
    """What the rows of one plan may name, read once."""

    def __init__(self, plan):
        self._plan = plan
        self._env = plan.env
        self._lines = {line.id: line for line in plan.line_ids}
        self._lines_of = {}
        for line in plan.line_ids:
            self._lines_of.setdefault(line.store_id.id, []).append(line)
        of_company = [("company_id", "=", plan.company_id.id)]
        self.stores = self._index("marketing.store", "number", of_company)
        self._creatives = self._index("store.creative", "name", of_company)
        of_plan = [("plan_id", "=", plan.id)]
        self._waves = self._index("campaign.plan.wave", "name", of_plan)

    def _index(self, model, name, domain):
        found = self._env[model].search_fetch(domain, [name])
        return {record[name].strip().casefold(): record for record in found}

    def find_line(self, row):
        """Return the line that a row is about; none for a new one."""
        none = self._env["campaign.plan.line"]
        number = row.get("store")
        if row.get("line") not in (None, ""):
            return self._find_by_id(row, number)
        if not number:
            raise RowError(self._env._("It does not say which store."))
        store = self.stores.get(number.strip().casefold())
        if not store:
            raise RowError(
                self._env._("There is no store with the number “%s”.", number[:40])
            )
        known = self._lines_of.get(store.id, [])
        if len(known) < 2:
            return known[0] if known else none
        raise RowError(
            self._env._(
                "%(store)s has %(count)s lines: say which one in the column “Line”.",
                store=store.display_name,
                count=len(known),
            )
        )

    def _find_by_id(self, row, number):
        wanted = read_number(self._env, row["line"], self._env._("number of a line"))
        line = self._lines.get(wanted)
        if not line:
            raise RowError(
                self._env._(
                    "Line %s is not of this plan, or was deleted: export again.", wanted
                )
            )
        if number and number.strip().casefold() != line.store_id.number.casefold():
            raise RowError(
                self._env._(
                    "Line %(line)s is of %(store)s: leave the store as it is, or empty "
                    "the column “Line” for a new one.",
                    line=wanted,
                    store=line.store_id.display_name,
                )
            )
        return line

    def read_values(self, row, line):
        """Return the fields that a row has; those that it does not name stay."""
        values = {}
        if "creative" in row:
            creative = self._find("creative", row, self._creatives)
            values["creative_id"] = creative.id if creative else False
            if creative and creative != line.creative_id:
                self._check_creative(creative, row)
        if "quantity" in row:
            values["quantity"] = read_quantity(self._env, row["quantity"])
        elif not line:
            raise RowError(self._env._("It does not say how many pieces."))
        if "wave" in row:
            wave = self._find("wave", row, self._waves)
            values["wave_id"] = wave.id if wave else False
        if "included" in row:
            values["is_included"] = read_flag(self._env, row["included"])
        for key, name in _TEXTS.items():
            if key in row:
                values[name] = (row[key] or "").strip() or False
        return values

    def _find(self, key, row, known):
        name = (row[key] or "").strip()
        if not name:
            return None
        if record := known.get(name.casefold()):
            return record
        if key == "wave":
            problem = self._env._("The plan has no wave “%s”.", name[:60])
        else:
            problem = self._env._("There is no creative “%s”.", name[:60])
        raise RowError(problem)

    def _check_creative(self, creative, row):
        if creative.state == "retired":
            raise RowError(self._env._("“%s” is retired.", creative.name))
        wave = self._waves.get((row.get("wave") or "").strip().casefold())
        day = (wave and wave.date_start) or self._plan.period_start
        if not creative._is_in_season(day or fields.Date.context_today(creative)):
            raise RowError(self._env._("“%s” is out of season then.", creative.name))

    def check_version(self, row, line, changed):
        """Raise when a colleague has changed what the file would change, too."""
        if row.get("version") in (None, "") or not changed:
            return
        read = read_number(self._env, row["version"], self._env._("version"))
        if read != line.edit_version:
            conflict = line._describe_conflict(changed)
            text = self._env._("Changed by somebody since the export:")
            raise RowError(" ".join([text, *conflict]))
