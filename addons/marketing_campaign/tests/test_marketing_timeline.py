from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL

from odoo.addons.marketing_delivery.tests.tracking_common import SENT_AT, SHOP

from ..models.marketing_timeline import EVENT_ICONS
from ..models.marketing_timeline_page import BOUND
from .days_common import DaysMixin


@tagged("post_install", "-at_install")
class TestMarketingTimeline(DaysMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.timeline = cls.env["marketing.timeline"]
        cls.analyst = cls._make_user("mmz_analyst", "marketing_base.group_analyst")

    def _tell(self):
        self._log("email_sent", 0)
        self._log("email_opened", 60)
        self._click(120, 1)
        self._click(3600, 2, "bot_agent")
        self._log("email_unsubscribed", 4000)
        self._log("user_segmented", 5000)
        self._count()

    def _read(self, action, user=None):
        rows = self.timeline.with_user(user or self.analyst).search(action["domain"])
        return [(row.kind, row.is_machine) for row in rows]

    def _make_order(self, partner, **values):
        order = self.env["sale.order"].create({"partner_id": partner.id})
        order.write({"state": "sale", **values})
        self.env.flush_all()
        return order

    def test_campaign_newest_first(self):
        self._tell()
        self.assertEqual(
            self._read(self.campaign.action_open_timeline()),
            [
                ("email_unsubscribed", False),
                ("email_clicked", True),
                ("email_clicked", False),
                ("email_opened", False),
                ("email_sent", False),
            ],
        )

    def test_words(self):
        self._tell()
        rows = self.timeline.search([("campaign_id", "=", self.campaign.id)])
        self.assertEqual(rows[2].summary, f"{SHOP}/p/1?a=1#top")
        self.assertIn("not a person", rows[1].summary)
        self.assertEqual(rows[1].icon, "fa-cog")
        self.assertEqual(rows[4].icon, "fa-paper-plane-o")
        labels = dict(self.timeline._fields["kind"].selection)
        self.assertEqual(labels["email_opened"], "Opened (estimate)")

    def test_customer_with_contacts_and_orders(self):
        self._tell()
        contact = self.env["res.partner"].create(
            {"name": "Office", "parent_id": self.customer.id}
        )
        order = self._make_order(contact, date_order="2026-03-05 10:00:00")
        self._make_order(self.env["res.partner"].create({"name": "Somebody else"}))
        draft = self.env["sale.order"].create({"partner_id": contact.id})
        found = self._read(contact.action_open_timeline())
        self.assertEqual(found[0], ("ordered", False))
        self.assertEqual(len(found), 6)
        row = self.timeline.search([("order_id", "=", order.id)])
        self.assertIn(order.name, row.summary)
        self.assertFalse(row.campaign_id)
        self.assertFalse(self.timeline.search([("order_id", "=", draft.id)]))

    def test_credited_order_is_in_the_campaigns_timeline(self):
        self._credit(self.campaign, 1)
        order = self.env["marketing.attribution"].search(
            [("campaign_id", "=", self.campaign.id)]
        )["order_id"]
        order.state = "sale"
        self.env.flush_all()
        self.assertEqual(
            self._read(self.campaign.action_open_timeline()), [("ordered", False)]
        )

    def test_filters_and_pages(self):
        for number in range(30):
            self._log("email_opened", 60 + number)
        domain = [("campaign_id", "=", self.campaign.id)]
        first = self.timeline.search(domain, limit=20)
        rest = self.timeline.search(domain, limit=20, offset=20)
        self.assertEqual((len(first), len(rest)), (20, 10))
        self.assertFalse(first & rest)
        self._click(3600, 2, "bot_agent")
        people = [*domain, ("is_machine", "=", False)]
        self.assertEqual(self.timeline.search_count(people), 30)

    def test_forged_events_are_left_out(self):
        self._log("email_opened", 60, source_id="partner-key")
        self._log("email_opened", 60, company_id=self.other_company.id)
        self.assertFalse(self._read(self.campaign.action_open_timeline()))

    def test_one_query_a_page_whatever_its_length(self):
        for number in range(40):
            self._log("email_opened", 60 + number)
        domain = [("campaign_id", "=", self.campaign.id)]
        specification = {"kind": {}, "occurred_at": {}, "summary": {}, "icon": {}}
        counts = []
        for limit in (5, 40):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.timeline.web_search_read(domain, specification, limit=limit)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)  # a count, at the last page

    def test_indexes_are_used(self):
        self.env.cr.execute("SET LOCAL enable_seqscan TO off")
        for condition in (f"campaign_id = {self.campaign.id}", "customer_id = 7"):
            self.env.cr.execute(
                f"""EXPLAIN SELECT id FROM marketing_timeline WHERE {condition}
                     ORDER BY occurred_at DESC, id DESC LIMIT 80"""
            )
            plan = "\n".join(line for (line,) in self.env.cr.fetchall())
            self.assertNotIn("Seq Scan on marketing_event", plan)
            self.assertNotIn("Seq Scan on sale_order", plan)

    def _fill(self, events):
        """A long campaign: one event a second, a tenth of them clicks."""
        self.env.cr.execute(
            """INSERT INTO marketing_event (source_id, event_id, event_type,
                      occurred_at, company_id, campaign_id, recipient_id)
               SELECT 'odoo', 'fill' || g, CASE WHEN g %% 10 = 0 THEN 'email_clicked'
                      ELSE 'email_opened' END, %s + g * interval '1 s', %s, %s, %s
                 FROM generate_series(1, %s) g""",
            [
                SENT_AT,
                self.company.id,
                self.campaign.id,
                self.recipient.id,
                events,
            ],
        )
        self.env.cr.execute("ANALYZE marketing_event")

    def _count_read_events(self, query):
        """Run a query; return how many entries of the log it looked at."""
        self.env.cr.execute(SQL("EXPLAIN (ANALYZE, FORMAT JSON) %s", query))
        nodes = [self.env.cr.fetchone()[0][0]["Plan"]]
        read = 0
        while nodes:
            node = nodes.pop()
            nodes += node.get("Plans", [])
            if node.get("Relation Name", "").startswith("marketing_event"):
                rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                read += rows * node["Actual Loops"]
        return read

    def test_page_of_a_long_campaign_reads_no_more_than_a_page(self):
        self._fill(4_000)
        mine = Domain("campaign_id", "=", self.campaign.id)
        clicks = Domain("kind", "=", "email_clicked")
        people = Domain("is_machine", "=", False)
        early = Domain("occurred_at", "<", SENT_AT + timedelta(seconds=2_000))
        order = "occurred_at desc, id desc"
        for domain in (mine, mine & clicks, mine & people, mine & early):
            for way in (order, "occurred_at ASC"):
                query = self.timeline._search(domain, limit=20, order=way)
                # the first opens are machines': there it looks once more, wider
                most = 160 if domain == mine & people else 80
                with self.subTest(domain=domain, way=way):
                    read = self._count_read_events(query.select())
                    self.assertLessEqual(read, most)
        stretch = self.timeline._get_stretch(mine.optimize_full(self.timeline))
        bound = SQL(BOUND, **stretch, count=20, direction=SQL("DESC"))
        self.assertLessEqual(self._count_read_events(bound), 20 * len(EVENT_ICONS))

    def test_pages_are_those_of_the_whole_sorted(self):
        self._fill(150)
        self._credit(self.campaign, 0)
        self.env["sale.order"].search([], order="id desc", limit=1).state = "sale"
        self.env.flush_all()
        mine = [("campaign_id", "=", self.campaign.id)]
        clicks = [*mine, ("kind", "in", ("email_clicked", "ordered"))]
        people = [*mine, ("is_machine", "=", False)]  # the first opens are machines'
        times = [*mine, ("occurred_at", ">", SENT_AT + timedelta(seconds=50))]
        either = ["|", ("kind", "=", "ordered"), ("kind", "=", "email_sent")]
        named = [*mine, ("customer_id", "ilike", "anna")]
        for domain in (mine, clicks, people, times, mine + either, named):
            whole = self.timeline.search(domain).ids
            self.assertTrue(whole)
            for order, ids in (
                ("occurred_at desc, id desc", whole),
                ("occurred_at asc, id asc", whole[::-1]),
            ):
                pages = [
                    self.timeline.search(domain, offset=at, limit=7, order=order).ids
                    for at in range(0, len(ids) + 1, 7)
                ]
                self.assertEqual(sum(pages, []), ids, (domain, order))

    def test_page_behind_many_machines(self):
        """Where the newest events do not pass the filter, older ones are looked at."""
        self._log("email_opened", 60)
        for number in range(30):
            self._log(
                "email_opened", 100 + number, properties={"suspect": "privacy_proxy"}
            )
        domain = [("campaign_id", "=", self.campaign.id), ("is_machine", "=", False)]
        self.assertEqual(len(self.timeline.search(domain, limit=1)), 1)

    def test_access(self):
        self._tell()
        for group in ("analyst", "user", "manager", "compliance", "administrator"):
            user = self._make_user(f"mmy_{group}", f"marketing_base.group_{group}")
            self.assertEqual(
                len(self._read(self.campaign.action_open_timeline(), user)), 5
            )
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self.timeline.with_user(user).has_access(operation))
        stranger = self._make_user(
            "mmy_stranger", "marketing_base.group_manager", self.other_company
        )
        self.assertFalse(self._read(self.campaign.action_open_timeline(), stranger))
        employee = new_test_user(self.env, "mmy_employee", groups="base.group_user")
        with self.assertRaises(AccessError):
            self._read(self.campaign.action_open_timeline(), employee)
