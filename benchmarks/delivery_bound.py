"""What rendering, MIME, SMTP and SQL need alone, without the protocol around them."""

import time

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_delivery.sender import outbox
from odoo.addons.marketing_delivery.sender.composer import Composer, Letterhead
from odoo.addons.marketing_queue.isolation import read_committed


def measure_bound(work, number=600):
    """Return the microseconds that each part needs for a message."""
    composer, sql, rows, contexts = _prepare(work, number)
    build = _time_us(number, lambda: [composer.compose(r, contexts) for r in rows], 3)
    messages = [composer.compose(row, contexts) for row in rows]
    adapter = work.provider._get_adapter()
    adapter.connect()
    smtp = _time_us(
        number, lambda: list(adapter.submit(messages, lambda _message: True)), 3
    )
    adapter.close()
    return {
        "bytes": len(messages[0].data),
        "us": {"render and MIME": build, "SMTP": smtp, "SQL": sql},
    }


def measure_size(work):
    """Return the bytes of one message."""
    composer, _sql, [row], contexts = _prepare(work, 1)
    return len(composer.compose(row, contexts).data)


def _prepare(work, number):
    campaign = work.create_campaign()
    work.insert_rows(campaign, number)
    renderer = campaign._get_renderer()
    composer = Composer(
        Letterhead.of(campaign), renderer, LinkSigner.from_env(work.env)
    )
    with work.env.registry.cursor() as cr:
        read_committed(cr)
        sql, rows = _time_sql(cr, campaign, number)
        return composer, sql, rows, renderer.contexts(cr, rows)


def _time_sql(cr, campaign, number):
    """Claim and settle in portions, nothing else: no gate, events or journal."""
    rows = []

    def claim_and_settle():
        while portion := outbox.claim(
            cr,
            campaign_id=campaign.id,
            provider_id=campaign.provider_id.id,
            token="bound",
            limit=200,
        ):
            rows.extend(portion)
            answers = [outbox.Answer(row.id, "sent") for row in portion]
            outbox.settle(cr, "bound", answers)
            cr.commit()

    return _time_us(number, claim_and_settle), rows


def _time_us(number, work, rounds=1):
    """Return the microseconds for one of ``number``, the best of ``rounds``."""
    times = []
    for _round in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1e6 * min(times) / number
