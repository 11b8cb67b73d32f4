from odoo import SUPERUSER_ID, api, models


class ResGroups(models.Model):
    """Membership also changes from the side of the group, and through implied ones."""

    _inherit = "res.groups"

    def write(self, vals):
        if not {"user_ids", "implied_ids", "implied_by_ids"} & set(vals):
            return super().write(vals)
        before = self._read_marketing_rights()
        result = super().write(vals)
        self._record_marketing_rights(before)
        return result

    def _get_people(self, company=None):
        """Return who works with these groups, in `company` only when it is given."""
        # superuser: they may belong to companies of which the caller sees nothing
        users = self.sudo().all_user_ids.filtered(
            lambda user: user.active and not user.share and user.id != SUPERUSER_ID
        )
        if company:
            users = users.filtered(lambda user: company in user.company_ids)
        return users

    @api.model
    def _read_marketing_rights(self):
        """Return ``{user id: sorted names of its marketing groups}``."""
        privilege = self.env.ref(
            "marketing_base.privilege_marketing", raise_if_not_found=False
        )
        if not privilege:
            return {}
        # superuser: whoever changes rights may not see the users of all companies
        groups = self.sudo().search([("privilege_id", "=", privilege.id)])
        rights = {}
        for group in groups.with_context(lang=None):
            for user in group.all_user_ids.filtered("active"):
                rights.setdefault(user.id, []).append(group.name)
        return {user_id: sorted(names) for user_id, names in rights.items()}

    @api.model
    def _record_marketing_rights(self, before, users=None):
        """Enter what differs from ``before``, for these users or for all."""
        after = self._read_marketing_rights()
        ids = users.ids if users is not None else sorted(before.keys() | after.keys())
        log = self.env["marketing.audit.log"]
        log._append(
            [
                log._prepare_entry(
                    "groups_changed",
                    self.env["res.users"].browse(user_id),
                    {"group_ids": [before.get(user_id, []), after.get(user_id, [])]},
                )
                for user_id in ids
                if before.get(user_id, []) != after.get(user_id, [])
            ]
        )
