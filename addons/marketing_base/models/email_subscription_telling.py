import json
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, models

from ..evidence import Evidence
from ..networks import cut_network


class EmailSubscriptionTelling(models.Model):
    """Telling the triggers of the history who changes a consent, where and why."""

    _inherit = "email.subscription.preference"

    @api.model
    @contextmanager
    def _telling(self, source=None, *, otherwise=None, ip=None, evidence=None):
        """Write all changes inside with these circumstances, and write them now.

        The outer one of two wins: it knows why. ``otherwise`` is the source of a change
        that names none itself.
        """
        cr = self.env.cr
        self.flush_model()
        cr.execute("SELECT NULLIF(current_setting('marketing_base.consent', true), '')")
        if cr.fetchone()[0]:
            yield
            self.flush_model()
            return
        circumstances = self._prepare_circumstances(source, otherwise, ip, evidence)
        self._tell(json.dumps(circumstances))
        # after an error the transaction, or its savepoint, forgets the setting
        yield
        self.flush_model()
        self._tell("")

    def _tell(self, value):
        self.env.cr.execute(
            "SELECT set_config('marketing_base.consent', %s, true)", (value,)
        )

    @api.model
    def _prepare_circumstances(self, source, otherwise, ip, evidence):
        evidence = evidence or Evidence()
        values = {
            "source": source,
            "otherwise": otherwise,
            "actor": self._get_actor(),
            "user_id": self.env.uid,
            "ip": cut_network(ip),
            "agent": evidence.user_agent,
            "text": evidence.text_shown,
            "campaign_id": evidence.campaign_id,
        }
        return {name: value for name, value in values.items() if value}

    @api.model
    def _get_actor(self):
        """Return who acts: a member of staff, the system, else the person."""
        if self.env.uid == SUPERUSER_ID:
            return "system"
        return "user" if self.env.user._is_internal() else "person"
