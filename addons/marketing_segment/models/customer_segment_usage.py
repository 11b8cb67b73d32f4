from odoo import api, models
from odoo.exceptions import UserError


class CustomerSegment(models.Model):
    """A segment that something refers to is archived, not deleted."""

    _inherit = "customer.segment"

    def _get_usage(self):
        """Return what uses these segments, as texts for the reader.

        Upper addons extend this with what they hold.
        """
        return []

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for segment in self:
            if usage := segment._get_usage():
                shown = "\n".join(f"- {text}" for text in usage[:5])
                more = len(usage) - 5
                if more > 0:
                    shown += "\n" + self.env._("… and %(count)s more", count=more)
                raise UserError(
                    self.env._(
                        "“%(segment)s” is in use and cannot be deleted. Archive it "
                        "instead, or take it out of:\n%(usage)s",
                        segment=segment.display_name,
                        usage=shown,
                    )
                )
