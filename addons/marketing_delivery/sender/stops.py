"""What a provider's refusal says of an address stops it, for all that comes.

In the transaction of the answer, so that a crash forgets none.
"""

from odoo import SUPERUSER_ID, api

from odoo.addons.marketing_base.evidence import Evidence

from .adapter import OBJECTED

_FIND = """
    SELECT company_id, channel, address_key, email_address, campaign_id
      FROM campaign_recipient
     WHERE id = ANY(%s) AND email_address IS NOT NULL
     ORDER BY address_key, id
"""


def stop(cr, answered, states):
    """Stop who does not exist, and who has objected at the provider.

    :param answered: the ``outbox.Answer`` of each message
    :param states: ``{id: state}`` as written
    """
    failed = [answer for answer in answered if states.get(answer.id) == "failed"]
    dead = [answer.id for answer in failed if answer.bounce_type == "hard"]
    objected = [answer.id for answer in failed if answer.reason == OBJECTED]
    if dead or objected:
        env = api.Environment(cr, SUPERUSER_ID, {})
        _stop_dead(env, dead)
        _opt_out(env, objected)


def _stop_dead(env, ids):
    found = [row[3] for row in _read(env.cr, ids) if row[1] == "email"]
    if found:
        env["mail.blacklist"]._stop_dead(found)


def _opt_out(env, ids):
    for company_id, channel, key, address, campaign_id in _read(env.cr, ids):
        env["email.subscription.preference"]._opt_out(
            company_id,
            channel,
            key,
            source="provider",
            address=address,
            evidence=Evidence(campaign_id=campaign_id),
        )


def _read(cr, ids):
    cr.execute(_FIND, [ids])
    return cr.fetchall()
