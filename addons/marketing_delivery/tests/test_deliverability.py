import random
from collections import Counter
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..models.deliverability_projection import COUNTED, NAME
from .tracking_common import SENT_AT, TrackingMixin

DOMAINS = ("gmail.com", "yahoo.co.uk", "hotmail.fr", "me.com", "shop.example")
KINDS = (
    ("email_opened", {}),
    ("email_clicked", {"link_position": 1}),
    ("email_unsubscribed", {}),
    ("email_complained", {}),
    ("email_deferred", {}),
    ("email_bounced", {"bounce_type": "hard"}),
    ("email_bounced", {"bounce_type": "soft"}),
    ("email_sent", {}),
)


@tagged("post_install", "-at_install")
class TestDeliverability(TrackingMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stats = cls.env["email.deliverability.stats"]
        cls.company.partner_id.tz = "UTC"
        cls.env.cr.execute("DELETE FROM marketing_projection WHERE name = %s", [NAME])

    # === HELPERS ===#

    def _count(self, horizon=1000):
        """Run both projections as if all transactions below ``horizon`` were over."""
        self._project(horizon)
        model = type(self.env["marketing.projection"])
        with patch.object(model, "_get_horizon", lambda self: horizon):
            self.stats._run()

    def _rows(self, *campaigns):
        rows = self.stats.search([("campaign_id", "in", [c.id for c in campaigns])])
        return {
            (row.campaign_id.id, str(row.day), row.mailbox, row.provider_id.id): {
                column: row[column] for column in COUNTED
            }
            for row in rows
        }

    def _send(self, address, campaign=None, **values):
        row = self._make_recipient(address, campaign, attempt=1, **values)
        self._log("email_sent", 0, recipient=row)
        return row

    # === WHAT IS COUNTED ===#

    def test_each_column(self):
        rows = [self._send(f"p{n}@gmail.com") for n in range(10)]
        self._log(
            "email_bounced", recipient=rows[0], properties={"bounce_type": "hard"}
        )
        self._log(
            "email_bounced", recipient=rows[1], properties={"bounce_type": "soft"}
        )
        self._log("email_deferred", recipient=rows[2])
        self._log("email_deferred", recipient=rows[2])
        rows[3].attempt = 3
        self._log("email_complained", recipient=rows[4])
        self._log("email_unsubscribed", recipient=rows[4])
        self._log("email_opened", 60, recipient=rows[5])
        self._click(60, 1, recipient=rows[5])
        self._click(70, 1, recipient=rows[6])
        self._click(60, 1, "head", recipient=rows[7])
        refused = {"state": "failed", "sent_at": False, "bounce_type": "hard"}
        refused = self._make_recipient("gone@gmail.com", attempt=1, **refused)
        self._log("email_failed", 0, recipient=refused)
        self._log(
            "email_bounced", 0, recipient=refused, properties={"bounce_type": "hard"}
        )
        doubtful = {"state": "in_doubt", "sent_at": False, "doubted_at": SENT_AT}
        self._make_recipient("in_doubt@gmail.com", **doubtful)
        read = self._make_recipient("and_yet_read@gmail.com", **doubtful)
        self._log("email_unsubscribed", 60, recipient=read)
        self._count()
        [(key, counted)] = [
            item for item in self._rows(self.campaign).items() if item[0][2] == "gmail"
        ]
        self.assertEqual(key[1:3], ("2026-03-02", "gmail"))
        self.assertEqual(
            counted,
            {
                "sent": 10,
                "delivered": 8,
                "deferred": 2,
                "bounced": 3,
                "hard_bounced": 2,
                "soft_bounced": 1,
                "complained": 1,
                "unsubscribed": 2,
                "opened": 1,
                "clicked": 2,
            },
        )

    def test_mailbox_providers(self):
        wanted = {
            "gmail": ("gmail.com", "googlemail.com"),
            "yahoo": ("yahoo.com", "yahoo.co.uk", "aol.com", "ymail.com"),
            "outlook": ("outlook.com", "hotmail.de", "live.co.uk", "msn.com"),
            "apple": ("icloud.com", "me.com", "mac.com"),
            "other": ("notgmail.com", "gmail.com.example", "xme.com", "shop.example"),
        }
        domains = self.env["delivery.mailbox.domain"]
        for mailbox, names in wanted.items():
            for name in names:
                [[found]] = self.env.execute_query(
                    SQL("SELECT %s", domains._mailbox_sql(SQL("%s::text", name)))
                )
                self.assertEqual(found, mailbox, name)

    def test_days_are_the_company_s(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        self._send("a@gmail.com", sent_at="2026-03-02 10:59:59")
        self._send("b@gmail.com", sent_at="2026-03-02 11:00:00")
        self._count()
        days = {key[1]: row["sent"] for key, row in self._rows(self.campaign).items()}
        self.assertEqual(days, {"2026-03-02": 1, "2026-03-03": 1})

    def test_rates_are_sums_over_sums(self):
        for domain, sent, bounced in (("gmail.com", 8, 0), ("me.com", 2, 1)):
            for number in range(sent):
                row = self._send(f"r{number}@{domain}")
                if number < bounced:
                    self._log("email_bounced", recipient=row)
        self._count()
        domain = [
            ("campaign_id", "=", self.campaign.id),
            ("mailbox", "in", ("gmail", "apple")),
        ]
        [(rate,)] = self.stats._read_group(domain, [], ["bounce_rate:avg"])
        self.assertAlmostEqual(rate, 10.0)
        by_mailbox = dict(
            self.stats._read_group(domain, ["mailbox"], ["delivery_rate:avg"])
        )
        self.assertEqual((by_mailbox["gmail"], by_mailbox["apple"]), (100.0, 50.0))
        worst = self.stats.search(domain, order="delivery_rate", limit=1)
        self.assertEqual((worst.mailbox, worst.delivery_rate), ("apple", 50.0))
        self.assertFalse(self.stats.new({"bounced": 1}).bounce_rate)

    # === THE PROJECTION ===#

    def test_shuffled_late_and_doubled_events_equal_a_rebuild(self):
        rng = random.Random(20261121)
        campaigns = self.campaign | self._make_campaign(self.company, 3)
        people = [
            self._make_recipient(
                f"p{number}@{rng.choice(DOMAINS)}",
                campaigns[number % 2],
                attempt=rng.randrange(1, 3),
                sent_at=SENT_AT + timedelta(hours=rng.randrange(72)),
            )
            for number in range(40)
        ]
        story = [(rng.choice(KINDS), rng.choice(people)) for _event in range(160)]
        for step, ((kind, properties), person) in enumerate(story):
            self._log(
                kind,
                rng.randrange(7200, 5 * 86400),
                recipient=person,
                xact=10 + step,
                properties=properties,
            )
        for horizon in range(10, 190, 9):
            self._count(horizon)
        incremental = self._rows(*campaigns)
        totals = Counter()
        for row in incremental.values():
            totals.update(row)
        for column in COUNTED:
            self.assertGreater(totals[column], 3, column)
        self.env.cr.execute(
            "UPDATE email_deliverability_stats SET sent = 99, day = day + 9"
        )
        self.env.invalidate_all()
        self.stats._rebuild()
        self.assertEqual(self._rows(*campaigns), incremental)

    def test_a_verdict_that_changes_moves_the_figures(self):
        row = self._send("c@gmail.com")
        self._click(60, 1, recipient=row, xact=10)
        self._count(20)
        key = next(key for key in self._rows(self.campaign) if key[2] == "gmail")
        self.assertEqual(self._rows(self.campaign)[key]["clicked"], 1)
        for position in (2, 3):
            self._click(61, position, recipient=row, xact=20)
        self._count(30)
        self.assertEqual(self._rows(self.campaign)[key]["clicked"], 0)

    def test_only_what_is_new_is_counted(self):
        self._send("c@gmail.com")
        self._count(20)
        with patch.object(type(self.stats), "_recount") as recount:
            self._count(30)
        self.assertEqual([call.args[0] for call in recount.mock_calls], [[]])

    def test_a_row_that_moved_leaves_nothing_behind(self):
        row = self._send("c@gmail.com")
        self._count(20)
        row.write({"email_address": "c@me.com"})
        self._log("email_deferred", recipient=row, xact=20)
        self._count(30)
        self.assertEqual(
            {key[2] for key in self._rows(self.campaign)} & {"gmail", "apple"},
            {"apple"},
        )

    # === ACCESS ===#

    def test_access(self):
        self._send("c@gmail.com")
        self._count()
        rows = self.stats.search([("campaign_id", "=", self.campaign.id)])
        self.assertTrue(rows)
        for group in ("analyst", "user", "manager", "compliance", "administrator"):
            user = self._make_user(
                f"mm_deliver_{group}", f"marketing_base.group_{group}"
            )
            self.assertTrue(rows.with_user(user).read(["sent", "delivery_rate"]))
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self.stats.with_user(user).has_access(operation))
        stranger = self._make_user(
            "mm_deliver_stranger", "marketing_base.group_manager", self.other_company
        )
        seen = self.stats.with_user(stranger)
        self.assertFalse(seen.search([("campaign_id", "=", self.campaign.id)]))
        self.assertEqual(seen._read_group([], [], ["sent:sum"]), [(False,)])
        with self.assertRaises(AccessError):
            rows.with_user(stranger).read(["sent"])
        employee = self._make_user("mm_deliver_employee", "base.group_user")
        self.assertFalse(self.stats.with_user(employee).has_access("read"))
