"""Ten builds that are broken on purpose; the harness must find fault with each.

A forked sender breaks itself before it sends. What is broken is what the protocol
stands on, so a check that passes on one of these would prove nothing.
"""

from botocore.config import Config

from odoo.addons.marketing_delivery.models import campaign_recipient_gate as questions
from odoo.addons.marketing_delivery.sender import (
    answers,
    gate,
    journal,
    outbox,
    pump,
    recovery,
    smtp,
)
from odoo.addons.marketing_delivery.sender.adapter import ACCEPTED, UNKNOWN, Outcome
from odoo.addons.marketing_delivery_ses.sender import wire


def submit_before_commit():
    """The gate's commit comes after the messages have left."""
    original = pump.Pump._send_batch

    def send_batch(self, rows, contexts):
        cursor, self._cursor = self._cursor, _Uncommitted(self._cursor)
        try:
            return original(self, rows, contexts)
        finally:
            self._cursor = cursor
            cursor.commit()

    pump.Pump._send_batch = send_batch


class _Uncommitted:
    def __init__(self, cursor):
        self._cursor = cursor

    def __getattr__(self, name):
        return getattr(self._cursor, name)

    def commit(self):
        pass


def no_fence():
    """A sender's UPDATE asks neither for its lease nor for the state."""
    fence = gate._PASS.index("AND message.state || '' = 'claimed'")
    gate._PASS = gate._PASS[:fence] + "RETURNING message.id, verdict.reason"


def retry_after_silence():
    """A lost answer is taken for a no."""
    original = answers.to_answer

    def to_answer(row_id, attempt, outcome, **options):
        if outcome.kind == UNKNOWN:
            return outbox.Answer(row_id, "queued", "deferred", attempts=1)
        return original(row_id, attempt, outcome, **options)

    answers.to_answer = to_answer


def asynchronous_commit():
    """The gate's commit may be lost with the machine."""
    gate.DURABLE = "SET LOCAL synchronous_commit TO off"


def requeue_submitting():
    """The sweeper gives back what may have left."""
    original = recovery.requeue_claimed

    def requeue(cr):
        cr.execute(
            f"""UPDATE campaign_recipient SET state = 'queued', lease_token = NULL
                 WHERE state = 'submitting' AND {recovery._EXPIRED}"""
        )
        original(cr)

    recovery.requeue_claimed = requeue


def sent_before_it_is():
    """The row says sent before the message leaves, as a job acknowledged too early."""
    original = pump.Pump._submit

    def submit(self, messages, rows):
        early = [
            (rows[m.recipient_id], Outcome(ACCEPTED), pump.now()) for m in messages
        ]
        pending, self._pending = self._pending, early
        self._settle()
        self._cursor.commit()
        self._pending = pending
        original(self, messages, rows)

    pump.Pump._submit = submit


def forgetful_journal():
    """What was begun is remembered where it can be emptied, as in Redis."""

    def parse(_data):
        return journal.Record(journal.READ)

    journal.parse = parse


def client_retries():
    """The client repeats a call whose answer was lost, as boto3 does by default."""
    original = smtp.SmtpAdapter._submit

    def submit(self, message, begin):
        outcome = original(self, message, begin)
        if outcome.kind != UNKNOWN:
            return outcome
        return original(self, message, lambda _message: True)

    smtp.SmtpAdapter._submit = submit
    wire._CONFIG = Config()


def consent_read_too_early():
    """Who may be written to is looked up once, when the pump starts."""
    original = pump.Pump.run

    def run(self):
        self._cursor.execute(
            """CREATE TEMP TABLE IF NOT EXISTS early_consent AS
               SELECT address_key FROM email_subscription_preference
                WHERE NOT is_subscribed"""
        )
        return original(self)

    pump.Pump.run = run
    questions.CampaignRecipient._gate_refusal_sql = lambda self: questions.SQL(
        """CASE WHEN EXISTS (SELECT FROM early_consent stop
                              WHERE stop.address_key = message.address_key)
                THEN 'unsubscribed' END"""
    )


BUILDS = {
    function.__name__: function
    for function in (
        submit_before_commit,
        no_fence,
        retry_after_silence,
        asynchronous_commit,
        requeue_submitting,
        sent_before_it_is,
        forgetful_journal,
        client_retries,
        consent_read_too_early,
    )
}
