from odoo import models

from odoo.addons.marketing_base.addresses import normalise_email

from .email_campaign_checklist import Check

# Their owners tell every mailbox to refuse such a sender from any other server.
FREE_MAIL = frozenset(
    "aol.com gmail.com gmx.at gmx.ch gmx.de gmx.net googlemail.com hotmail.com"
    " icloud.com live.com mail.com mail.ru me.com msn.com outlook.com proton.me"
    " t-online.de web.de yahoo.com yahoo.co.uk yahoo.de yandex.ru".split()
)


class EmailCampaign(models.Model):
    """Checks of sender and provider."""

    _inherit = "email.campaign"

    def _list_sender_checks(self):
        place = {"page": "settings"}
        address = normalise_email(self.from_email)
        if not address:
            text = self.env._(
                "Give the sender an e-mail address (tab “Settings”, or the e-mail"
                " address of %(company)s).",
                company=self.company_id.name,
            )
            return [Check("sender", "blocking", text, "", place)]
        checks = [*self._list_domain_checks(address, place)]
        if not self.is_transactional and not self.company_id.marketing_postal_address:
            text = self.env._("The mail will show no postal address of the sender.")
            fix = self.env._(
                "Several laws require one: an administrator adds it in the settings of"
                " marketing."
            )
            checks.append(Check("postal", "warning", text, fix))
        if not checks:
            text = self.env._("It comes from %(address)s.", address=address)
            checks.append(Check("sender", "ok", text, "", place))
        return checks

    def _list_domain_checks(self, address, place):
        domain = address.rpartition("@")[2]
        if domain not in FREE_MAIL:
            return []
        text = self.env._(
            "Mailboxes refuse bulk mail from an address at %(domain)s.", domain=domain
        )
        fix = self.env._("Send from an address of your own domain.")
        return [Check("sender", "warning", text, fix, place)]

    def _list_provider_checks(self):
        provider = self._pick_provider()
        if not provider:
            text = self.env._(
                "There is no active delivery provider. An administrator adds one in"
                " Delivery / Providers."
            )
            return [Check("provider", "blocking", text)]
        place = {"model": provider._name, "id": provider.id}
        name = provider.name
        if provider.state == "down":
            text = self.env._(
                "%(provider)s is not available: %(error)s",
                provider=name,
                error=provider.last_error or "",
            )
            fix = self.env._("The messages will wait until it is back.")
            return [Check("provider", "warning", text, fix, place)]
        if provider.state != "ok":
            text = self.env._("%(provider)s was never tested.", provider=name)
            fix = self.env._("Open it and press “Test connection”.")
            return [Check("provider", "warning", text, fix, place)]
        text = self.env._("%(provider)s works.", provider=name)
        return [Check("provider", "ok", text, "", place)]
