from odoo import api, models
from odoo.tools import SQL


class MailBlacklist(models.Model):
    _inherit = "mail.blacklist"

    @api.model
    def _stop_dead(self, addresses):
        """Stop addresses that do not exist, and say why; return those newly stopped.

        No consent is withdrawn: nobody objected, and whoever repairs an address takes
        it off the list again. One statement, as ``_add`` of two senders at once would
        break on the unique address; in one order, so that none waits in a circle.
        """
        # sudo: the system's work, for whoever sends or is told by a provider
        self = self.sudo()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO mail_blacklist AS stop (email, active, create_uid,
                       write_uid, create_date, write_date)
                SELECT DISTINCT address, TRUE, %(uid)s, %(uid)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM unnest(%(addresses)s::text[]) address ORDER BY 1
                    ON CONFLICT (email) DO UPDATE
                   SET active = TRUE, write_uid = excluded.write_uid,
                       write_date = excluded.write_date
                 WHERE NOT stop.active
                RETURNING id
                """,
                uid=self.env.uid,
                addresses=sorted(set(addresses)),
            )
        )
        stopped = self.browse(row[0] for row in rows)
        stopped.invalidate_recordset(flush=False)
        reason = self.env._("The address does not exist: a message bounced.")
        for stop in stopped:
            stop._message_log(body=reason)
        return stopped
