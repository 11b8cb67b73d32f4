import logging
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..audit_chain import COLUMNS, START, link
from ..notification import notify

_logger = logging.getLogger(__name__)
BATCH = 2000


class Verdict(NamedTuple):
    """``problem`` is None, 'missing', 'changed' or 'unlinked'; ``broken_id`` where."""

    checked: int
    last_hash: str
    problem: str | None = None
    broken_id: int | None = None


class MarketingAuditVerification(models.Model):
    """Walking the chain: the first entry that is not what it was."""

    _inherit = "marketing.audit.log"

    @api.model
    def _verify(self):
        """Check every entry up to the head, in batches; return a :class:`Verdict`.

        All companies are in one chain; nothing but numbers leaves this method.
        """
        self.env.cr.execute("SELECT last_id, last_hash FROM marketing_audit_head")
        head = self.env.cr.fetchone() or (0, START)
        last_id, last_hash = 0, START
        while rows := self._read_chain(last_id):
            for row in rows:
                if problem := self._judge(row, last_id, last_hash):
                    return Verdict(last_id, last_hash, *problem)
                last_id, last_hash = row["id"], row["hash"]
        if head[0] > last_id:
            return Verdict(last_id, last_hash, "missing", last_id + 1)
        if head != (last_id, last_hash):
            return Verdict(last_id, last_hash, "unlinked", last_id)
        return Verdict(last_id, last_hash)

    @api.model
    def _read_chain(self, after):
        self.env.cr.execute(
            SQL(
                """SELECT %s, previous_hash, hash FROM marketing_audit_log
                    WHERE id > %s ORDER BY id LIMIT %s""",
                SQL(", ").join(map(SQL.identifier, COLUMNS)),
                after,
                BATCH,
            )
        )
        return self.env.cr.dictfetchall()

    @staticmethod
    def _judge(row, last_id, last_hash):
        """Return (problem, number of the entry), None for an entry that is intact."""
        if row["id"] != last_id + 1:
            return "missing", last_id + 1
        if row["hash"] != link(row["previous_hash"], row):
            return "changed", row["id"]
        if row["previous_hash"] != last_hash:
            return "unlinked", row["id"]
        return None

    @api.model
    def _describe_verdict(self, verdict):
        """Say the verdict as (is intact, sentence)."""
        if not verdict.problem:
            return True, self.env._(
                "All %(count)s entries are intact. Fingerprint of the last one: "
                "%(hash)s. Keep it outside of this database: it proves later that"
                " nothing before it was changed.",
                count=verdict.checked,
                hash=verdict.last_hash,
            )
        texts = {
            "missing": self.env._("Entry %(number)s is missing."),
            "changed": self.env._("Entry %(number)s was changed after it was written."),
            "unlinked": self.env._(
                "Entry %(number)s does not follow the entry before it."
            ),
        }
        return False, (
            texts[verdict.problem] % {"number": verdict.broken_id}
            + " "
            + self.env._(
                "The %(count)s entries before it are intact. Somebody with direct"
                " access to the database changed the log: compare it with a backup.",
                count=verdict.checked,
            )
        )

    @api.model
    def action_verify(self):
        """Check the whole log and show the result."""
        if not self.env.user.has_group("marketing_base.group_compliance"):
            raise AccessError(self.env._("Only compliance officers verify the log."))
        intact, message = self._describe_verdict(self._verify())
        good, bad = self.env._("The log is intact"), self.env._("The log is broken")
        return notify(
            "success" if intact else "danger",
            message,
            title=good if intact else bad,
            sticky=True,
            then=None,
        )

    @api.model
    def _cron_verify(self):
        self._enqueue_verify()

    @api.model
    def _enqueue_verify(self):
        return self.env["marketing.job"]._enqueue(
            "marketing.audit.log", "_verify_and_alert", key="audit-verify"
        )

    @api.model
    def _verify_and_alert(self):
        """Give every compliance officer a to-do when the chain is broken."""
        intact, message = self._describe_verdict(self._verify())
        if intact:
            return
        _logger.error("marketing audit log: %s", message)
        summary = self.env._("The marketing audit log is broken")
        officers = self.env.ref("marketing_base.group_compliance")._get_people()
        # superuser: the alert must reach officers of every company
        activities = self.env["mail.activity"].sudo()
        for officer in officers:
            domain = [("user_id", "=", officer.id), ("summary", "=", summary)]
            if not activities.search_count(domain, limit=1):
                activities.create(
                    {
                        "user_id": officer.id,
                        "summary": summary,
                        "note": message,
                        "date_deadline": fields.Date.context_today(self),
                        "activity_type_id": self.env.ref(
                            "mail.mail_activity_data_warning"
                        ).id,
                    }
                )
