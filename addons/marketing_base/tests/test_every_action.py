from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import ROLES, MarketingCase

SHOWN = ("list", "kanban", "form", "graph", "pivot", "calendar", "activity")


# The screens of any addon are opened: all models must be loaded.
@tagged("post_install", "-at_install")
class TestEveryAction(MarketingCase):
    """Each screen of the suite opens for each role that may read what it shows."""

    def get_actions(self):
        marks = self.env["ir.model.data"].search(
            [
                ("model", "=", "ir.actions.act_window"),
                ("module", "=like", "marketing\\_%"),
            ]
        )
        return self.env["ir.actions.act_window"].browse(marks.mapped("res_id"))

    def test_opens_for_who_may_read(self):
        actions = self.get_actions()
        self.assertGreater(len(actions), 25)
        opened = 0
        for role in ROLES:
            env = self.env(
                user=self.users[role],
                context={"allowed_company_ids": self.company_a.ids},
            )
            for action in actions:
                if not env[action.res_model].has_access("read"):
                    continue
                with self.subTest(role=role, action=action.name):
                    self.open(env, action)
                    opened += 1
        self.assertGreater(opened, 60)

    def open(self, env, action):
        """Read what the web client would read to show the first page."""
        names = {"uid": env.uid, "active_id": 0, "active_ids": [], "context": {}}
        context = safe_eval(action.context or "{}", dict(names))
        domain = safe_eval(action.domain or "[]", dict(names))
        model = env[action.res_model].with_context(**context)
        views = [view for view in action.views if view[1] in SHOWN]
        found = model.get_views([*views, (action.search_view_id.id, "search")])
        if model._transient or model._abstract:
            return
        self.check_filters(model, found["views"]["search"]["arch"], names)
        for kind in {"list", "kanban"} & set(found["views"]):
            arch = etree.fromstring(found["views"][kind]["arch"])
            shown = set(arch.xpath("//field[not(ancestor::field)]/@name"))
            fields = [name for name in shown if name in model._fields]
            model.web_search_read(domain, dict.fromkeys(fields, {}), limit=3)

    def check_filters(self, model, arch, names):
        """Each filter of the search view is a domain that PostgreSQL understands."""
        for node in etree.fromstring(arch).iter("filter"):
            if text := node.get("domain"):
                values = {**names, "context_today": None, "self": ""}
                if "context_today" not in text:
                    model.search_count(safe_eval(text, values), limit=1)

    def test_menus_lead_somewhere(self):
        root = self.env.ref("marketing_base.menu_root")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", root.id)])
        self.assertGreater(len(menus), 20)
        for menu in menus:
            with self.subTest(menu=menu.complete_name):
                self.assertTrue(menu.action or menu.child_id)
