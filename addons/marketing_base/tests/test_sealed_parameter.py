from unittest.mock import patch

from odoo.exceptions import UserError

from odoo.addons.marketing_base import sealing
from odoo.addons.marketing_base.links import SECRET_PARAMETER, LinkSigner

from ..models.ir_config_parameter import ADDRESS_SECRET
from .common import MarketingCase

HEX = "^[0-9a-f]{64}$"


class TestSealedParameter(MarketingCase):
    """The secret of links is no use to whoever has the database alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parameters = cls.env["ir.config_parameter"]
        cls.parameter = cls.parameters.search([("key", "=", SECRET_PARAMETER)])
        cls.addClassCleanup(cls.env.registry.clear_cache, "stable")

    def _read(self, key=SECRET_PARAMETER):
        self.env.cr.execute(
            "SELECT value FROM ir_config_parameter WHERE key = %s", [key]
        )
        return self.env.cr.fetchone()[0]

    def _write(self, value, key=SECRET_PARAMETER):
        """As a version without seals, or another installation, left it."""
        self.env.cr.execute(
            "UPDATE ir_config_parameter SET value = %s WHERE key = %s", [value, key]
        )
        self.env.invalidate_all(flush=False)
        self.env.registry.clear_cache("stable")

    def _elsewhere(self):
        """What opens it did not come along."""
        self.env.registry.clear_cache("stable")
        return patch.object(sealing, "_get_secrets", lambda: ("another one" * 4,))

    def test_it_is_sealed_and_the_address_secret_is_not(self):
        self.assertTrue(sealing.is_sealed(self._read()))
        self.assertRegex(self._read(ADDRESS_SECRET), HEX)
        for key in (SECRET_PARAMETER, ADDRESS_SECRET):
            self.assertRegex(self.parameters._get_marketing_secret(key), HEX)

    def test_nobody_is_shown_it(self):
        secret = self.parameters._get_marketing_secret(SECRET_PARAMETER)
        shown = self.parameter.export_data(["key", "value"])["datas"]
        self.assertNotIn(secret, str([shown, self.parameter.read(["value"])]))
        self.assertNotIn(secret, self.parameters.get_param(SECRET_PARAMETER))

    def test_an_update_seals_what_stood_open(self):
        """Links that were signed before it are as good as they were."""
        secret = "ab" * 32
        self._write(secret)
        self.assertEqual(
            self.parameters._get_marketing_secret(SECRET_PARAMETER), secret
        )
        token = LinkSigner.from_env(self.env).sign("view", 7, 3, expires=2**31)
        for _again in range(2):
            self.parameters.init()
            self.assertTrue(sealing.is_sealed(self._read()))
            self.assertEqual(
                self.parameters._get_marketing_secret(SECRET_PARAMETER), secret
            )
        self.assertEqual(LinkSigner.from_env(self.env).verify("view", token), (7, 3))

    def test_one_that_is_put_in_by_hand_is_sealed_too(self):
        self.env.cr.execute(
            "DELETE FROM ir_config_parameter WHERE key = %s", [SECRET_PARAMETER]
        )
        self.parameters.create({"key": SECRET_PARAMETER, "value": "cd" * 32})
        self.env.flush_all()
        self.assertNotIn("cd" * 4, self._read())
        found = self.parameters._get_marketing_secret(SECRET_PARAMETER)
        self.assertEqual(found, "cd" * 32)

    def test_elsewhere_it_is_an_error_and_never_another_secret(self):
        before = self._read()
        with self._elsewhere():
            with self.assertRaisesRegex(UserError, "MARKETING_SECRET_KEY"):
                LinkSigner.from_env(self.env)
            self.parameters.init()
        self.assertEqual(self._read(), before, "a move back opens it again")
        LinkSigner.from_env(self.env)

    def test_what_is_lost_for_good_can_be_drawn_again(self):
        with self.assertRaises(UserError):
            self.parameter.unlink()
        with self._elsewhere():
            self.parameter.unlink()
            self.parameters.init()
            secret = self.parameters._get_marketing_secret(SECRET_PARAMETER)
            self.assertRegex(secret, HEX)
