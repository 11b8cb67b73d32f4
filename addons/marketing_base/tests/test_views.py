from lxml import etree

from odoo.tests import Form, tagged

from .common import ROLES, MarketingCase

MODELS = (
    "marketing.event",
    "marketing.event.type",
    "email.subscription.preference",
    "marketing.identity",
    "marketing.audit.log",
    "email.subscription.history",
    "marketing.topic",
)


# The menus of any addon are looked at: all models must be loaded.
@tagged("post_install", "-at_install")
class TestViews(MarketingCase):
    def test_every_role_opens_what_it_may_read(self):
        for role in ROLES:
            for name in MODELS:
                model = self.env[name].with_user(self.users[role])
                if model.has_access("read"):
                    views = model.get_views(
                        [(False, "list"), (False, "kanban"), (False, "search")]
                    )
                    self.assertEqual(
                        set(views["views"]), {"list", "kanban", "search"}, (role, name)
                    )

    def test_consents_show_what_the_specification_lists(self):
        """Each of its columns in the list, and those one searches for in the search."""
        officer = self.preferences.with_user(self.users["compliance"])
        views = officer.get_views([(False, "list"), (False, "search")])["views"]
        listed, searched = (
            set(etree.fromstring(views[kind]["arch"]).xpath("//field/@name"))
            for kind in ("list", "search")
        )
        columns = {"partner_id", "display_name", "is_subscribed", "unsubscribed_at"}
        columns |= {"unsubscribe_reason", "topic_ids", "preferred_frequency"}
        columns |= {"email_enabled", "sms_enabled", "push_enabled", "updated_at"}
        columns |= {"consent_given_at", "source_label", "consent_ip_address"}
        self.assertLessEqual(columns, listed)
        columns = {"partner_id", "email_address", "consent_source"}
        self.assertLessEqual(columns | {"unsubscribe_reason"}, searched)
        labels = officer.fields_get(sorted(listed), attributes=["string"])
        self.assertEqual(len({f["string"] for f in labels.values()}), len(listed))

    def test_the_partner_form_shows_consent_to_marketing_only(self):
        partner = self.env["res.partner"]
        for user, expected in ((self.users["user"], True), (self.outsider, False)):
            arch = partner.with_user(user).get_view(view_type="form")["arch"]
            page = etree.fromstring(arch).xpath("//page[@name='marketing']")
            self.assertEqual(bool(page), expected, user.login)

    def test_the_smart_button_opens_the_records_of_the_address(self):
        partner = self.env["res.partner"].create(
            {"name": "A", "email": "Ann@Example.com"}
        )
        mine = self.preferences._opt_in(
            self.company_a, "ann@example.com", source="test"
        )
        self.preferences._opt_in(self.company_a, "bob@example.com", source="test")
        action = partner.with_user(
            self.users["user"]
        ).action_view_marketing_preferences()
        self.assertEqual(self.preferences.search(action["domain"]), mine)

    def test_an_officer_records_a_consent_by_form(self):
        officer = self.users["compliance"]
        form = Form(self.preferences.with_user(officer))
        self.assertFalse(form.display_name, "a new record was not erased")
        form.email_address = "Form@Example.com"
        form.consent_source = "Counter"
        preference = form.save()
        self.assertEqual(preference.email_address, "form@example.com")
        with Form(preference) as form:
            form.is_subscribed = False
        self.assertTrue(preference.unsubscribed_at)

    def test_menus_by_role(self):
        root = self.env.ref("marketing_base.menu_root")
        settings = self.env.ref("marketing_base.menu_configuration")
        for user, sees_root, sees_settings in (
            (self.users["analyst"], True, False),
            (self.users["compliance"], True, False),
            (self.users["administrator"], True, True),
            (self.outsider, False, False),
        ):
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            self.assertEqual(root.id in visible, sees_root, user.login)
            self.assertEqual(settings.id in visible, sees_settings, user.login)
