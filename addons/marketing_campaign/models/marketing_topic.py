from odoo import api, fields, models
from odoo.tools import SQL

# What each address with a consent gets of a topic that has a list. A list belongs to
# no company: an address is on it when every company it has a consent record with may
# write to it about the topic. A break counts as leaving until it is over.
_WANTED = """
    SELECT topic.mailing_list_id AS list_id, consent.email_address AS email,
           bool_and(consent.is_subscribed
                    AND COALESCE(consent.paused_until <= now() AT TIME ZONE 'UTC', TRUE)
                    AND COALESCE((consent.category_preferences
                                      ->> topic.id::text)::boolean,
                                 topic.is_default, FALSE)) AS wanted,
           min(partner.name) AS name
      FROM email_subscription_preference consent
      JOIN marketing_topic topic
        ON topic.active AND topic.mailing_list_id IS NOT NULL
       AND COALESCE(topic.company_id, consent.company_id) = consent.company_id
      LEFT JOIN res_partner partner ON partner.id = consent.partner_id
     WHERE consent.channel = 'email' AND consent.email_address IS NOT NULL
       AND %(who)s
     GROUP BY topic.mailing_list_id, consent.email_address
"""
# Only whoever wants a topic gets a contact; leaving is noted on those there are.
_ADD_CONTACTS = """
    INSERT INTO mailing_contact (name, email, email_normalized, create_uid, write_uid,
                                 create_date, write_date)
    SELECT COALESCE(min(wish.name), wish.email), wish.email, wish.email,
           %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
      FROM (%(wanted)s) wish
     WHERE wish.wanted
       AND NOT EXISTS (SELECT FROM mailing_contact contact
                        WHERE contact.email_normalized = wish.email)
     GROUP BY wish.email ORDER BY wish.email
"""
_ADD_MEMBERS = """
    INSERT INTO mailing_subscription (contact_id, list_id, opt_out, create_uid,
                                      write_uid, create_date, write_date)
    SELECT min(contact.id), wish.list_id, FALSE, %(uid)s, %(uid)s,
           now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
      FROM (%(wanted)s) wish
      JOIN mailing_contact contact ON contact.email_normalized = wish.email
     WHERE wish.wanted
       AND NOT EXISTS (
           SELECT FROM mailing_subscription member
             JOIN mailing_contact known ON known.id = member.contact_id
            WHERE member.list_id = wish.list_id
              AND known.email_normalized = wish.email)
     GROUP BY wish.list_id, wish.email
        ON CONFLICT DO NOTHING
"""
_UPDATE_MEMBERS = """
    UPDATE mailing_subscription member
       SET opt_out = NOT wish.wanted,
           opt_out_datetime = CASE WHEN NOT wish.wanted
                                   THEN now() AT TIME ZONE 'UTC' END,
           opt_out_reason_id = CASE WHEN NOT wish.wanted
                                    THEN member.opt_out_reason_id END,
           write_uid = %(uid)s, write_date = now() AT TIME ZONE 'UTC'
      FROM (%(wanted)s) wish
      JOIN mailing_contact contact ON contact.email_normalized = wish.email
     WHERE member.contact_id = contact.id AND member.list_id = wish.list_id
       AND COALESCE(member.opt_out, FALSE) = wish.wanted
"""


class MarketingTopic(models.Model):
    """A topic that Odoo's own mailings can be sent to, as a mailing list.

    What people choose on our page is copied to the list; what they choose on Odoo's
    page, or staff on the list, comes back (``mailing.subscription``). To be on a list
    is never a first consent.
    """

    _inherit = "marketing.topic"

    mailing_list_id = fields.Many2one(
        "mailing.list",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="Odoo's own mailings to this list reach who wants the topic. Who left the"
        " list is taken as having left the topic.",
    )

    _one_list = models.Constraint(
        "UNIQUE(mailing_list_id)", "A mailing list belongs to one topic."
    )

    @api.model_create_multi
    def create(self, vals_list):
        topics = super().create(vals_list)
        topics.filtered("mailing_list_id")._adopt_lists()
        return topics

    def write(self, vals):
        before = {topic.id: topic.mailing_list_id for topic in self}
        result = super().write(vals)
        new = self.filtered(lambda t: t.mailing_list_id != before[t.id])
        new.filtered("mailing_list_id")._adopt_lists()
        return result

    def _adopt_lists(self):
        """Take over who has left the list already, then bring it in step."""
        # whoever sets up topics need not read consents or lists
        members = self.env["mailing.subscription"].sudo()
        members.search(
            [("list_id", "in", self.mailing_list_id.ids), ("opt_out", "=", True)]
        )._tell_topics()
        self._mirror_lists()

    def action_mirror_list(self):
        """Bring the list in step now instead of next night."""
        self.check_access("write")
        self._mirror_lists()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _cron_mirror_lists(self):
        self._mirror_lists()

    @api.model
    def _mirror_lists(self, consents=None):
        """Bring the lists in step with the consents: all, or those of some people.

        Set-based, and past the ORM of the list, which would tell us in turn.
        """
        self.env.flush_all()
        who = SQL("TRUE")
        if consents is not None:
            keys = consents.mapped("address_key")
            who = SQL("consent.address_key = ANY(%s)", keys)
        wanted = SQL(_WANTED, who=who)
        for statement in (_ADD_CONTACTS, _ADD_MEMBERS, _UPDATE_MEMBERS):
            self.env.cr.execute(SQL(statement, wanted=wanted, uid=self.env.uid))
        for model in ("mailing.contact", "mailing.subscription", "mailing.list"):
            self.env[model].invalidate_model(flush=False)

    @api.model
    def _has_lists(self):
        # superuser: a shopper's choice is copied as well
        return bool(
            self.sudo().search_count([("mailing_list_id", "!=", False)], limit=1)
        )
