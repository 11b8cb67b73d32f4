import json
import uuid
from contextlib import contextmanager

from markupsafe import Markup, escape

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketing_delivery.sender.adapter import ACCEPTED, ProviderDown
from odoo.addons.marketing_delivery.sender.composer import Unsendable
from odoo.addons.marketing_delivery.sender.mime import HeaderProblem

from ..rendering import TemplateProblem, partners_target
from ..wizards.template_preview import PreviewLinks


class EmailCampaign(models.Model):
    """Tests: the same bytes by the same way, but no message of the campaign."""

    _inherit = "email.campaign"

    test_date = fields.Datetime("Last Test", readonly=True, copy=False)
    test_hash = fields.Char(readonly=True, copy=False)
    is_testing = fields.Boolean(compute="_compute_is_testing")

    def _compute_is_testing(self):
        """Whether a test is on its way: its result comes while the form is open."""
        # Superuser: jobs are for administrators, this tells of the campaign's own only.
        jobs = self.env["marketing.job"].sudo()
        for campaign in self:
            campaign.is_testing = bool(
                campaign.ids
                and jobs.search_count(
                    [
                        ("key", "=like", f"campaign-test:{campaign.id}:%"),
                        ("state", "in", ("pending", "running")),
                    ],
                    limit=1,
                )
            )

    @api.model
    def _get_server_fields(self):
        tested = {"test_date": False, "test_hash": False}
        return super()._get_server_fields() | tested

    def _get_sample_customer(self):
        """Any member of the audience, so that a test shows real values."""
        self.ensure_one()
        for segment in self.segment_ids:
            self.env.flush_all()
            self.env.cr.execute(segment._members_sql())
            if row := self.env.cr.fetchone():
                return self.env["res.partner"].browse(row[0])
        return self.env["res.partner"]

    def _enqueue_test(self, partner, addresses):
        """Queue one try; raise at once what would make it fail."""
        self.ensure_one()
        self._check_may_send()
        self._check_sender()
        self._render_test(partner)
        provider = self._pick_provider()
        if not provider:
            raise UserError(self.env._("There is no active delivery provider."))
        payload = {
            "campaign_id": self.id,
            "partner_id": partner.id or None,
            "provider_id": provider.id,
            "addresses": addresses,
        }
        asked = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(payload))
        return self.env["marketing.job"]._enqueue(
            "email.campaign",
            "_pump_send_test",
            payload,
            # a double click asks once; no address in a key, which logs may show
            key=f"campaign-test:{self.id}:{asked}",
            kind="pump",
            queue="deliver",
        )

    def _check_sender(self):
        """Raise when the sender cannot be written into a header."""
        try:
            return self.sudo()._get_letterhead()
        except HeaderProblem as problem:
            raise UserError(
                self.env._("The name or address of the sender cannot be used.")
            ) from problem

    def _render_test(self, partner):
        """Content for a customer, or with sample values; [Test] before the subject."""
        try:
            renderer = self._get_renderer()
            context = self._get_test_context(renderer, partner)
            content = renderer.render(None, context, PreviewLinks(renderer.compiled))
        except TemplateProblem as problem:
            raise UserError(problem.describe(self.env._)) from problem
        subject = self.env._("[Test] %(subject)s", subject=content.subject)
        return content._replace(subject=subject)

    def _get_test_context(self, renderer, partner):
        if not partner:
            return self._get_sample_context(renderer)
        partner.check_access("read")
        self.env.flush_all()
        target = partners_target(partner.ids, self.company_id.id)
        context = renderer.read(self.env.cr, target)[partner.id]
        return self._show_creative(context, renderer)

    @api.model
    def _pump_send_test(self, campaign_id, partner_id, provider_id, addresses):
        """Build, submit without any transaction open, and say what came of it.

        A process that dies in here is run again: a colleague may see a test twice.
        """
        fingerprint = None
        try:
            with self._own_campaign(campaign_id) as campaign:
                campaign._check_may_send()
                fingerprint = campaign._get_fingerprint(("content", "sender"))
                partner = campaign.env["res.partner"].browse(partner_id or [])
                provider = campaign.env["delivery.provider"].browse(provider_id)
                adapter = provider._get_adapter()
                form = adapter.capabilities.form
                messages = campaign._build_tests(partner, addresses, form)
            outcomes = _submit(adapter, messages)
        except (ProviderDown, UserError, Unsendable) as error:
            outcomes = [(address, "down", str(error)) for address in addresses]
        with self._own_campaign(campaign_id) as campaign:
            campaign._report_tests(outcomes, fingerprint)

    @contextmanager
    def _own_campaign(self, campaign_id):
        """The campaign on a short cursor of its own."""
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            yield env["email.campaign"].browse(campaign_id)

    def _build_tests(self, partner, addresses, form):
        letterhead = self._check_sender()
        content = self._render_test(partner)
        return [
            self._build_test(letterhead, content, address, form)
            for address in addresses
        ]

    def _build_test(self, letterhead, content, address, form):
        return letterhead.build(
            content,
            form=form,
            recipient_id=0,
            send_key=str(uuid.uuid4()),
            name=None,
            address=address,
            one_click=None,
        )

    def _name_test_address(self, address):
        """The address in words for colleagues."""
        return address

    def _report_tests(self, outcomes, fingerprint):
        """One note on the campaign; who pressed the button reads it there."""
        if any(kind == ACCEPTED for _address, kind, _reply in outcomes):
            self.write({"test_date": fields.Datetime.now(), "test_hash": fingerprint})
        lines = [
            self.env._(
                "Test sent to %(address)s.", address=self._name_test_address(address)
            )
            if kind == ACCEPTED
            else self.env._(
                "Test to %(address)s was not sent: %(reply)s",
                address=self._name_test_address(address),
                reply=reply or kind,
            )
            for address, kind, reply in outcomes
        ]
        self.message_post(body=Markup("<br>").join(escape(line) for line in lines))


def _submit(adapter, messages):
    """[(address, kind, reply)] of each message, in order."""
    try:
        adapter.connect()
        outcomes = adapter.submit(messages, lambda message: True)
        return [
            (message.address, outcome.kind, outcome.reply)
            for message, outcome in zip(messages, outcomes, strict=True)
        ]
    finally:
        adapter.close()
