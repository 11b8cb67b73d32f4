"""The part of the gate's benchmark that runs inside Odoo."""

from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch

from delivery_work import Work

from odoo.addons.marketing_delivery.sender import gate, outbox, prepared, settings
from odoo.addons.marketing_delivery.sender.admission import Share
from odoo.addons.marketing_delivery.sender.allowance import Room

_PASS = f"""
    UPDATE campaign_recipient SET state = 'submitting',
           lease_until = {outbox.NOW} + make_interval(secs => %s::float), {outbox.TOUCH}
     WHERE id = ANY(%s::int[]) AND lease_token = %s::text AND state = 'claimed'
    RETURNING id
"""


class NoQuestion:
    """An admission that lets everything through, with the same committed UPDATE."""

    failures = 0

    def __init__(self, cr):
        self._cursor = cr

    def look(self, wanted):
        return Room(wanted, 0.0, None)

    def put_off(self, token, rows):
        return rows

    def count(self, rows):
        return rows

    def reserve(self, answered, messages):
        return Share(messages, [])

    def finish(self, answered):
        pass

    def admit(self, token, share):
        ids = [message.recipient_id for message in share.taken]
        if not ids:
            return set(), [], True
        values = [settings.LEASE, ids, token]
        prepared.execute(self._cursor, _PASS, values, first=[gate.DURABLE])
        return {row[0] for row in self._cursor.fetchall()}, [], True


def run(env, options):
    work = Work(env, {**options, "peer": 0})
    far = (datetime.now(UTC).hour + 12) % 24
    work.company.write(
        {
            # asked for each message, at the other end of the day
            "marketing_quiet_hours": True,
            "marketing_quiet_start": float(far),
            "marketing_quiet_end": far + 0.5,
            "marketing_daily_limit": 10**8,
        }
    )
    env.cr.commit()
    work.send_ours()  # warms caches; not counted
    pairs = []
    for number in range(options["pairs"]):
        if number % 2:
            real = work.send_ours()
            trivial = _send_without(work)
        else:
            trivial = _send_without(work)
            real = work.send_ours()
        pairs.append((trivial, real))
    return pairs


def _send_without(work):
    with _no_questions(work.env):
        return work.send_ours()


@contextmanager
def _no_questions(env):
    with patch.object(
        env.registry["email.campaign"],
        "_prepare_admission",
        lambda campaign, provider: NoQuestion(campaign.env.cr),
    ):
        yield
