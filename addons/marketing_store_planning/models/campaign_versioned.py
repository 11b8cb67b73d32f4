from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime


class CampaignVersioned(models.AbstractModel):
    """Mixin: of two people who edit the same record the second is told, not obeyed.

    Each write makes ``edit_version`` grow. A screen sends back the number that it has
    read, and a write with an old number is refused with both values. Programs that send
    no number write as everywhere in Odoo.
    """

    _name = "campaign.versioned"
    _description = "Versioned Editing"

    edit_version = fields.Integer(default=1, readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.pop("edit_version", None)
        return super().create(vals_list)

    def write(self, vals):
        vals = dict(vals)
        read = vals.pop("edit_version", None)
        if read is not None:
            self._check_versions(read, vals)
        if not vals:
            return True
        result = super().write(vals)
        self._count_up()
        return result

    def _count_up(self):
        table = SQL.identifier(self._table)
        self.env.execute_query(
            SQL(
                "UPDATE %s SET edit_version = edit_version + 1 WHERE id = ANY(%s)"
                " RETURNING id",
                table,
                self.ids,
            )
        )
        self.invalidate_recordset(["edit_version"], flush=False)

    def _check_versions(self, read, vals):
        """Raise when a record was changed since ``read`` and its values differ.

        :param read: {id: version} of what the screen shows, or one version for all
        """
        versions = read if isinstance(read, dict) else dict.fromkeys(self.ids, read)
        self._check_unchanged(versions, dict.fromkeys(self.ids, vals))

    def _check_unchanged(self, versions, changes):
        """Raise for records that somebody has changed since they were read.

        :param versions: {id: version read}; the id may be text, as in JSON
        :param changes: {id: what is to be written}
        """
        names = {name for vals in changes.values() for name in vals}
        self.lock_for_update()
        self.invalidate_recordset(["edit_version", *names], flush=True)
        conflicts = []
        for record in self:
            given = versions.get(str(record.id), versions.get(record.id))
            if given is not None and given != record.edit_version:
                conflicts += record._describe_conflict(changes.get(record.id, {}))
        if conflicts:
            raise UserError(
                self.env._(
                    "Somebody else was faster, and nothing of yours was saved:\n"
                    "%(conflicts)s\nDiscard your change to see "
                    "theirs, and make it again if you want to.",
                    conflicts="\n".join(conflicts[:10]),
                )
            )

    def _describe_conflict(self, vals):
        """Return one sentence for each field whose value is not what is wanted."""
        self.ensure_one()
        wanted = self.new(vals, origin=self)
        texts = []
        for name in vals:
            if name not in self._fields or self._fields[name].type == "one2many":
                continue
            now, mine = (self._format_value(record, name) for record in (self, wanted))
            if now != mine:
                texts.append(
                    self.env._(
                        "- %(record)s, %(field)s: now “%(now)s” (%(user)s, %(time)s), "
                        "yours was “%(mine)s”.",
                        record=self.display_name,
                        field=self._fields[name]._description_string(self.env),
                        now=now,
                        mine=mine,
                        # superuser: only the name of a colleague
                        user=self.sudo().write_uid.name,
                        time=format_datetime(
                            self.env, self.write_date, dt_format="HH:mm"
                        ),
                    )
                )
        return texts

    @api.model
    def _format_value(self, record, name):
        field, value = self._fields[name], record[name]
        if field.relational:
            return ", ".join(value.mapped("display_name")) or "–"
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "–")
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        return str(value) if value not in (False, None, "") else "–"
