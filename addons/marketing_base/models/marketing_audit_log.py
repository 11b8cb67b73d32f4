import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..audit_chain import COLUMNS, link, plain


class MarketingAuditLog(models.Model):
    """Who changed what that matters: append-only, each entry tied to the one before.

    The number of an entry is its place in the one chain of the database: no gaps. The
    row ``marketing_audit_head`` is taken for the rest of the transaction, so two
    privileged changes are entered one after the other; under REPEATABLE READ the later
    one fails to serialise and Odoo repeats its request.

    Never hand it an address, a phone number or the name of a customer: an entry cannot
    be erased. The id or the key of an address says enough.
    """

    _name = "marketing.audit.log"
    _description = "Audit Log"
    _auto = False
    _log_access = False
    _order = "id desc"
    _rec_name = "event"

    created_at = fields.Datetime(string="Date", readonly=True)
    event = fields.Selection(selection="_selection_event", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Integer(string="User Id", readonly=True)
    user_login = fields.Char(string="User", readonly=True)
    res_model = fields.Char(string="Kind of Record", readonly=True)
    res_id = fields.Integer(string="Record Id", readonly=True)
    res_name = fields.Char(string="Record", readonly=True)
    changes = fields.Json(string="Raw Changes", readonly=True)
    note = fields.Char(readonly=True)
    previous_hash = fields.Char(readonly=True)
    hash = fields.Char(readonly=True)

    model_name = fields.Char(string="Kind", compute="_compute_model_name")
    changes_text = fields.Text(string="Changes", compute="_compute_changes_text")

    @api.model
    def _selection_event(self):
        """Return the events; an upper addon appends its own."""
        return [
            ("record_created", self.env._("Created")),
            ("record_changed", self.env._("Changed")),
            ("record_deleted", self.env._("Deleted")),
            ("settings_changed", self.env._("Settings Changed")),
            ("groups_changed", self.env._("Access Rights Changed")),
            ("consent_overridden", self.env._("Consent Changed by Staff")),
            ("customer_erased", self.env._("Customer Erased")),
            ("erasure_requested", self.env._("Erasure Requested")),
            ("erasure_closed", self.env._("Erasure Request Closed")),
            ("job_requeued", self.env._("Job Queued Again")),
            ("api_key_created", self.env._("API Key Created")),
            ("api_key_revoked", self.env._("API Key Revoked")),
            ("data_exported", self.env._("Data Exported")),
        ]

    @api.depends("res_model")
    def _compute_model_name(self):
        for entry in self:
            name = entry.res_model
            known = name and name in self.env
            # the label of a kind of record says nothing that needs a right
            models_ = self.env["ir.model"].sudo()
            entry.model_name = models_._get(name).name if known else name

    @api.depends("changes", "res_model")
    def _compute_changes_text(self):
        for entry in self:
            known = entry.res_model and entry.res_model in self.env
            described = self.env[entry.res_model].sudo() if known else None
            labels = described.fields_get(attributes=["string"]) if known else {}
            entry.changes_text = "\n".join(
                entry._describe_change(labels.get(name, {}).get("string", name), value)
                for name, value in (entry.changes or {}).items()
            )

    def _describe_change(self, label, value):
        if not (isinstance(value, list) and len(value) == 2):
            value = [None, value]
        old, new = (self._describe_value(item) for item in value)
        return f"{label}: {old} → {new}"

    def _describe_value(self, value):
        if value is None or value is False or value == "":
            return self.env._("no") if value is False else "–"
        if value is True:
            return self.env._("yes")
        if isinstance(value, list):
            return ", ".join(map(str, value)) or "–"
        return str(value)

    # === APPENDING ===#

    @api.model
    def _record(self, event, record=None, changes=None, *, company=None, note=None):
        """Enter one privileged change in the caller's transaction; return the entry.

        :param record: the one record that was changed, if any
        :param changes: ``{field name: [old, new]}`` of plain values, no secrets and
            nothing that identifies a customer
        """
        return self._append(
            [self._prepare_entry(event, record, changes, company, note)]
        )

    @api.model
    def _prepare_entry(self, event, record=None, changes=None, company=None, note=None):
        if event not in dict(self._selection_event()):
            raise ValueError(f"unknown audit event {event!r}")
        if record is not None and not company and "company_id" in record._fields:
            company = record.sudo().company_id  # only its number is entered
        if record is not None and record._name == "res.company":
            company = record
        named = record is not None and record._name not in self._get_nameless_models()
        return {
            "event": event,
            "company_id": (company or self.env.company).id,
            "user_id": self.env.uid,
            "user_login": self.env.user.sudo().login,  # a visitor may not read it
            "res_model": record._name if record is not None else None,
            "res_id": record.id or None if record is not None else None,
            "res_name": plain(record.sudo().display_name or "") if named else None,
            "changes": plain(changes or {}),
            "note": plain(note) if note else None,
        }

    @api.model
    def _get_nameless_models(self):
        """Models whose display name is a person, an address or a number."""
        return {"res.partner", "email.subscription.preference"}

    @api.model
    def _append(self, entries):
        if not entries:
            return self.browse()
        cr = self.env.cr
        cr.execute(
            """SELECT last_id, last_hash, clock_timestamp() AT TIME ZONE 'UTC'
                 FROM marketing_audit_head WHERE id = 1 FOR UPDATE"""
        )
        last_id, last_hash, now = cr.fetchone()
        rows = []
        for entry in entries:
            last_id += 1
            row = {**entry, "id": last_id, "created_at": now}
            previous, last_hash = last_hash, link(last_hash, row)
            rows.append(self._prepare_row(row, previous, last_hash))
        cr.execute(
            SQL(
                """INSERT INTO marketing_audit_log (%s, previous_hash, hash) VALUES %s;
                   UPDATE marketing_audit_head SET last_id = %s, last_hash = %s""",
                SQL(", ").join(map(SQL.identifier, COLUMNS)),
                SQL(", ").join(rows),
                last_id,
                last_hash,
            )
        )
        self.invalidate_model(flush=False)
        return self.browse(range(last_id - len(rows) + 1, last_id + 1))

    @api.model
    def _prepare_row(self, row, previous_hash, own_hash):
        values = {**row, "changes": json.dumps(row["changes"])}
        return SQL("%s", (*(values[name] for name in COLUMNS), previous_hash, own_hash))

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("The audit log is written by the system only."))

    def write(self, vals):
        raise UserError(self.env._("The audit log cannot be changed."))

    def unlink(self):
        # also refused when a module is uninstalled, unlike by @api.ondelete
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("The audit log cannot be deleted."))
