from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.marketing_base import sealing
from odoo.addons.marketing_delivery.sender.adapter import (
    PERMANENT,
    Outcome,
    ProviderDown,
)
from odoo.addons.marketing_delivery.tests.sender_common import FakeAdapter, SenderCase

from ..models.ir_config_parameter import PUSH_SECRET
from .push_common import PushRenderer
from .push_peer import Device

ENDPOINT = "https://fcm.googleapis.com/fcm/send/1"
KEYS = ("a", "b")


class DeviceCase(SenderCase):
    channel = "push"

    @classmethod
    def _create_provider(cls, **values):
        values = {"name": "Notifications", "provider_type": "push", **values}
        return cls.env["delivery.provider"].create(values)

    @classmethod
    def _create_device(cls, endpoint=ENDPOINT, company=None, **values):
        company = company or cls.company
        consents = cls.env["email.subscription.preference"]
        keys = Device(endpoint).subscription["keys"]
        consents._opt_in(company, endpoint, channel="push", source="test")
        return cls.env["marketing.push.device"].create(
            {
                "company_id": company.id,
                "address_key": consents._address_key("push", endpoint),
                "endpoint": endpoint,
                **keys,
                **values,
            }
        )

    def _is_subscribed(self, endpoint=ENDPOINT, company=None):
        consents = self.env["email.subscription.preference"]
        key = consents._address_key("push", endpoint)
        company = company or self.company
        return consents._find_row(company.id, "push", key).is_subscribed


@tagged("post_install", "-at_install")
class TestPushDevice(DeviceCase):
    def _pump_gone(self, **values):
        row = self._add(ENDPOINT, **values)
        gone = Outcome(PERMANENT, "410 gone", "POST", bounce_type="hard")
        adapter = FakeAdapter({ENDPOINT: gone})
        self._pump(adapter, renderer=PushRenderer(self._keys))
        return row

    def setUp(self):
        super().setUp()
        keys = Device(ENDPOINT).subscription["keys"]
        self._keys = keys["p256dh"], keys["auth"]

    def test_a_device_that_is_gone_is_forgotten(self):
        device = self._create_device(last_seen_at="2020-01-01")
        theirs = self._create_device(
            company=self.other_company, last_seen_at="2020-01-01"
        )
        row = self._pump_gone()
        self.assertEqual((row.state, row.bounce_type), ("failed", "hard"))
        self.assertFalse(device.exists())
        self.assertFalse(self._is_subscribed())
        self.assertTrue(theirs.exists())
        self.assertTrue(self._is_subscribed(company=self.other_company))

    def test_one_that_came_back_stays(self):
        device = self._create_device(last_seen_at="2999-01-01")
        self._pump_gone()
        self.assertTrue(device.exists())
        self.assertTrue(self._is_subscribed())

    def test_a_message_without_a_device_fails_alone(self):
        row = self._add(ENDPOINT)
        self._pump(FakeAdapter(), renderer=PushRenderer(None))
        self.assertEqual((row.state, row.reason), ("failed", "no_device"))

    def test_keys_that_are_none_fail_alone(self):
        row = self._add(ENDPOINT)
        self._pump(FakeAdapter(), renderer=PushRenderer(("AAAA", "AAAA")))
        self.assertEqual((row.state, row.reason), ("failed", "render_error"))

    def test_erasure_takes_the_devices(self):
        partner = self.env["res.partner"].create({"name": "Anna"})
        device = self._create_device(partner_id=partner.id)
        self.assertIn(("push", device.address_key), partner._get_marketing_keys())
        self.env["email.subscription.preference"]._erase(partner)
        self.assertFalse(device.exists())
        self.assertFalse(self._is_subscribed())

    def test_merging_customers_keeps_the_device(self):
        partners = self.env["res.partner"].create([{"name": "Anna"}, {"name": "A."}])
        device = self._create_device(partner_id=partners[0].id)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge(partners.ids, partners[1])
        self.env.invalidate_all()
        self.assertEqual(device.partner_id, partners[1])
        self.assertTrue(self._is_subscribed())

    def test_the_key_is_drawn_once(self):
        parameters = self.env["ir.config_parameter"]
        before = self.env["marketing.push.device"]._get_vapid(self.company)
        parameters.init(force=True)
        after = self.env["marketing.push.device"]._get_vapid(self.other_company)
        self.assertEqual(before.public_key, after.public_key)
        with self.assertRaises(UserError):
            parameters.set_param(PUSH_SECRET, "00" * 32)
        with self.assertRaises(UserError):
            parameters.search([("key", "=", PUSH_SECRET)]).unlink()

    def test_the_key_is_sealed(self):
        """Where it cannot be opened the provider says so, and no visitor is asked."""
        stored = self.env["ir.config_parameter"].get_param(PUSH_SECRET)
        self.assertTrue(sealing.is_sealed(stored))
        website = self.env["website"].get_current_website()
        self.assertTrue(website._get_push_key())
        with patch.object(sealing, "_get_secrets", lambda: ("another one" * 4,)):
            self.assertEqual(website._get_push_key(), "")
            with self.assertRaisesRegex(ProviderDown, "MARKETING_SECRET_KEY"):
                self._create_provider()._get_adapter()


@tagged("post_install", "-at_install")
class TestPushAccess(DeviceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create({"name": "Anna"})
        cls.device = cls._create_device(partner_id=cls.partner.id)
        cls.foreign = cls._create_device(company=cls.other_company)

    def test_devices_of_the_own_company_only(self):
        for group in ("analyst", "user", "manager", "compliance"):
            user = self._create_user(f"mm_push_{group}", group)
            devices = self.device.with_user(user)
            self.assertEqual(devices.search([]), self.device, group)
            self.assertTrue(devices.display_name)

    def test_nobody_writes_them(self):
        for group in ("user", "manager", "administrator"):
            user = self._create_user(f"mm_push_w_{group}", group)
            device = self.device.with_user(user)
            with self.assertRaises(AccessError):
                device.write({"browser": "x"})
            with self.assertRaises(AccessError):
                device.unlink()
            with self.assertRaises(AccessError):
                device.create(self.device.copy_data()[0])

    def test_addresses_and_keys_are_for_the_sender(self):
        for group in ("analyst", "manager", "administrator"):
            user = self._create_user(f"mm_push_k_{group}", group)
            for name in ("endpoint", "p256dh", "auth"):
                with self.assertRaises(AccessError):
                    self.device.with_user(user).read([name])

    def test_analysts_see_no_customer(self):
        user = self._create_user("mm_push_a", "analyst")
        with self.assertRaises(AccessError):
            self.device.with_user(user).read(["partner_id"])
        with self.assertRaises(AccessError):
            self.device.with_user(user).search([("partner_id", "=", self.partner.id)])

    def test_visitors_see_none(self):
        with self.assertRaises(AccessError):
            self.device.with_user(self.env.ref("base.public_user")).search([])
