import base64
import email
import os
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    WITHHELD,
    ProviderDown,
)

from ..sender import health, login, pace
from ..sender.adapter import MAX_RATE, SesAdapter
from .ses_common import SesCase
from .ses_peer import ACCOUNT, SEND

ASKED, SENT = f"GET {ACCOUNT}", f"POST {SEND}"


@tagged("post_install", "-at_install")
class TestSesRequests(SesCase):
    """What goes to SES, how often, and what becomes of it."""

    def setUp(self):
        super().setUp()
        # a clock that goes on only while somebody waits
        self.pauses = []
        clock = SimpleNamespace(
            monotonic=lambda: sum(self.pauses), sleep=self.pauses.append
        )
        patcher = patch.object(pace, "time", clock)
        patcher.start()
        self.addCleanup(patcher.stop)

    def _kinds(self, outcomes):
        return [outcome.kind for outcome in outcomes]

    # === WHAT GOES IN ===#

    def test_what_is_in_a_request(self):
        message = self._write("ann@x.example", key="b9c1-ann")
        outcomes, raised = self._submit([message])
        self.assertEqual((self._kinds(outcomes), raised), ([ACCEPTED], None))
        [body] = self.peer.bodies
        self.assertEqual(body["FromEmailAddress"], "shop@a.example")
        self.assertEqual(body["Destination"], {"ToAddresses": ["ann@x.example"]})
        self.assertEqual(body["ConfigurationSetName"], "marketing")
        tags = {tag["Name"]: tag["Value"] for tag in body["EmailTags"]}
        self.assertEqual(
            tags,
            {
                "sk": "b9c1-ann",
                "company": str(self.company.id),
                "campaign": str(self.campaign.id),
            },
        )
        raw = base64.b64decode(body["Content"]["Raw"]["Data"])
        self.assertEqual(raw, message.data)
        parsed = email.message_from_bytes(raw)
        self.assertEqual(parsed["List-Unsubscribe"], "<https://shop.example/1/ann>")
        self.assertEqual(parsed["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertEqual(parsed["X-SK"], "b9c1-ann")

    def test_without_a_configuration_set(self):
        self.provider.ses_configuration_set = False
        self._submit(self._write_all("ann"))
        self.assertNotIn("ConfigurationSetName", self.peer.bodies[0])

    def test_a_key_that_is_no_tag_stays_in_its_header(self):
        """SES would refuse the whole message for it."""
        adapter = self._open()
        message = self._write("ann@x.example", key="a b@c")
        names = [tag["Name"] for tag in adapter._prepare(message)["EmailTags"]]
        self.assertEqual(names, ["company", "campaign"])

    def test_nothing_of_the_machine_is_used(self):
        """Keys, files, addresses, retries and proxies of the environment."""
        environment = {
            "AWS_PROFILE": "nobody",
            "AWS_ACCESS_KEY_ID": "AKIAOTHER",
            "AWS_SECRET_ACCESS_KEY": "other",
            "AWS_SESSION_TOKEN": "other",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_MAX_ATTEMPTS": "9",
            "AWS_RETRY_MODE": "adaptive",
            "AWS_USE_FIPS_ENDPOINT": "true",
            "AWS_DEFAULTS_MODE": "auto",
            "HTTP_PROXY": "http://127.0.0.1:1",
        }
        with (
            patch.dict(os.environ, environment),
            patch.object(login, "_KEYLESS", []),
        ):
            outcomes, raised = self._submit(self._write_all("ann", "http-500"))
        self.assertEqual(self._kinds(outcomes), [ACCEPTED, UNKNOWN])
        self.assertIsNone(raised)
        self.assertEqual(self.peer.requests[SENT], 2)

    # === ONE ATTEMPT ===#

    def test_one_request_for_each_call_whatever_is_answered(self):
        for fault in (
            *("500", "502", "503", "504", "301", "reset", "cut", "garbage"),
            *("truncated", "page", "empty"),
        ):
            before = self.peer.requests[SENT]
            message = self._write(f"http-{fault}@x.example", key=fault)
            outcomes, _raised = self._submit([message])
            self.assertEqual(self._kinds(outcomes), [UNKNOWN], fault)
            self.assertEqual(self.peer.requests[SENT] - before, 1, fault)
            self.assertEqual(self.peer.accepted[fault], 1, "it has arrived")

    def test_each_definite_no(self):
        for fault, kind in (
            ("400", PERMANENT),
            ("rejected", PERMANENT),
            ("413", PERMANENT),
            ("429", TRANSIENT),
            ("throttling", TRANSIENT),
            ("quota", TRANSIENT),
            ("busy", TRANSIENT),
            ("sandbox", TRANSIENT),
        ):
            outcomes, raised = self._submit(self._write_all(f"http-{fault}"))
            self.assertEqual((self._kinds(outcomes), raised), ([kind], None), fault)
            self.assertTrue(outcomes[0].reply)
            if kind == TRANSIENT:
                self.assertGreater(outcomes[0].wait, 0, "it costs no attempt")
        self.assertFalse(self.peer.accepted)

    def test_what_is_the_provider_s_fault_costs_no_message(self):
        for fault, words in (
            ("401", "not known to AWS"),
            ("403", "lacks a permission"),
            ("404", "configuration set"),
            ("suspended", "suspended"),
            ("paused", "paused"),
            ("mailfrom", "MAIL FROM"),
            ("unverified", "sender is not verified"),
        ):
            messages = self._write_all(f"http-{fault}", "after")
            outcomes, raised = self._submit(messages)
            self.assertEqual(self._kinds(outcomes), [WITHHELD], fault)
            self.assertIsInstance(raised, ProviderDown)
            self.assertIn(words, str(raised))
            self.assertNotIn("secret", str(raised).lower().replace("secret access", ""))
        self.assertFalse(self.peer.accepted)

    def test_a_wrong_secret_is_noticed_before_any_message(self):
        self.provider.ses_secret_key = "wrong"
        adapter = self._open()
        with self.assertRaisesRegex(ProviderDown, "secret access key is wrong"):
            adapter.connect()
        self.assertEqual(self.peer.requests[SENT], 0)

    # === TOO FAST, TOO MANY ===#

    def test_too_fast(self):
        """The others go on, more slowly; after some in a row all rest."""
        outcomes, raised = self._submit(self._write_all("http-429", "a", "b"))
        self.assertEqual(self._kinds(outcomes), [TRANSIENT, ACCEPTED, ACCEPTED])
        self.assertIsNone(raised)
        self.assertEqual(self.pauses, [0.1, 0.1], "it has slowed down")
        names = [f"http-429.{number}" for number in range(MAX_RATE)]
        outcomes, raised = self._submit(self._write_all(*names, "after"))
        self.assertEqual(self._kinds(outcomes), [TRANSIENT] * MAX_RATE)
        self.assertIn("too fast", str(raised))
        self.assertGreater(raised.wait, 0)

    def test_the_account_s_rate_is_kept(self):
        self.peer.account["SendQuota"]["MaxSendRate"] = 2.0
        self.provider.connection_count = 4
        self._submit(self._write_all("a", "b", "c"))
        self.assertEqual(self.pauses, [2.0, 2.0], "4 connections, 2 messages a second")

    def test_used_up(self):
        outcomes, raised = self._submit(self._write_all("http-quota", "after"))
        self.assertEqual(self._kinds(outcomes), [TRANSIENT])
        self.assertEqual((outcomes[0].wait, raised.wait), (3600, 3600))

    def test_busy_at_the_end_is_remembered(self):
        adapter = self._open()
        outcomes, raised = self._submit(self._write_all("http-busy"), adapter=adapter)
        self.assertEqual((self._kinds(outcomes), raised), ([TRANSIENT], None))
        begun = []
        outcomes, raised = self._submit(
            self._write_all("b"), begun.append, adapter=adapter
        )
        self.assertEqual((outcomes, raised.wait, begun), ([], 120, []))

    def test_the_sandbox(self):
        """One who is not verified waits; a campaign of them loses nothing."""
        messages = self._write_all("http-sandbox", "verified", "http-sandbox.2")
        outcomes, raised = self._submit(messages)
        self.assertEqual(self._kinds(outcomes), [TRANSIENT, ACCEPTED, TRANSIENT])
        self.assertIsNone(raised)
        names = [f"http-sandbox.{number}" for number in range(5)]
        outcomes, raised = self._submit(self._write_all(*names))
        self.assertEqual(self._kinds(outcomes), [TRANSIENT] * 3)
        self.assertIn("sandbox", str(raised))

    # === CONNECTION ===#

    def test_two_lost_requests_are_enough(self):
        messages = self._write_all("http-502", "http-503", "after")
        outcomes, raised = self._submit(messages)
        self.assertEqual(self._kinds(outcomes), [UNKNOWN] * 2)
        self.assertIn("two requests", str(raised))

    def test_a_yes_in_between_forgives(self):
        names = ("http-502", "a", "http-503", "b")
        outcomes, raised = self._submit(self._write_all(*names))
        self.assertEqual(self._kinds(outcomes), [UNKNOWN, ACCEPTED] * 2)
        self.assertIsNone(raised)

    def test_one_connection_for_all(self):
        adapter = self._open()
        for number in range(5):
            self._submit(self._write_all(f"c{number}"), adapter=adapter)
        self.assertEqual(self.peer.connections, 1)
        self.assertEqual(self.peer.requests[ASKED], 1)

    def test_the_account_is_asked_once_for_all_connections(self):
        """It may be asked once a second only, and 32 connections want to know."""
        for _number in range(5):
            self._open().connect()
        self.assertEqual(self.peer.requests[ASKED], 1)
        self._forget_health()
        self.peer.account_fault = (429, "TooManyRequestsException")
        self._open().connect()
        self.assertEqual(self.peer.requests[ASKED], 2, "too many: it is there")

    def test_a_connection_that_idled_away_costs_nothing(self):
        adapter = self._open()
        self._submit(self._write_all("a"), adapter=adapter)
        self.peer.drop_connections()
        outcomes, raised = self._submit(self._write_all("b"), adapter=adapter)
        self.assertEqual((self._kinds(outcomes), raised), ([ACCEPTED], None))
        self.assertEqual(self.peer.connections, 2)

    def test_an_account_that_cannot_send(self):
        for changes, words in (
            ({"SendingEnabled": False}, "switched off"),
            ({"EnforcementStatus": "SHUTDOWN"}, "switched off"),
            ({"SendQuota": {"Max24HourSend": 5, "SentLast24Hours": 5}}, "used up"),
        ):
            self._forget_health()
            before = dict(self.peer.account)
            self.peer.account.update(changes)
            with self.assertRaisesRegex(ProviderDown, words):
                self._open().connect()
            self.peer.account = before

    def test_what_answers_is_not_ses(self):
        self.peer.account = {"hello": "world"}
        with self.assertRaisesRegex(ProviderDown, "not SES"):
            self._open().connect()
        self.peer.account_fault = (500, "InternalServiceErrorException")
        with self.assertRaisesRegex(ProviderDown, "500"):
            self._open().connect()

    def test_no_limit_and_none_told(self):
        for quota in ({"Max24HourSend": -1.0, "MaxSendRate": 0.0}, {}):
            self._forget_health()
            self.peer.account["SendQuota"] = quota
            adapter = SesAdapter(self.provider._prepare_ses_account())
            self.addCleanup(adapter.close)
            adapter.connect()
            self.assertEqual((adapter.told.quota, adapter.told.rate), (None, None))

    def test_accounts_do_not_mix(self):
        account = self.provider._prepare_ses_account()
        self._open().connect()
        self.assertTrue(health.look_up(account))
        self.assertFalse(health.look_up(account._replace(secret="another")))
        self.assertFalse(health.look_up(account._replace(region="us-east-1")))

    def test_a_campaign(self):
        self.campaign.provider_id = self.provider
        rows = self._add(*(f"c{n}@x.example" for n in range(25)), "poison@x.example")
        self._pump(self._open())
        states = self._states()
        self.assertEqual(states.pop("poison@x.example"), "failed")
        self.assertEqual(set(states.values()), {"sent"})
        self.assertEqual(set(self.peer.accepted.values()), {1})
        self.assertEqual(len(set(rows[:25].mapped("message_id"))), 25)
        self.assertEqual(self.campaign.status, "completed")
