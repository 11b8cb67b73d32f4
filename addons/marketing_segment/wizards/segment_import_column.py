from odoo import fields, models
from odoo.exceptions import UserError


class SegmentImportColumn(models.TransientModel):
    """What a column of an uploaded table holds."""

    _name = "segment.import.column"
    _description = "Column of an Import"
    _order = "id"

    import_id = fields.Many2one("segment.import", required=True, ondelete="cascade")
    name = fields.Char("Column", required=True, readonly=True)
    sample = fields.Char("For Example", readonly=True)
    role = fields.Selection(
        [
            ("ignore", "Not used"),
            ("email", "E-mail address"),
            ("id", "Customer ID"),
            ("ref", "Reference"),
            ("phone", "Phone number"),
            ("name", "Name of new contacts"),
        ],
        "Holds",
        required=True,
        default="ignore",
    )

    def _get_roles(self):
        """Return {column: role}; two columns cannot have the same one."""
        roles = {}
        for column in self.filtered(lambda column: column.role != "ignore"):
            if column.role in roles.values():
                label = dict(self._fields["role"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "Two columns hold “%(role)s”: choose one.",
                        role=label[column.role],
                    )
                )
            roles[column.name] = column.role
        return roles
