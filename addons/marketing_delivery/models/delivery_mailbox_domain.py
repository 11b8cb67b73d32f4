from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_base.mailboxes import MAILBOXES, known_mailbox
from odoo.addons.marketing_queue.isolation import own_transaction

from ..authentication.lookup import Lookup, LookupFailed

# Ends of the names of mail exchangers: companies rent the same servers.
_EXCHANGERS = {
    "gmail": (".google.com", ".googlemail.com", ".smtp.goog"),
    "yahoo": (".yahoodns.net",),
    "outlook": (".outlook.com", ".protection.outlook.com", ".mx.microsoft"),
    "apple": (".icloud.com",),
}

LEARN = 100  # domains a run
MIN_MESSAGES = 10  # in 30 days; others do not show in the figures
_UNKNOWN = """
    SELECT n.domain
      FROM (SELECT split_part(email_address, '@', 2) AS domain, count(*) AS number
              FROM campaign_recipient
             WHERE state = 'sent' AND channel = 'email'
               AND sent_at > now() AT TIME ZONE 'UTC' - interval '30 days'
             GROUP BY 1 HAVING count(*) >= %(least)s) n
     WHERE n.domain <> '' AND %(mailbox)s = 'other'
       AND NOT EXISTS (SELECT FROM delivery_mailbox_domain d
                        WHERE d.name = n.domain
                          AND d.checked_at > now() AT TIME ZONE 'UTC'
                                             - interval '180 days')
     ORDER BY n.number DESC, n.domain LIMIT %(limit)s
"""
_NOTE = """
    INSERT INTO delivery_mailbox_domain AS d (name, mailbox, exchanger, checked_at)
    SELECT name, mailbox, exchanger, now() AT TIME ZONE 'UTC'
      FROM unnest(%(names)s, %(mailboxes)s, %(exchangers)s)
           AS found(name, mailbox, exchanger)
        ON CONFLICT (name) DO UPDATE
       SET mailbox = EXCLUDED.mailbox, exchanger = EXCLUDED.exchanger,
           checked_at = EXCLUDED.checked_at
"""


class DeliveryMailboxDomain(models.Model):
    """A recipients' domain whose mail exchanger told whose servers it uses.

    Well-known domains are not listed: `_mailbox_sql` knows them by their names.
    """

    _name = "delivery.mailbox.domain"
    _description = "Mailbox Domain"
    _order = "name"
    _log_access = False  # written by SQL only

    name = fields.Char("Domain", required=True, readonly=True)
    mailbox = fields.Selection(
        MAILBOXES, "Mailbox Provider", required=True, readonly=True
    )
    exchanger = fields.Char("Mail Exchanger", readonly=True)
    checked_at = fields.Datetime("Looked Up", readonly=True)

    _name_uniq = models.Constraint("UNIQUE(name)", "A domain is listed once.")

    @api.model
    def _mailbox_sql(self, domain):
        """Return the SQL that tells the mailbox provider of an SQL ``domain``."""
        learned = SQL(
            """COALESCE((SELECT d.mailbox FROM delivery_mailbox_domain d
                          WHERE d.name = %s), 'other')""",
            domain,
        )
        return known_mailbox(domain, learned)

    @api.model
    def _get_mailbox(self, exchanger):
        """Return the mailbox provider that an exchanger belongs to."""
        host = f".{exchanger.lower().rstrip('.')}"
        for mailbox, ends in _EXCHANGERS.items():
            if host.endswith(ends):
                return mailbox
        return "other"

    # === LEARNING ===#

    @api.model
    def _cron_learn(self):
        self.env["marketing.job"]._enqueue(
            self._name, "_pump_learn", key=self._name, kind="pump"
        )

    @api.model
    def _pump_learn(self):
        """Ask DNS who keeps the mailboxes of frequent domains; no transaction waits."""
        with own_transaction(self.env.registry) as env:
            domains = env[self._name]._find_unknown()
            servers = env["delivery.dkim.key"]._get_dns_servers()
        found = {domain: self._look_up(domain, servers) for domain in domains}
        found = {domain: host for domain, host in found.items() if host is not None}
        with own_transaction(self.env.registry) as env:
            env[self._name]._note(found)

    @api.model
    def _find_unknown(self):
        mailbox = self._mailbox_sql(SQL("n.domain"))
        # pylint: disable-next=sql-injection
        query = SQL(_UNKNOWN, least=MIN_MESSAGES, mailbox=mailbox, limit=LEARN)
        return [row[0] for row in self.env.execute_query(query)]

    @staticmethod
    def _look_up(domain, servers):
        """Return the first mail exchanger, empty for none, None without an answer."""
        try:
            exchangers = Lookup(servers).get_exchangers(domain)
        except LookupFailed:
            return None
        return exchangers[0][1] if exchangers else ""

    @api.model
    def _note(self, found):
        """Keep what was found; campaigns that it concerns are counted again."""
        if not found:
            return
        names = sorted(found)
        mailboxes = [self._get_mailbox(found[name]) for name in names]
        values = {"names": names, "mailboxes": mailboxes}
        values["exchangers"] = [found[name] for name in names]
        self.env.cr.execute(_NOTE, values)
        self.invalidate_model(flush=False)
        told = [n for n, m in zip(names, mailboxes, strict=True) if m != "other"]
        self.env.cr.execute(
            """SELECT DISTINCT campaign_id FROM campaign_recipient
                WHERE split_part(email_address, '@', 2) = ANY(%s)""",
            [told],
        )
        campaigns = {row[0] for row in self.env.cr.fetchall()} if told else set()
        self.env["email.deliverability.stats"]._mark(campaigns)
