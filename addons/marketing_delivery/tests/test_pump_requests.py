from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..sender.adapter import (
    PARTS,
    TRANSIENT,
    UNKNOWN,
    WITHHELD,
    Capabilities,
    Outcome,
    ProviderDown,
)
from .sender_common import FakeAdapter, Renderer, SenderCase

COMPOSER = "odoo.addons.marketing_delivery.sender.composer"


class RequestAdapter(FakeAdapter):
    """Takes 100 at once, as pieces; ``answer(messages)`` yields their outcomes."""

    capabilities = Capabilities(batch=100, form=PARTS)

    def __init__(self, answer):
        super().__init__()
        self.answer = answer
        self.requests = []

    def submit(self, messages, begin):
        assert all(begin(message) for message in messages)
        self.requests.append(messages)
        yield from self.answer(messages)


def accept(messages):
    return [Outcome("accepted", "202", "POST", "R1") for _message in messages]


@tagged("post_install", "-at_install")
class TestPumpRequests(SenderCase):
    """Providers that take many messages, as pieces, in one request."""

    def test_a_hundred_at_once(self):
        rows = self._add(*(f"c{n}@x.example" for n in range(230)))
        adapter = RequestAdapter(accept)
        # however slow this machine is
        with patch("odoo.addons.marketing_delivery.sender.settings.SLOW_BATCH", 1e9):
            self._pump(adapter)
        sizes = [len(request) for request in adapter.requests]
        self.assertEqual(sizes, [100, 100, 30])
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assertEqual(set(rows.mapped("message_id")), {"R1"})

    def test_pieces_of_a_message(self):
        partner = self.env["res.partner"].create({"name": 'Zoë "Z"\r\nBcc: e@x'})
        row = self._add("zoe@x.example", customer_id=partner.id)
        self.campaign.write({"from_name": "Shop", "reply_to_email": "re@a.example"})
        adapter = RequestAdapter(accept)
        self._pump(adapter)
        [[message]] = adapter.requests
        parts = message.parts
        self.assertEqual(message.data, b"")
        self.assertEqual(parts.content.subject, "Hello")
        self.assertEqual((parts.from_name, parts.reply_to), ("Shop", "re@a.example"))
        self.assertEqual(parts.to_name, 'Zoë "Z" Bcc: e@x')
        headers = dict(parts.headers)
        self.assertEqual(headers["X-SK"], row.send_key)
        self.assertEqual(headers["Message-ID"], f"<{row.send_key}@a.example>")
        self.assertIn("List-Unsubscribe", headers)
        self.assertEqual(
            parts.tags, (f"company-{self.company.id}", f"campaign-{self.campaign.id}")
        )
        self.assertNotIn("zoe", str(parts.tags))

    @mute_logger(COMPOSER)
    def test_pieces_that_cannot_be_sent(self):
        class Bad(Renderer):
            def render(self, row, context, links):
                content = Renderer.render(self, row, context, links)
                name = context.partition("@")[0]
                changes = {
                    "nul": {"html": "a\0b"},
                    "half": {"text": "\ud800"},
                    "line": {"subject": "a\r\nBcc: b"},
                    "none": {"subject": " "},
                }
                return content._replace(**changes.get(name, {}))

        names = ("nul", "half", "line", "none", "good")
        rows = self._add(*(f"{name}@x.example" for name in names))
        self._pump(RequestAdapter(accept), renderer=Bad())
        self.assertEqual(
            rows.mapped("reason"),
            ["render_error", "render_error", "bad_header", "bad_header", False],
        )

    def test_a_lost_answer_is_one_of_the_whole_request(self):
        rows = self._add(*(f"c{n}@x.example" for n in range(30)))

        def lose(messages):
            return [Outcome(UNKNOWN, "503", "POST") for _message in messages]

        self._pump(RequestAdapter(lose))
        self.assertEqual(set(rows.mapped("state")), {"in_doubt"})
        self.assertTrue(all(rows.mapped("doubted_at")))
        kinds = [kind for kind, _id in self._events()]
        self.assertEqual(kinds.count("email_in_doubt"), 30)

    def test_a_refused_request_gives_all_back(self):
        """Begun, refused as a whole, and the provider is to be left alone."""
        rows = self._add(*(f"c{n}@x.example" for n in range(30)))

        def refuse(messages):
            yield from [Outcome(WITHHELD) for _message in messages]
            raise ProviderDown("401 wrong key", 500)

        self.assertEqual(self._pump(RequestAdapter(refuse)), 500)
        self.assertEqual(set(rows.mapped("state")), {"queued"})
        self.assertEqual(set(rows.mapped("attempt")), {0})
        self.assertEqual(self.provider.state, "down")

    def test_a_wait_that_the_provider_asked_for(self):
        rows = self._add("a@x.example", "b@x.example", attempt=4)
        outcomes = {
            "a@x.example": Outcome(TRANSIENT, "429", "POST", wait=200),
            "b@x.example": Outcome(TRANSIENT, "429", "POST", wait=1e9),
        }
        self.assertTrue(190 < self._pump(FakeAdapter(outcomes)) <= 200)
        self.assertEqual(rows.mapped("state"), ["queued"] * 2, "it costs no attempt")
        self.assertEqual(rows.mapped("attempt"), [4, 4])
        waits = [(row.not_before - row.queued_at).total_seconds() for row in rows]
        self.assertTrue(waits[1] < 3700, "not for thirty years")

    def test_what_was_begun_in_an_earlier_attempt_is_not_in_doubt(self):
        """Deferred, claimed again by the same pump, and then the provider goes down."""
        row = self._add("a@x.example")
        adapter = FakeAdapter()
        tries = []

        def submit(messages, begin):
            tries.append(messages)
            if len(tries) > 1:
                raise ProviderDown("gone")
            assert begin(messages[0])
            yield Outcome(TRANSIENT, "451", "RCPT")

        adapter.submit = submit
        # a message that is claimed while the answer of the first try is at hand only:
        # its time is over at once, and a second one keeps the pump at work
        backoff = "odoo.addons.marketing_delivery.sender.answers.backoff"
        portion = "odoo.addons.marketing_delivery.sender.settings.PORTION"
        with patch(backoff, lambda attempt: 1e-9), patch(portion, 1):
            self._add("b@x.example")
            self._pump(adapter)
        self.assertEqual(row.state, "queued")
        self.assertEqual([len(messages) for messages in tries], [1, 1])
