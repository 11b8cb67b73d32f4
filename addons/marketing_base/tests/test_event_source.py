from odoo.addons.marketing_base.events import insert_events

from .api_common import ApiMixin
from .common import MarketingCase


class TestEventSource(ApiMixin, MarketingCase):
    """Who sent events is shown by name, to whoever may see the events."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key, _token = cls.make_key(name="Till at the door")
        cls.source = f"api:{cls.key.id}"
        cls.gone = "api:999999999"

    def setUp(self):
        super().setUp()
        sources = (self.source, self.gone, "odoo", "strange:7")
        events = [
            self.new_event(f"source-{n}", source_id=source, partner_id=77_000_001)
            for n, source in enumerate(sources)
        ]
        insert_events(self.env.cr, events)
        self.mine = [("partner_id", "=", 77_000_001)]

    def _find(self, *domain, user="analyst"):
        log = self.env["marketing.event"].with_user(self.users[user])
        return log.search([*self.mine, *domain])

    def test_names(self):
        """The key is archived, and an analyst may not read keys."""
        self.key.active = False
        names = {event.source_id: event.source_name for event in self._find()}
        self.assertEqual(
            names,
            {
                self.source: "Till at the door",
                self.gone: self.gone,
                "odoo": "Odoo",
                "strange:7": "strange:7",
            },
        )

    def test_search(self):
        for operator, value, found in (
            ("ilike", "till at", {self.source}),
            ("=", "Till at the door", {self.source}),
            ("in", ["Till at the door", "odoo"], {self.source, "odoo"}),
            ("ilike", "ODO", {"odoo"}),
            ("=", self.gone, {self.gone}),
            ("not ilike", "till", {self.gone, "odoo", "strange:7"}),
            ("ilike", "nobody", set()),
        ):
            with self.subTest(operator=operator, value=value):
                events = self._find(("source_name", operator, value))
                self.assertEqual(set(events.mapped("source_id")), found)

    def test_the_number_of_rows_costs_nothing(self):
        events = self._find()
        self.key.invalidate_recordset()
        events.mapped("source_id")
        with self.assertQueryCount(2):
            events.mapped("source_name")

    def test_a_new_name_is_in_all_rows_of_the_quality_log(self):
        log = self.env["marketing.data.quality"].sudo()
        values = {"company_id": self.company_a.id, "data_source": self.source}
        old, other = log.create([values, {**values, "data_source": "odoo"}])
        self.assertEqual(old.source_name, "Till at the door")
        self.key.name = "Till at the window"
        new = log.create(values)
        new._rename_earlier()
        self.assertEqual(new.source_name, "Till at the window")
        self.assertEqual(old.source_name, "Till at the window")
        self.assertEqual(other.source_name, "Odoo")
        self.assertEqual(new.display_name, "Till at the window")
