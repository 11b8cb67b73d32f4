from odoo.tests import BaseCase

from ..notification import CLOSE, RELOAD, notify


class TestNotification(BaseCase):
    def test_the_screen_is_read_again(self):
        action = notify("success", "Done")
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(
            action["params"],
            {"type": "success", "message": "Done", "sticky": False, "next": RELOAD},
        )

    def test_what_follows_is_a_copy(self):
        """The web client adds to an action that it carries out."""
        action = notify("info", "Sent", title="Test", then=CLOSE)
        action["params"]["next"]["infos"] = True
        self.assertNotIn("infos", CLOSE)
        self.assertEqual(action["params"]["title"], "Test")

    def test_nothing_follows(self):
        params = notify("danger", "Broken", sticky=True, then=None)["params"]
        self.assertNotIn("next", params)
        self.assertTrue(params["sticky"])
