import ast
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_base import sealing

from .ses_common import SesCase
from .ses_peer import ACCOUNT, SECRET
from .sns_signer import ARN

LAZY = {"boto3", "botocore"}


@tagged("post_install", "-at_install")
class TestSesProvider(SesCase):
    def test_connection_test_sends_nothing(self):
        action = self.provider.action_test_connection()
        self.assertEqual(action["params"]["type"], "success")
        self.assertIn("12 of 50000", action["params"]["message"])
        self.assertEqual(dict(self.peer.requests), {f"GET {ACCOUNT}": 1})

    def test_connection_test_tells_what_is_wrong(self):
        for values, words in (
            ({"ses_access_key": "AKIAOTHEROTHER"}, "not known to AWS"),
            ({"ses_secret_key": "other"}, "secret access key is wrong"),
        ):
            before = {name: self.provider[name] for name in values}
            self.provider.write(values)
            action = self.provider.action_test_connection()
            self.assertEqual(action["params"]["type"], "danger")
            self.assertIn(words, self.provider.last_error)
            self.provider.write(before)
        self.provider.action_test_connection()
        self.assertEqual((self.provider.state, self.provider.last_error), ("ok", False))

    def test_a_sandbox_is_told(self):
        self.peer.account["ProductionAccessEnabled"] = False
        action = self.provider.action_test_connection()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn("sandbox", action["params"]["message"])
        self.assertTrue(self.provider.ses_is_sandbox)
        self.assertEqual(
            (self.provider.state, self.provider.status), ("ok", "throttled")
        )
        self.assertIn("sandbox", self.provider.status_detail)

    def test_a_review_is_told(self):
        self.peer.account["EnforcementStatus"] = "PROBATION"
        action = self.provider.action_test_connection()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertTrue(self.provider.ses_is_on_probation)

    # === LIMITS ===#

    def _tell_limits(self, quota, rate):
        self.peer.account["SendQuota"] = {
            "Max24HourSend": quota,
            "MaxSendRate": rate,
            "SentLast24Hours": 1,
        }
        self._forget_health()
        with self.enter_registry_test_mode():
            self.env["delivery.provider"]._pump_read_ses_account(self.provider.id)
        self.env.invalidate_all()
        return self.provider.cap_per_day, self.provider.cap_per_minute

    def test_the_account_s_limits_are_ours(self):
        self.assertEqual(self._tell_limits(200, 1.0), (200, 60))
        self.assertEqual(self._tell_limits(50_000, 14.0), (50_000, 840), "they grow")
        self.provider.cap_per_day = 1000
        self.assertEqual(self._tell_limits(80_000, 20.0), (1000, 1200), "a person's")
        self.assertEqual(self._tell_limits(500, 20.0), (500, 1200), "and shrink")
        self.assertEqual(self._tell_limits(-1, 20.0), (0, 1200), "no limit")
        self.assertEqual(self.provider.ses_quota, 0)
        self.assertTrue(self.provider.ses_read_at)

    def test_an_account_that_does_not_answer_changes_nothing(self):
        self.assertEqual(self._tell_limits(200, 1.0), (200, 60))
        self.peer.account_fault = (500, "InternalServiceErrorException")
        self.assertEqual(self._tell_limits(900, 1.0), (200, 60))
        self.peer.stop()
        self.assertEqual(self._tell_limits(900, 1.0), (200, 60))

    def test_only_ours_and_only_active_ones_are_asked(self):
        self.provider.active = False
        self.assertEqual(self._tell_limits(200, 1.0), (0, 0))
        self.provider.active = True
        relay = self.env["ir.mail_server"].create(
            {"name": "Relay", "smtp_host": "127.0.0.1", "smtp_port": 1}
        )
        self.env["delivery.provider"].create(
            {"name": "Relay", "mail_server_id": relay.id}
        )
        jobs = self.env["marketing.job"]
        self.env["delivery.provider"]._cron_read_ses_accounts()
        queued = jobs.search([("method", "=", "_pump_read_ses_account")])
        self.assertIn(self.provider.id, [j.payload["provider_id"] for j in queued])
        for job in queued:
            provider = self.provider.browse(job.payload["provider_id"])
            self.assertEqual(provider.provider_type, "ses")

    # === SETTINGS ===#

    def test_what_an_account_needs(self):
        for values in (
            {"ses_region": False},
            {"ses_access_key": False},
            {"ses_secret_key": False},
            {"ses_access_key": "AKIA\nX-Evil: 1"},
            {"ses_access_key": "AKIAÉÉÉÉÉÉ"},
            {"ses_secret_key": "a b"},
            {"ses_secret_key": "é"},
            {"ses_configuration_set": "a b"},
            {"ses_configuration_set": "x" * 65},
            {"ses_url": "http://email.eu-west-1.amazonaws.com"},
            {"ses_url": "https://user@email.eu-west-1.amazonaws.com"},
            {"ses_url": "https://email.eu-west-1.amazonaws.com/v2"},
            {"ses_url": "ftp://127.0.0.1"},
            {"ses_url": "https://[bad"},
            {"ses_topic_arn": "ses-events"},
            {"ses_topic_arn": "arn:aws:sqs:eu-west-1:123456789012:x"},
            {"ses_topic_arn": f"{ARN}\n"},
            {"ses_queue_url": "https://sqs.eu-west-1.amazonaws.com/"},
            {"ses_queue_url": "http://sqs.eu-west-1.amazonaws.com/123456789012/x"},
            {"ses_queue_url": "https://evil.example/123456789012/x"},
            {"ses_queue_url": "https://sqs.eu-west-1.amazonaws.com.evil/1/x"},
            {"ses_queue_url": "https://169.254.169.254/123456789012/x"},
        ):
            with self.assertRaises(ValidationError, msg=values):
                self.provider.write(values)
        self.provider.ses_url = False
        self.provider.ses_topic_arn = ARN
        url = "https://sqs.eu-west-1.amazonaws.com/123456789012/ses-events"
        self.provider.ses_queue_url = url
        account = self.provider._prepare_ses_account()
        self.assertEqual(account.get_url(), "https://email.eu-west-1.amazonaws.com")

    def test_a_provider_of_another_type_needs_none_of_it(self):
        server = self.env["ir.mail_server"].create(
            {"name": "Relay", "smtp_host": "127.0.0.1", "smtp_port": 1}
        )
        smtp = self.env["delivery.provider"].create(
            {"name": "Relay", "mail_server_id": server.id}
        )
        self.assertFalse(smtp.webhook_url)
        self.assertIn("/marketing/webhook/", self.provider.webhook_url)

    def test_form(self):
        with Form(self.env["delivery.provider"]) as form:
            form.name = "New"
            form.provider_type = "ses"
            form.ses_region = "eu-central-1"
            form.ses_access_key = "AKIANEWNEWNEW"
            form.ses_secret_key = "s"
        self.assertEqual(form.record.provider_type, "ses")
        regions = dict(self.provider._fields["ses_region"].selection)
        self.assertEqual(regions["eu-central-1"], "Europe (Frankfurt)")

    def test_the_secret_is_nobody_s_business(self):
        manager = self._create_user("mm_ses_manager", "manager")
        for name in ("ses_secret_key", "ses_certificates"):
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                self.provider.with_user(manager).read([name])
        log = self.env["marketing.audit.log"]
        before = log.search([], limit=1, order="id desc").id
        self.provider.ses_secret_key = "changed/secret"
        entry = log.search([("id", ">", before)])
        self.assertIn("ses_secret_key", str(entry.mapped("changes")))
        self.assertNotIn("changed/secret", str(entry.read()))
        with self.assertNoLogs(level="DEBUG"):
            self.provider.action_test_connection()
        self.assertNotIn("changed/secret", self.provider.last_error)

    def test_the_secret_is_sealed_in_the_database(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT ses_secret_key FROM delivery_provider WHERE id = %s",
            [self.provider.id],
        )
        self.assertTrue(self.env.cr.fetchone()[0].startswith(sealing.PREFIX))
        self.env.invalidate_all()
        self.assertEqual(self.provider.sudo().ses_secret_key, SECRET)

    def test_a_secret_of_another_installation(self):
        self.provider.ses_queue_url = self.peer.queue_url
        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(sealing, "_get_secrets", lambda: ("another secret" * 4,)):
            action = self.provider.action_test_connection()
            self.assertIn("enter it again", action["params"]["message"])
            with self.enter_registry_test_mode():
                self.provider._pump_read_ses_queue(self.provider.id)
                self.provider._pump_read_ses_account(self.provider.id)
            self.env.invalidate_all()
            self.assertIn("enter it again", self.provider.ses_queue_error)

    def test_a_message_leaves_no_trace_in_the_log(self):
        with self.assertNoLogs(level="DEBUG"):
            self._submit(self._write_all("ann", "poison", "http-500"))

    def test_a_web_server_does_not_load_boto3(self):
        """30 MB and 0.2 s for each worker: only what sends or polls imports it."""
        folder = Path(__file__).parents[1]
        loaded = set()
        for path in [*folder.glob("models/*.py"), *folder.glob("*.py")]:
            loaded |= _follow(path, set())
        self.assertIn("cryptography", loaded, "the search itself works")
        self.assertFalse(loaded & LAZY)
        self.assertLessEqual(LAZY, _follow(folder / "sender" / "adapter.py", set()))


def _follow(path, seen):
    """Return what a module imports when it is loaded, and what our own ones do."""
    if path in seen or not path.exists():
        return set()
    seen.add(path)
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        if not isinstance(node, ast.ImportFrom):
            continue
        if not node.level:
            found.add(node.module.partition(".")[0])
            continue
        base = path.parents[node.level - 1]
        for part in (node.module or "").split("."):
            base = base / part if part else base
        found |= _follow(base.with_suffix(".py"), seen)
        for alias in node.names:
            found |= _follow(base / f"{alias.name}.py", seen)
    return found
