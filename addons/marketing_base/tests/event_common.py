from odoo.addons.marketing_base.event_catalogue import BUILT_IN


class EventMixin:
    """What a test's own transaction added to the log, checked against its schema."""

    def setUp(self):
        super().setUp()
        self.env.cr.execute("SELECT COALESCE(max(id), 0) FROM marketing_event")
        self.last_event = self.env.cr.fetchone()[0]

    def logged(self, event_type):
        """Return the events of a type since the test began, as dictionaries."""
        self.env.flush_all()
        names = "event_id occurred_at company_id partner_id campaign_id recipient_id"
        names = [*names.split(), "properties"]
        self.env.cr.execute(
            # pylint: disable-next=sql-injection
            f"""SELECT {", ".join(names)} FROM marketing_event
                 WHERE id > %s AND event_type = %s AND source_id = 'odoo'
              ORDER BY occurred_at, id""",
            [self.last_event, event_type],
        )
        found = [dict(zip(names, row, strict=True)) for row in self.env.cr.fetchall()]
        check = self.env["marketing.event.type"]._get_rules()(event_type).check
        for event in found:
            check(event["properties"])
            unknown = set(event["properties"]) - set(BUILT_IN[event_type].properties)
            self.assertFalse(unknown, f"not in the catalogue: {event_type}")
        return found
