"""F18: random walks of claims, gates, answers, deaths and stops against an oracle.

The statements of the protocol run on committed rows, the steps are drawn by hypothesis.
The oracle knows only what a mail server would: which keys were accepted, and which
addresses had opted out before their gate.
"""

import uuid

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ledger import volume

import odoo.init
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

AUDIENCE = 12
SENDERS = st.integers(0, 2)
ANSWERS = st.sampled_from(("sent", "refused", "deferred", "silence"))


class Sender:
    """A sender's memory: its token, what it claimed and what it let through."""

    def __init__(self):
        self.token = str(uuid.uuid4())
        self.claimed, self.passed = [], []


class Protocol(RuleBasedStateMachine):
    stage = registry = provider_id = None  # set by the test

    @initialize()
    def start(self):
        self.senders = [Sender() for _number in range(3)]
        self.accepted = {}
        self.stopped = set()
        addresses = [f"customer{n}@model.example" for n in range(AUDIENCE)]
        self.campaign_id = self.stage.campaign_of(self.provider_id, addresses)

    def run(self, function, *arguments, **options):
        """Run one statement of the sender in a transaction of its own."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return function(env, *arguments, **options)

    @rule(number=SENDERS, limit=st.integers(1, 6))
    def claim(self, number, limit):
        from odoo.addons.marketing_delivery.sender import outbox

        sender = self.senders[number]
        rows = self.run(
            lambda env: outbox.claim(
                env.cr,
                campaign_id=self.campaign_id,
                provider_id=self.provider_id,
                token=sender.token,
                limit=limit,
            )
        )
        sender.claimed += rows

    @rule(number=SENDERS)
    def ask_the_gate(self, number):
        from odoo.addons.marketing_delivery.sender import gate

        sender = self.senders[number]
        rows, sender.claimed = sender.claimed, []
        if not rows:
            return
        verdicts = self.run(
            lambda env: gate.pass_gate(
                env.cr,
                env["campaign.recipient"]._gate_sql(),
                sender.token,
                [row.id for row in rows],
            )
        )
        passed = [row for row in rows if verdicts.get(row.id, "") is None]
        for row in passed:
            assert row.email_address not in self.stopped
        sender.passed += passed

    @rule(number=SENDERS, answer=ANSWERS)
    def submit(self, number, answer):
        """One message leaves, and its answer is written."""
        from odoo.addons.marketing_delivery.sender import outbox

        sender = self.senders[number]
        if not sender.passed:
            return
        row = sender.passed.pop(0)
        if answer in ("sent", "silence"):
            assert row.send_key not in self.accepted, "a message left twice"
            self.accepted[row.send_key] = answer
        states = {"sent": "sent", "refused": "failed", "deferred": "queued"}
        given = outbox.Answer(row.id, states.get(answer, "in_doubt"), attempts=1)
        self.run(lambda env: outbox.settle(env.cr, sender.token, [given]))

    @rule(number=SENDERS)
    def die(self, number):
        """The process is gone; what it let through had left, or had not."""
        sender = self.senders[number]
        for row in sender.passed[:1]:
            self.accepted[row.send_key] = "silence"
        self.senders[number] = Sender()

    @rule()
    def leases_end(self):
        self.stage.query(
            """UPDATE campaign_recipient
                  SET lease_until = lease_until - interval '1 day'
                WHERE campaign_id = %s""",
            self.campaign_id,
        )
        # a sender looks at its own clock before the first byte
        for sender in self.senders:
            sender.passed = []

    @rule()
    def sweep(self):
        self.run(lambda env: env["marketing.job"]._sweep())

    @rule(number=st.integers(0, AUDIENCE - 1))
    def opt_out(self, number):
        address = f"customer{number}@model.example"
        self.stage.query(
            """UPDATE email_subscription_preference SET is_subscribed = FALSE
                WHERE email_address = %s""",
            address,
        )
        self.stopped.add(address)

    @rule(status=st.sampled_from(("paused", "running")))
    def pause_or_resume(self, status):
        self.stage.query(
            """UPDATE email_campaign SET status = %s
                WHERE id = %s AND status IN ('paused', 'running')""",
            status,
            self.campaign_id,
        )

    @invariant()
    @precondition(lambda self: hasattr(self, "campaign_id"))
    def everybody_is_accounted_for(self):
        rows = self.stage.query(
            "SELECT send_key, state FROM campaign_recipient WHERE campaign_id = %s",
            self.campaign_id,
        )
        assert len(rows) == AUDIENCE
        for key, state in rows:
            if state == "sent":
                assert self.accepted.get(key) == "sent"
            if state in ("queued", "claimed"):
                assert key not in self.accepted, "it left, and could leave again"

    def teardown(self):
        if hasattr(self, "campaign_id"):
            self.stage.clear()


@pytest.fixture
def registry(configuration, database):
    config.parse_config(["-c", str(configuration), "-d", database, "--no-http"])
    registry = Registry(database)
    yield registry
    odoo.sql_db.close_all()


def test_random_walks(stage, registry, sink, ledger):
    Protocol.stage, Protocol.registry = stage, registry
    Protocol.provider_id = stage.provider_of(sink.port)
    examples, steps = volume(15, 400), volume(30, 80)
    run_state_machine_as_test(
        Protocol,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    ledger.note("F18 random walks (steps)", examples * steps)
