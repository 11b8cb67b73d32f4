import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sender import installation

_logger = logging.getLogger(__name__)


class MarketingInstallation(models.AbstractModel):
    """What people see of ``sender.installation``; for models with a sending form."""

    _name = "marketing.installation"
    _description = "Installation That May Send"

    sending_hold = fields.Char(
        "Sending Is Held", compute="_compute_sending_hold", compute_sudo=True
    )

    def _compute_sending_hold(self):
        self.sending_hold = self._get_sending_hold()

    @api.model
    def _get_sending_hold(self):
        """Return why this database sends nothing, in words, or False."""
        problem = installation.find_problem(self.env.cr)
        return problem and self._describe_hold(problem)

    @api.model
    def _describe_hold(self, problem):
        texts = {
            installation.ABSENT: self.env._(
                "This database was restored or copied: nothing on this server says"
                " that it is the one that sends."
            ),
            installation.OTHER: self.env._(
                "Another copy of this database sends from this server, or this one"
                " was restored from a copy."
            ),
            installation.OLDER: self.env._(
                "This database was set back to an earlier time: messages that left"
                " since then would be sent again."
            ),
        }
        return texts[problem]

    @api.model
    def _check_may_send(self):
        if hold := self._get_sending_hold():
            raise UserError(
                self.env._(
                    "%(hold)s Nothing is sent until a Marketing Administrator confirms"
                    " it (Marketing / Delivery / Providers).",
                    hold=hold,
                )
            )

    @api.model
    def _confirm_installation(self, why):
        """Let this database send from now on, and enter who decided it."""
        installation.confirm(self.env.cr)
        self.env.registry.clear_cache()  # it remembers parameters
        _logger.warning("user %s let this database send: %s", self.env.uid, why)
        self.env["marketing.audit.log"]._record("sending_confirmed", note=why)
