from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ..sender import answers
from ..sender.adapter import (
    ACCEPTED,
    MIME,
    OBJECTED,
    PARTS,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    WITHHELD,
    Message,
    ProviderDown,
)
from ..sender.composer import Letterhead
from ..sender.content import Content

STATES = {
    ACCEPTED: "sent",
    PERMANENT: "failed",
    TRANSIENT: "queued",
    UNKNOWN: "in_doubt",
}
CONTENT = "To: c@x.example\r\nX-SK: {key}\r\n\r\nBelow are dots\r\n.\r\n..\r\n.text\r\n"
PAGE = Content("Grüße", "<p>Zoë & Co\n.\n</p>", "Zoë & Co\n.\n")


class AdapterContract:
    """What each type of provider has to do; inherit it before :class:`SenderCase`.

    ``self.provider`` is a record of the type whose peer is at work from ``setUp`` on,
    and ``addresses`` names for each kind of outcome an address that the peer answers
    so, or None for a kind that the provider does not know. ``has_one_answer`` says that
    messages submitted at once share the answer to one request.
    """

    addresses = {}
    has_one_answer = False

    def _get_arrived(self):
        """Return ``(send key, data)`` of each message that the peer now owns.

        For the form ``PARTS`` the data is ``(subject, html, text)``.
        """
        raise NotImplementedError

    def _break_peer(self):
        """Make the provider unreachable, open connections included."""
        raise NotImplementedError

    # === HELPERS ===#

    def _open(self):
        adapter = self.provider._get_adapter()
        self.addCleanup(adapter.close)
        return adapter

    def _make(self, kind, key):
        address = self.addresses[kind]
        if self._open().capabilities.form == MIME:
            data = CONTENT.format(key=key).encode()
            return Message(1, key, "shop@a.example", address, data)
        return Letterhead.of(self.campaign).build(
            PAGE,
            form=PARTS,
            recipient_id=1,
            send_key=key,
            name="Zoë; Co",
            address=address,
            one_click="https://shop.example/1",
        )

    def _get_wanted(self, message):
        content = message.parts and message.parts.content
        return content[:3] if content else message.data

    def _submit(self, adapter, messages, begin=lambda _message: True):
        """Return the outcomes and the keys that were begun, without the database."""
        begun = []

        def note(message):
            begun.append(message.send_key)
            return begin(message)

        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(0):
            adapter.connect()
            outcomes = list(adapter.submit(messages, note))
        return outcomes, begun

    def _submit_each(self, adapter, messages):
        """Submit so that each message may have an answer of its own."""
        if not self.has_one_answer:
            return self._submit(adapter, messages)
        results = [self._submit(self._open(), [message]) for message in messages]
        outcomes = [outcome for found, _begun in results for outcome in found]
        return outcomes, [key for _found, begun in results for key in begun]

    def _get_keys(self):
        return [key for key, _data in self._get_arrived()]

    def _known(self):
        self.assertEqual(set(self.addresses), set(STATES), "each kind, or None")
        return [kind for kind in STATES if self.addresses[kind]]

    # === ADAPTER ===#

    def test_capabilities(self):
        capabilities = self._open().capabilities
        self.assertTrue(1 <= capabilities.batch <= 100)
        self.assertIn(capabilities.form, (MIME, PARTS))

    def test_many_at_once_are_told_in_order(self):
        messages = [self._make(ACCEPTED, f"k{number}") for number in range(7)]
        messages = [
            message._replace(address=f"{number}{message.address}")
            for number, message in enumerate(messages)
        ]
        messages[4] = self._make(PERMANENT, "k4")
        outcomes, begun = self._submit(self._open(), messages)
        kinds = [outcome.kind for outcome in outcomes]
        self.assertEqual(kinds, [ACCEPTED] * 4 + [PERMANENT] + [ACCEPTED] * 2)
        keys = [message.send_key for message in messages if message.send_key != "k4"]
        self.assertLessEqual(set(keys), set(begun))
        self.assertCountEqual(self._get_keys(), keys)

    def test_each_outcome_is_told_in_order(self):
        kinds = [kind for known in self._known() for kind in (known, ACCEPTED)]
        messages = [self._make(kind, f"k{n}") for n, kind in enumerate(kinds)]
        outcomes, begun = self._submit_each(self._open(), messages)
        self.assertEqual([outcome.kind for outcome in outcomes], kinds)
        self.assertEqual(len(begun), len(set(begun)), "begun once each")
        arrived = self._get_keys()
        for message, outcome in zip(messages, outcomes, strict=True):
            key, times = message.send_key, arrived.count(message.send_key)
            if outcome.kind in (ACCEPTED, UNKNOWN):
                self.assertIn(key, begun)
                self.assertIn(times, (1,) if outcome.kind == ACCEPTED else (0, 1))
            else:
                self.assertEqual(times, 0)
            self._check_outcome(outcome)

    def _check_outcome(self, outcome):
        """It fits into a row, and a journal brings it back."""
        self.assertLessEqual(len(outcome.reply), 300)
        self.assertEqual(len(outcome.reply.splitlines() or [""]), 1)
        self.assertLessEqual(len(outcome.message_id or ""), 100)
        self.assertIn(outcome.bounce_type, (None, "hard", "soft", OBJECTED))
        if outcome.kind in (TRANSIENT, PERMANENT, UNKNOWN):
            self.assertTrue(outcome.reply, "a person wants to know why")
        if outcome.kind != UNKNOWN:
            told = answers.from_journal(*answers.describe(outcome))
            known = outcome._replace(reply="", wait=0.0)
            self.assertEqual(told._replace(reply=""), known)

    def test_begin_comes_before_the_delivery(self):
        def begin(message):
            self.assertNotIn(message.send_key, self._get_keys())
            return True

        messages = [self._make(ACCEPTED, key) for key in ("one", "two")]
        self._submit(self._open(), messages, begin)
        self.assertEqual(self._get_keys(), ["one", "two"])

    def test_content_arrives_unchanged(self):
        message = self._make(ACCEPTED, "one")
        self._submit(self._open(), [message])
        self.assertEqual(self._get_arrived(), [("one", self._get_wanted(message))])

    def test_what_may_not_begin_is_withheld(self):
        messages = [self._make(ACCEPTED, key) for key in ("one", "two", "three")]
        outcomes, _begun = self._submit(
            self._open(), messages, lambda message: message.send_key != "two"
        )
        kinds = [outcome.kind for outcome in outcomes]
        self.assertEqual(kinds, [ACCEPTED, WITHHELD, ACCEPTED])
        self.assertEqual(self._get_keys(), ["one", "three"])

    def test_a_journal_that_cannot_be_written_delivers_nothing(self):
        def begin(_message):
            raise OSError("disk full")

        adapter = self._open()
        with self.assertRaisesRegex(OSError, "disk full"):
            self._submit(adapter, [self._make(ACCEPTED, "one")], begin)
        adapter.close()
        self.assertEqual(self._get_keys(), [])

    def test_connect_and_close_may_be_repeated(self):
        self._open().close()
        adapter = self._open()
        for call in (adapter.connect, adapter.connect, adapter.close, adapter.close):
            call()

    def test_a_provider_that_is_down_says_so_in_one_line(self):
        adapter = self._open()
        self._break_peer()
        with self.assertRaises(ProviderDown) as caught:
            adapter.connect()
        self.assertEqual(len(str(caught.exception).splitlines()), 1)
        adapter.close()

    def test_a_provider_that_goes_down_costs_no_message(self):
        adapter = self._open()
        self._submit(adapter, [self._make(ACCEPTED, "one")])
        self._break_peer()
        begun = []
        with self.assertRaises(ProviderDown):
            list(adapter.submit([self._make(ACCEPTED, "two")], begun.append))
        self.assertEqual(begun, [])

    # === PROVIDER ===#

    def test_type_is_offered_and_tells_its_fields(self):
        field = self.provider._fields["provider_type"]
        self.assertIn(self.provider.provider_type, field.get_values(self.env))
        own = set(self.provider._get_connection_fields()) - {"active", "provider_type"}
        self.assertTrue(own)
        self.assertLessEqual(own, set(self.provider._fields))

    def test_connection_test_and_new_settings(self):
        provider = self.provider
        provider.action_test_connection()
        self.assertEqual(provider.state, "ok")
        for name in provider._get_connection_fields():
            provider._mark_down("it does not work")
            value = provider._fields[name].convert_to_write(provider[name], provider)
            provider.write({name: value})
            self.assertEqual((provider.state, provider.failure_count), ("untested", 0))
        self._break_peer()
        action = provider.action_test_connection()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertEqual((provider.state, bool(provider.last_error)), ("down", True))
        for name in provider._get_audited_secrets():
            self.assertNotIn(provider[name] or "\0", provider.last_error)

    def test_secrets_are_for_administrators(self):
        manager = self._create_user("mm_contract_manager", "manager")
        secrets = self.provider._get_audited_secrets()
        fields = self.provider._fields
        for name in self.provider._get_connection_fields():
            self.assertEqual(bool(fields[name].groups), name in secrets, name)
        for name in secrets:
            self.assertFalse(fields[name].copy, name)
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                self.provider.with_user(manager).read([name])

    def test_a_campaign(self):
        self.campaign.provider_id = self.provider
        kinds = self._known()
        rows = self.env["campaign.recipient"]
        for kind in kinds:
            rows |= self._add(self.addresses[kind])
            if self.has_one_answer or kind == kinds[-1]:
                self.campaign.status = "running"
                self.provider.retry_at = False
                self._pump(self._open())
        self.assertEqual(rows.mapped("state"), [STATES[kind] for kind in kinds])
        keys = dict(zip(kinds, rows.mapped("send_key"), strict=True))
        self.assertIn(keys[ACCEPTED], self._get_keys())
        self.assertFalse(
            {keys.get(PERMANENT), keys.get(TRANSIENT)} & {*self._get_keys()}
        )

    def test_a_campaign_waits_for_its_provider(self):
        self.campaign.provider_id = self.provider
        rows = self._add(self.addresses[ACCEPTED])
        adapter = self._open()
        self._break_peer()
        self.assertGreater(self._pump(adapter), 0)
        self.assertEqual((rows.state, rows.attempt), ("queued", 0))
        self.assertIn(self.provider.last_error, self.campaign.status_reason)
