from contextlib import closing, contextmanager

from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.marketing_delivery.sender.adapter import ProviderDown
from odoo.addons.marketing_queue.isolation import read_committed

SECONDS = 60  # of a minute


class DeliveryProviderSesAccount(models.Model):
    """What SES says of the account: its quota and rate become our limits."""

    _inherit = "delivery.provider"

    ses_quota = fields.Integer(
        "Quota of 24 Hours",
        readonly=True,
        copy=False,
        help="What SES lets this account send in any 24 hours. 0: not known yet, or no"
        " limit.",
    )
    ses_rate = fields.Float(
        "Sending Rate a Second", readonly=True, copy=False, digits=(16, 1)
    )
    ses_sent = fields.Integer("Sent in 24 Hours", readonly=True, copy=False)
    ses_is_sandbox = fields.Boolean("In the Sandbox", readonly=True, copy=False)
    ses_is_on_probation = fields.Boolean("Under Review", readonly=True, copy=False)
    ses_read_at = fields.Datetime("Last Asked", readonly=True, copy=False)

    def action_test_connection(self):
        """Also take over the limits, and look whether the queue can be read."""
        action = super().action_test_connection()
        if self.provider_type != "ses" or self.state != "ok":
            return action
        from ..sender import health

        told = health.look_up(self._prepare_ses_account())
        if told:
            self._note_ses_health(told)
        kind, text = self._describe_ses_account()
        problem, number = self._try_ses_queue()
        if problem:
            kind, text = "danger", problem
            action["params"]["title"] = self.env._("The queue does not work")
        elif number:
            text += " " + self.env._("Events in the queue: %(number)s.", number=number)
        action["params"].update(type=kind, message=text, sticky=kind != "success")
        return action

    def _describe_ses_account(self):
        """Return how to say it and what there is to know after a good connection."""
        if self.ses_is_sandbox:
            return "warning", self.env._(
                "Connected, but the account is in the sandbox: SES delivers to verified"
                " addresses only. Ask AWS for production access."
            )
        if self.ses_is_on_probation:
            return "warning", self.env._(
                "Connected, but AWS has put the account under review: look into its"
                " console."
            )
        return "success", self.env._(
            "Connected: %(sent)s of %(quota)s messages sent in 24 hours.",
            sent=self.ses_sent,
            quota=self.ses_quota or self.env._("unlimited"),
        )

    def _describe_status(self):
        status, detail = super()._describe_status()
        if self.provider_type == "ses" and self.ses_is_sandbox and status == "healthy":
            return "throttled", self.env._("In the sandbox: verified addresses only.")
        if self.ses_queue_error and not detail:
            return status, self.env._("The queue of its events cannot be read.")
        return status, detail

    def _note_ses_health(self, told):
        """Write down what SES has told, and keep our limits within it.

        A limit that was taken over follows the account; a lower one is a person's.
        """
        # sudo: whoever may test the connection may have its result written down
        this = self.sudo()
        limits = {
            "cap_per_day": (this.ses_quota, told.quota or 0),
            "cap_per_minute": (
                int(this.ses_rate * SECONDS),
                int((told.rate or 0) * SECONDS),
            ),
        }
        values = {
            "ses_quota": told.quota or 0,
            "ses_rate": told.rate or 0.0,
            "ses_sent": told.sent,
            "ses_is_sandbox": told.is_sandbox,
            "ses_is_on_probation": told.is_on_probation,
            "ses_read_at": fields.Datetime.now(),
        }
        for name, (before, now) in limits.items():
            limit = this[name]
            if limit != now and (not limit or limit == before or 0 < now < limit):
                values[name] = now
        this.write(values)

    # === EACH HOUR ===#

    @api.model
    def _cron_read_ses_accounts(self):
        """The quota grows with what was sent: have it read by jobs of their own."""
        for provider in self.search([("provider_type", "=", "ses")]):
            self.env["marketing.job"]._enqueue(
                self._name,
                "_pump_read_ses_account",
                {"provider_id": provider.id},
                key=f"ses-account:{provider.id}",
                kind="pump",
                queue="deliver",
            )

    @api.model
    def _pump_read_ses_account(self, provider_id):
        """Ask SES with no transaction open; what is wrong is the next sender's news."""
        try:
            with self._open_ses_transaction(provider_id) as provider:
                if not provider or not provider.active:
                    return
                adapter = provider._get_ses_adapter()
            with closing(adapter):
                adapter.connect()
        except ProviderDown:
            return
        told = adapter.told
        with self._open_ses_transaction(provider_id) as provider:
            if provider:
                provider._note_ses_health(told)

    @contextmanager
    def _open_ses_transaction(self, provider_id):
        """Open a short one of its own; yield the provider, or None."""
        with self.env.registry.cursor() as cr:
            read_committed(cr)
            env = api.Environment(cr, SUPERUSER_ID, {})
            provider = env["delivery.provider"].browse(provider_id).exists()
            yield provider if provider.provider_type == "ses" else None
