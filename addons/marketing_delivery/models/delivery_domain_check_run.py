from odoo import api, models

from odoo.addons.marketing_queue.isolation import own_transaction

from ..authentication.examine import Question, examine
from ..domain_names import normalise_domain

IN_USE_DAYS = 90


class DeliveryDomainCheck(models.Model):
    """Looking up: which domains, by whom and when."""

    _inherit = "delivery.domain.check"

    def action_check(self):
        """Look up now. Nothing is locked meanwhile: only reading came before."""
        self.check_access("write")
        for check in self:
            check._note(examine(check._prepare_question()))

    @api.model
    def action_find_domains(self):
        """List the sender domains in use that are not listed yet."""
        self.check_access("create")
        self._add_domains_in_use(self.env.companies)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _cron_check(self):
        self.env["marketing.job"]._enqueue(
            self._name, "_pump_check", key=self._name, kind="pump"
        )

    @api.model
    def _pump_check(self):
        """Look all domains up, each outside of any transaction."""
        with own_transaction(self.env.registry) as env:
            this = env[self._name]
            # sudo by the superuser's environment: the cron works for all companies
            companies = env["res.company"].search([("active", "=", True)])
            this._add_domains_in_use(companies)
            checks = this.search([("company_id", "in", companies.ids)])
            questions = {check.id: check._prepare_question() for check in checks}
        for check_id, question in questions.items():
            findings = examine(question)
            with own_transaction(self.env.registry) as env:
                check = env[self._name].browse(check_id).exists()
                if check and check._note(findings):
                    check._warn()
            self.env["marketing.job"]._note_progress()

    @api.model
    def _add_domains_in_use(self, companies):
        """Add the domains of campaigns of late and of keys."""
        checks = self.search([("company_id", "in", companies.ids)])
        known = {(check.name, check.company_id.id) for check in checks}
        found = self._find_domains_in_use(companies) - known
        self.create(
            [
                {"name": name, "company_id": company_id}
                for name, company_id in sorted(found)
            ]
        )

    @api.model
    def _find_domains_in_use(self, companies):
        """Return ``(domain, company id)`` pairs."""
        campaigns = self.env["email.campaign"]._read_group(
            [
                ("company_id", "in", companies.ids),
                ("from_email", "!=", False),
                ("write_date", ">=", f"-{IN_USE_DAYS}d"),
            ],
            ["from_email", "company_id"],
        )
        found = {
            (normalise_domain(address.strip(" <>").rpartition("@")[2]), company.id)
            for address, company in campaigns
        }
        keys = self.env["delivery.dkim.key"].search(
            [("company_id", "in", companies.ids), ("state", "!=", "retired")]
        )
        found |= {(key.domain, key.company_id.id) for key in keys}
        return {pair for pair in found if pair[0]}

    def _prepare_question(self):
        """Return plain values: no record is needed while DNS is asked."""
        self.ensure_one()
        # sudo: the host of a mail server is no secret, its record is the system's
        providers = self.env["delivery.provider"].sudo()
        mine = [("company_id", "in", (self.company_id.id, False))]
        providers = providers.search([*mine, ("provider_type", "=", "smtp")])
        hosts = providers.mail_server_id.filtered("active").mapped("smtp_host")
        bounces = providers.filtered("bounce_address").mapped("bounce_address")
        keys = self.env["delivery.dkim.key"].search(
            [*mine, ("domain", "=", self.name), ("state", "!=", "retired")]
        )
        return Question(
            domain=self.name,
            hosts=tuple(filter(None, hosts)),
            envelopes=tuple(
                dict.fromkeys(address.rpartition("@")[2].lower() for address in bounces)
            ),
            keys=tuple(
                (key.selector, key.record_value, key.state == "active") for key in keys
            ),
            selectors=tuple((self.selectors or "").lower().split()),
            servers=tuple(self.env["delivery.dkim.key"]._get_dns_servers()),
        )

    def _warn(self):
        """Leave a task for an administrator of marketing; one at a time."""
        if self.activity_ids:
            return
        group = self.env.ref("marketing_base.group_administrator")
        users = group.all_user_ids.filtered(
            lambda user: not user.share and self.company_id in user.company_ids
        )
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("The sender domain %(name)s got worse", name=self.name),
            user_id=(users[:1] or self.env.ref("base.user_admin")).id,
        )
