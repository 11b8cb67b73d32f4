from odoo import api, models

_HIDDEN = "•••"


class MarketingAudited(models.AbstractModel):
    """Mixin: changes of the named fields are entered in ``marketing.audit.log``.

    ``_audited_fields`` names them, ``_audited_secrets`` those of which only the fact of
    a change is entered. Set-based SQL goes past the ORM: enter such a change by
    ``marketing.audit.log._record`` in the same transaction.
    """

    _name = "marketing.audited"
    _description = "Audited Changes"

    _audited_fields = ()
    _audited_secrets = ()

    @api.model
    def _get_audited_fields(self):
        """Return the audited names; an upper addon extends this."""
        names = (*self._audited_fields, *self._get_audited_secrets())
        return [name for name in names if name in self._fields]

    @api.model
    def _get_audited_secrets(self):
        """Return names whose values are not entered; an upper addon extends this."""
        return list(self._audited_secrets)

    def _filter_audited(self):
        """Return the records whose changes matter, e.g. only those in use."""
        return self

    def _get_audit_event(self, kind, changes):
        """Return the event of a change; ``kind`` is created, changed or deleted."""
        return f"record_{kind}"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        blank = dict.fromkeys(records._get_audited_fields())
        records._record_changes("created", {record.id: blank for record in records})
        return records

    def write(self, vals):
        names = set(self._get_audited_fields()) & set(vals)
        audited = self._filter_audited() if names else self.browse()
        before = {record.id: record._read_audited(names) for record in audited}
        result = super().write(vals)
        audited._record_changes("changed", before)
        return result

    def unlink(self):
        log = self.env["marketing.audit.log"]
        entries = [
            log._prepare_entry(record._get_audit_event("deleted", {}), record)
            for record in self._filter_audited()
        ]
        result = super().unlink()
        log._append(entries)
        return result

    def _read_audited(self, names):
        # superuser: some values are for the system only; secrets are not entered
        record = self.sudo()
        return {name: record._get_audit_value(name) for name in sorted(names)}

    def _get_audit_value(self, name):
        """Return the value of a field as it is entered; a customer by number only."""
        field, value = self._fields[name], self[name]
        if field.relational:
            if field.comodel_name == "res.partner":
                return value.ids
            names = value.with_context(active_test=False).mapped("display_name")
            return (names[0] if names else None) if field.type == "many2one" else names
        return None if value is False and field.type != "boolean" else value

    def _record_changes(self, kind, before):
        log = self.env["marketing.audit.log"]
        entries = []
        for record in self.filtered(lambda record: record.id in before):
            changes = record._compare_audited(before[record.id])
            if changes:
                event = record._get_audit_event(kind, changes)
                entries.append(log._prepare_entry(event, record, changes))
        log._append(entries)

    def _compare_audited(self, before):
        after = self._read_audited(before)
        changed = {name: [old, after[name]] for name, old in before.items()}
        return {
            name: self._hide_secret(name, pair)
            for name, pair in changed.items()
            if pair[0] != pair[1]
        }

    def _hide_secret(self, name, pair):
        if name not in self._get_audited_secrets():
            return pair
        return [_HIDDEN if value else None for value in pair]
