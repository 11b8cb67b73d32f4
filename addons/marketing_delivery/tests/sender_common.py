from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

from ..sender.adapter import ACCEPTED, Capabilities, Outcome
from ..sender.content import Content

# A company that sends at every hour, as often as it likes: tests run at night too.
ANY_TIME = {
    "marketing_cap_day": 0,
    "marketing_cap_week": 0,
    "marketing_cap_gap": 0,
    "marketing_quiet_hours": False,
}


class Renderer:
    """Content for tests: addresses starting with ``poison`` cannot be rendered."""

    def contexts(self, cr, rows):
        return {row.id: row.email_address for row in rows}

    def render(self, row, context, links):
        if context.startswith("poison"):
            raise ZeroDivisionError("broken template")
        return Content("Hello", f"<p>{links.click(0)}</p>", "Hello")


class FakeAdapter:
    """Answers by local part: ``outcomes["a@x.example"]``, accepted by default."""

    capabilities = Capabilities()

    def __init__(self, outcomes=None, on_message=None):
        self.outcomes = outcomes or {}
        self.on_message = on_message
        self.messages = []
        self.is_closed = False

    def connect(self):
        pass

    def submit(self, messages, begin):
        for message in messages:
            outcome = self.outcomes.get(message.address, Outcome(ACCEPTED, "250 ok"))
            if isinstance(outcome, Exception):
                raise outcome
            assert begin(message)
            self.messages.append(message)
            if self.on_message:
                self.on_message(message)
            yield outcome

    def close(self):
        self.is_closed = True


class SenderCase(TransactionCase):
    channel = "email"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Company A", "email": "a@a.example", **ANY_TIME}
        )
        cls.other_company = cls.env["res.company"].create(
            {"name": "Company B", **ANY_TIME}
        )
        cls.provider = cls._create_provider()
        cls.campaign = cls._create_campaign(cls.company)

    @classmethod
    def _create_provider(cls, **values):
        server = cls.env["ir.mail_server"].create(
            {"name": "Relay", "smtp_host": "127.0.0.1", "smtp_port": 1}
        )
        values = {"name": "Relay", "mail_server_id": server.id, **values}
        return cls.env["delivery.provider"].create(values)

    @classmethod
    def _create_campaign(cls, company, **values):
        return cls.env["email.campaign"].create(
            {
                "name": "Campaign",
                "company_id": company.id,
                "provider_id": cls.provider.id,
                "channel": cls.channel,
                "from_email": "shop@a.example",
                "status": "running",
                **values,
            }
        )

    @classmethod
    def _create_user(cls, login, *groups, company=None):
        company = company or cls.company
        names = ",".join(f"marketing_base.group_{group}" for group in groups)
        return new_test_user(
            cls.env,
            login,
            groups=f"base.group_user,{names}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _add(cls, *addresses, campaign=None, consent=True, **values):
        """Write recipient rows as an audience would, with consent; return them."""
        campaign = campaign or cls.campaign
        preferences = cls.env["email.subscription.preference"]
        rows = cls.env["campaign.recipient"]
        for address in addresses:
            known = preferences._address_key(cls.channel, address)
            if consent and known:
                preferences._opt_in(
                    campaign.company_id, address, channel=cls.channel, source="test"
                )
            rows |= rows.create(
                {
                    "company_id": campaign.company_id.id,
                    "campaign_id": campaign.id,
                    "channel": cls.channel,
                    "address_key": known or address[:32],
                    "email_address": address,
                    "send_key": f"key-{campaign.id}-{address}",
                    **values,
                }
            )
        cls.env.flush_all()
        return rows

    def _pump(self, adapter=None, campaign=None, renderer=None):
        """Run the campaign's pump in this transaction; return its answer."""
        campaign = campaign or self.campaign
        adapter = adapter or FakeAdapter()
        with self._sending(adapter, renderer or Renderer()):
            wait = self.env["email.campaign"]._pump_deliver(campaign.id)
        self.env.invalidate_all()
        return wait

    @contextmanager
    def _sending(self, adapter, renderer):
        registry = self.env.registry
        self.env.flush_all()
        with (
            patch.object(
                registry["delivery.provider"], "_get_adapter", lambda self: adapter
            ),
            patch.object(
                registry["email.campaign"], "_get_renderer", lambda self: renderer
            ),
            self.enter_registry_test_mode(),
        ):
            yield

    def _states(self, campaign=None):
        self.env.invalidate_all()
        rows = (campaign or self.campaign).recipient_ids
        return {row.email_address: row.state for row in rows}

    def _events(self, campaign=None):
        """Return what the log holds of the messages."""
        self.env.cr.execute(
            """SELECT event_type, event_id FROM marketing_event
                WHERE campaign_id = %s AND recipient_id IS NOT NULL
                ORDER BY event_id""",
            [(campaign or self.campaign).id],
        )
        return self.env.cr.fetchall()
