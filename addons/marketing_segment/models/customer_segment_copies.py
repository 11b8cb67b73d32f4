from odoo import fields, models


class CustomerSegment(models.Model):
    """The members as a list, frozen, or copied."""

    _inherit = "customer.segment"

    # === SCREENS === #

    def action_view_members(self):
        """Open all customers who are in the segment now."""
        self.ensure_one()
        if self.segment_type == "static":
            return self._open_memberships() | {
                "name": self.env._("Members of %(segment)s", segment=self.name),
                **self._get_member_views(),
            }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_segment.customer_profile_action"
        )
        return action | {
            "name": self.env._("Customers of %(segment)s", segment=self.name),
            "domain": list(self._get_members_domain()),
            "context": {"active_test": False, "why_segment_id": self.id},
            "views": self._get_profile_views(action),
        }

    def _get_profile_views(self, action):
        """Return the views of profiles, those that say why for lists and cards."""
        telling = {
            kind: self.env.ref(
                f"marketing_segment.customer_profile_view_{kind}_members"
            )
            for kind in ("list", "kanban")
        }
        return [
            (telling[kind].id if kind in telling else view_id, kind)
            for view_id, kind in action["views"]
        ]

    def _get_member_views(self):
        """Return the views that show what is known of the members of this list."""
        if not self.lookalike_segment_id:
            return {}
        view = self.env.ref("marketing_segment.segment_membership_view_list_lookalike")
        return {"views": [(view.id, "list"), (False, "kanban")]}

    def action_view_history(self):
        """Open all entries and exits."""
        self.ensure_one()
        return self._open_memberships() | {
            "name": self.env._("Entries and Exits of %(segment)s", segment=self.name),
            "context": {},
        }

    def _open_memberships(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_segment.segment_membership_action"
        )
        return action | {"domain": [("segment_id", "=", self.id)]}

    def action_add_members(self):
        """Ask whom to add to this fixed list."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_segment.segment_member_add_action"
        )
        return action | {"context": {"default_segment_id": self.id}}

    def action_import_members(self):
        """Ask for a file with members of this fixed list."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_segment.segment_import_action"
        )
        return action | {
            "name": self.env._("Import into %s", self.display_name),
            "context": {"default_segment_id": self.id},
        }

    def action_why(self):
        """Ask about one customer: is it in this segment, and why?"""
        self.ensure_one()
        return self._open_why()

    def _open_why(self, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_segment.segment_why_action"
        )
        return action | {"context": {"default_segment_id": self.id, **context}}

    # === COPIES === #

    def action_freeze(self):
        """Make a fixed list of the members of now, and open it."""
        self.ensure_one()
        frozen = self.create(
            {
                "name": self.env._(
                    "%(segment)s on %(date)s",
                    segment=self.name,
                    date=fields.Date.to_string(fields.Date.context_today(self)),
                ),
                "segment_type": "static",
                "company_id": self.company_id.id,
                "description": self.description,
            }
        )
        frozen._add_members(self._members_sql(), "segment", self)
        return frozen.get_formview_action()

    def copy_data(self, default=None):
        """Tell the copy from its original."""
        return [
            vals | {"name": self.env._("%s (copy)", segment.name)}
            if "name" not in (default or {})
            else vals
            for segment, vals in zip(
                self, super().copy_data(default=default), strict=True
            )
        ]

    def copy(self, default=None):
        """Copy the members of fixed lists too."""
        copies = super().copy(default=default)
        for segment, copied in zip(self, copies, strict=True):
            if segment.segment_type == copied.segment_type == "static":
                copied._add_members(segment._members_sql(), "segment", segment)
        return copies
