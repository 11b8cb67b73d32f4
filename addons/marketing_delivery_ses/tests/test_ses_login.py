import os
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.marketing_delivery.sender.adapter import ACCEPTED, ProviderDown

from ..sender import health, login
from .aws_peer import TAKEN_ON, AwsPeer
from .ses_common import SesCase
from .ses_peer import KEY, REGION, SECRET

OTHER = ("ASIAOTHEROTHER", "secret/of+the/source")
ROLE_OF_CHINA = "arn:aws-cn:iam::123456789012:role/marketing"


@tagged("post_install", "-at_install")
class TestSesLogin(SesCase):
    """SES's peer knows one key: who is not given it cannot send."""

    def setUp(self):
        super().setUp()
        self.aws = AwsPeer((KEY, SECRET), (KEY, SECRET))
        self.addCleanup(self.aws.stop)
        environment = {
            name: value for name, value in os.environ.items() if name[:4] != "AWS_"
        }
        environment |= {
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.aws.url,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_CONFIG_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
        }
        self.startPatcher(patch.dict(os.environ, environment, clear=True))
        self.startPatcher(patch.object(login, "get_sts_url", lambda _r: self.aws.url))
        self.startPatcher(patch.object(login, "_KNOWN", {}))
        self.startPatcher(patch.object(health, "_KNOWN", {}))

    def _use_machine(self, **values):
        machine = {"ses_login": "machine", "ses_access_key": False}
        self.provider.write({**machine, "ses_secret_key": False, **values})

    def test_the_role_of_the_machine(self):
        self._use_machine()
        outcomes, raised = self._submit(self._write_all("ann", "ben"))
        self.assertEqual(([o.kind for o in outcomes], raised), ([ACCEPTED] * 2, None))
        self.assertEqual(self.aws.asked, ["token", "role"], "asked once, and kept")
        action = self.provider.action_test_connection()
        self.assertEqual(action["params"]["type"], "success")

    def test_the_keys_of_the_machine_s_environment(self):
        self._use_machine()
        keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
        with patch.dict(os.environ, keys):
            outcomes, _raised = self._submit(self._write_all("ann"))
        self.assertEqual([outcome.kind for outcome in outcomes], [ACCEPTED])
        self.assertFalse(self.aws.asked)

    def test_keys_that_were_entered_ask_nobody(self):
        outcomes, _raised = self._submit(self._write_all("ann"))
        self.assertEqual([outcome.kind for outcome in outcomes], [ACCEPTED])
        self.assertFalse(self.aws.asked)

    def test_keys_that_end_are_renewed_before_a_message(self):
        self.aws.lasts = timedelta(minutes=5)  # less than boto3 lets a key live
        self.provider.ses_role_arn = TAKEN_ON
        outcomes, _raised = self._submit(self._write_all("ann", "ben", "cleo"))
        self.assertEqual([outcome.kind for outcome in outcomes], [ACCEPTED] * 3)
        self.assertGreaterEqual(len(self.aws.asked), 3)

    def test_a_machine_without_a_role(self):
        self.aws.stop()
        self._use_machine()
        adapter = self._open()
        with self.assertRaisesRegex(ProviderDown, "no keys: this machine has no role"):
            adapter.connect()
        self.assertFalse(self.peer.requests)
        self.assertEqual(
            self.provider.action_test_connection()["params"]["type"], "danger"
        )

    def test_a_role_is_taken_on_by_the_machine(self):
        self.aws.instance = OTHER
        self._use_machine(ses_role_arn=TAKEN_ON)
        outcomes, _raised = self._submit(self._write_all("ann", "ben"))
        self.assertEqual([outcome.kind for outcome in outcomes], [ACCEPTED] * 2)
        self.assertEqual(
            self.aws.asked,
            ["token", "role", ("AssumeRole", TAKEN_ON, OTHER[0], REGION)],
        )

    def test_a_role_is_taken_on_with_a_key(self):
        key, secret = OTHER
        self.provider.write(
            {
                "ses_access_key": key,
                "ses_secret_key": secret,
                "ses_role_arn": TAKEN_ON,
            }
        )
        outcomes, _raised = self._submit(self._write_all("ann"))
        self.assertEqual([outcome.kind for outcome in outcomes], [ACCEPTED])
        self.assertEqual(self.aws.asked, [("AssumeRole", TAKEN_ON, key, REGION)])

    def test_a_role_that_may_not_be_taken_on(self):
        self.aws.is_denied = True
        self.provider.ses_role_arn = TAKEN_ON
        adapter = self._open()
        with self.assertRaisesRegex(ProviderDown, "sts:AssumeRole"):
            adapter.connect()
        self.assertFalse(self.peer.requests)
        self.assertNotIn(SECRET, self.provider.last_error or "")

    def test_keys_that_are_gone_in_the_middle_cost_no_message(self):
        """The next one is not begun; nothing of it counts as sent or in doubt."""
        self.aws.lasts = timedelta(minutes=5)
        self.provider.ses_role_arn = TAKEN_ON
        adapter = self._open()
        adapter.connect()
        messages = adapter.submit(self._write_all("ann", "ben"), lambda _m: True)
        self.assertEqual(next(messages).kind, ACCEPTED)
        self.aws.stop()
        with self.assertRaises(ProviderDown):
            next(messages)
        self.assertEqual(sum(self.peer.accepted.values()), 1)

    # === SETTINGS ===#

    def test_who_may_use_the_machine(self):
        admin = self._create_user("mm_ses_admin", "administrator")
        provider = self.provider.with_user(admin)
        with self.assertRaisesRegex(AccessError, "system administrator"):
            provider.write({"ses_login": "machine"})
        provider.write({"ses_role_arn": TAKEN_ON})
        self._use_machine()
        with self.assertRaises(AccessError):
            provider.write({"ses_role_arn": TAKEN_ON})
        with self.assertRaises(AccessError):
            provider.copy()
        keys = {"ses_access_key": KEY, "ses_secret_key": "s"}
        provider.write({"ses_login": "key", **keys})
        self.assertEqual(self.provider.ses_login, "key")

    def test_what_a_role_looks_like(self):
        for role in ("marketing", ROLE_OF_CHINA, f"{TAKEN_ON}\n", f"{TAKEN_ON} x"):
            with self.assertRaises(ValidationError, msg=role):
                self.provider.ses_role_arn = role
        with self.assertRaises(ValidationError):
            self.provider.ses_access_key = False
        self.provider.write({"ses_region": "cn-north-1", "ses_role_arn": ROLE_OF_CHINA})

    def test_form(self):
        with Form(self.env["delivery.provider"]) as form:
            form.name = "By role"
            form.provider_type = "ses"
            form.ses_region = "eu-central-1"
            form.ses_login = "machine"
        account = form.record._prepare_ses_account()
        self.assertEqual((account.key, account.secret), ("", ""))
        self.assertTrue(account.is_machine)
