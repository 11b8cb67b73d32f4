import random

from odoo.tests import tagged

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    WITHHELD,
    ProviderDown,
)
from odoo.addons.marketing_delivery.sender.content import Content

from .sendgrid_common import SendGridCase, SlotRenderer


@tagged("post_install", "-at_install")
class TestSendgridRequests(SendGridCase):
    """What goes into one request, and what becomes of it when it is refused."""

    def _kinds(self, outcomes):
        return [outcome.kind for outcome in outcomes]

    # === WHAT GOES IN ===#

    def test_a_hundred_in_one_request(self):
        messages = self._write_all(*(f"c{number}" for number in range(100)))
        begun = []
        outcomes, _raised = self._submit(
            messages, lambda message: not begun.append(message.send_key)
        )
        self.assertEqual(self._kinds(outcomes), [ACCEPTED] * 100)
        self.assertEqual([len(call) for call in self.peer.calls], [100])
        self.assertEqual(len(begun), 100)
        for message in messages:
            wanted = message.parts.content[:3]
            self.assertIn((message.send_key, wanted), self.peer.messages)
        [body] = self.peer.bodies
        self.assertLess(len(str(body["content"])), 300, "once for all")
        self.assertTrue(all(outcomes[0].message_id == o.message_id for o in outcomes))

    def test_what_a_person_gets_alone(self):
        self.campaign.write({"from_name": "Shop; Co", "reply_to_email": "re@a.example"})
        self._submit(self._write_all("ann", "bob"))
        [body] = self.peer.bodies
        self.assertEqual(
            body["from"], {"email": "shop@a.example", "name": '"Shop; Co"'}
        )
        self.assertEqual(body["reply_to"], {"email": "re@a.example"})
        self.assertCountEqual(
            body["categories"],
            [f"company-{self.company.id}", f"campaign-{self.campaign.id}"],
        )
        ann = body["personalizations"][0]
        self.assertEqual(
            ann["to"], [{"email": "ann@x.example", "name": "Customer ann"}]
        )
        self.assertEqual(ann["custom_args"], {"sk": "ann"})
        self.assertEqual(ann["headers"]["X-SK"], "ann")
        self.assertEqual(ann["headers"]["Message-ID"], "<ann@a.example>")
        self.assertEqual(
            ann["headers"]["List-Unsubscribe"], "<https://shop.example/1/ann>"
        )
        self.assertEqual(
            ann["headers"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click"
        )
        self.assertEqual(body["personalizations"][1]["subject"], "Hello bob")

    def test_our_tracking_is_the_only_one(self):
        self._submit(self._write_all("ann"))
        tracking = self.peer.bodies[0]["tracking_settings"]
        switched = {name: values["enable"] for name, values in tracking.items()}
        self.assertEqual(
            switched,
            dict.fromkeys(
                (
                    "click_tracking",
                    "open_tracking",
                    "subscription_tracking",
                    "ganalytics",
                ),
                False,
            ),
        )
        self.assertIs(tracking["click_tracking"]["enable_text"], False)

    def test_a_name_that_looks_like_a_mark(self):
        """What one person is called changes nothing in another's message."""
        names = ("-mm0-", "-mm1-", "-mm0.00000000-", "{{ x }}", "%name%")
        messages = [
            self._write(
                f"c{number}@x.example", content=self.renderer.fill(name, "https://l")
            )
            for number, name in enumerate(names)
        ]
        self._submit(messages)
        self.assertEqual(len(self.peer.calls), 1)
        wanted = [(m.send_key, m.parts.content[:3]) for m in messages]
        self.assertCountEqual(self.peer.messages, wanted)

    def test_too_many_bytes_go_alone(self):
        long = self._write("l@x.example", content=self.renderer.fill("é" * 3000, "x"))
        near = self._write("n@x.example", content=self.renderer.fill("é" * 2400, "x"))
        outcomes, _raised = self._submit([*self._write_all("a", "b"), long, near])
        self.assertEqual(self._kinds(outcomes), [ACCEPTED] * 4)
        self.assertEqual(self.peer.calls, [["a", "b", "n"], ["l"]])
        self.assertNotIn("substitutions", self.peer.bodies[1]["personalizations"][0])
        self.assertIn(("l", long.parts.content[:3]), self.peer.messages)

    def test_content_without_skeleton_goes_alone(self):
        plain = Content("Test", "<p>Hello</p>", "")
        messages = [self._write(f"{n}@x.example", content=plain) for n in "ab"]
        self._submit(messages)
        self.assertEqual(self.peer.calls, [["a"], ["b"]])
        kinds = [item["type"] for item in self.peer.bodies[0]["content"]]
        self.assertEqual(kinds, ["text/html"], "an empty part would be refused")

    def test_two_templates_and_one_address_twice(self):
        other = SlotRenderer()
        one = self._write_all("a", "b", "c")
        two = [
            self._write(f"{name}@x.example", content=other.fill(name, "https://l"))
            for name in ("d", "e")
        ]
        again = self._write("a@x.example", key="again")
        mixed = [one[0], two[0], one[1], two[1], one[2], again]
        outcomes, _raised = self._submit(mixed)
        self.assertEqual(self._kinds(outcomes), [ACCEPTED] * 6)
        self.assertEqual(self.peer.calls, [["a", "b", "c"], ["d", "e"], ["again"]])
        for message in mixed:
            self.assertIn(
                (message.send_key, message.parts.content[:3]), self.peer.messages
            )

    def test_outcomes_keep_their_order(self):
        """Also where requests are not in the order of the messages."""
        other = SlotRenderer()
        good = self._write_all("a", "b")
        bad = self._write("poison@x.example", content=other.fill("poison", "https://l"))
        outcomes, _raised = self._submit([good[0], bad, good[1]])
        self.assertEqual(self._kinds(outcomes), [ACCEPTED, PERMANENT, ACCEPTED])

    def test_sandbox(self):
        self.provider.sendgrid_sandbox = True
        outcomes, _raised = self._submit(self._write_all("a"))
        self.assertEqual(self._kinds(outcomes), [ACCEPTED])
        self.assertFalse(self.peer.accepted, "checked, not delivered")

    # === REFUSED ===#

    def test_poison_is_found(self):
        rng = random.Random(400)
        for number in (1, 2, 5):
            names = [f"c{n}" for n in range(40)]
            poison = rng.sample(range(40), number)
            for index in poison:
                names[index] = f"poison{index}"
            messages = self._write_all(*names)
            self.peer.accepted.clear()
            outcomes, _raised = self._submit(messages)
            wanted = [PERMANENT if n in poison else ACCEPTED for n in range(40)]
            self.assertEqual(self._kinds(outcomes), wanted)
            self.assertEqual(set(self.peer.accepted.values()), {1})
            self.assertEqual(len(self.peer.accepted), 40 - number)
            refused = outcomes[poison[0]]
            self.assertEqual(refused.bounce_type, "hard", "of the address")
            self.assertIn("valid address", refused.reply)

    def test_too_large_is_divided(self):
        messages = self._write_all("a", "b", "c", "http-413")
        outcomes, _raised = self._submit(messages)
        self.assertEqual(self._kinds(outcomes), [ACCEPTED] * 3 + [PERMANENT])
        self.assertIsNone(outcomes[3].bounce_type, "its size is not its address")

    def test_begin_is_asked_again_for_each_part(self):
        """A lease that ends while poison is looked for stops the rest."""
        names = ["a", "b", "c", "d", "e", "f", "g", "poison"]
        asked = []

        def begin(message):
            asked.append(message.send_key)
            return len(asked) <= 12  # 8 of the whole, 4 of the first half

        outcomes, _raised = self._submit(self._write_all(*names), begin)
        self.assertEqual(self._kinds(outcomes), [ACCEPTED] * 4 + [WITHHELD] * 4)
        self.assertEqual(sorted(self.peer.accepted), ["a", "b", "c", "d"])

    def test_some_may_not_begin(self):
        outcomes, _raised = self._submit(
            self._write_all("a", "b", "c"), lambda message: message.send_key != "b"
        )
        self.assertEqual(self._kinds(outcomes), [ACCEPTED, WITHHELD, ACCEPTED])
        self.assertEqual(self.peer.calls, [["a", "c"]])

    # === NOBODY IS TO BLAME ===#

    def test_wrong_key_gives_all_back(self):
        adapter = self._open()
        self._submit(self._write_all("first"), adapter=adapter)
        self.peer.key = "another"
        outcomes, raised = self._submit(self._write_all("a", "b"), adapter=adapter)
        self.assertEqual(self._kinds(outcomes), [WITHHELD] * 2)
        self.assertIsInstance(raised, ProviderDown)
        self.assertIn("API key is wrong", str(raised))
        self.assertNotIn("SG.", str(raised))

    def test_a_refusal_that_is_everybody_s(self):
        """Neither halves nor failures when the sender itself is refused."""
        outcomes, raised = self._submit(self._write_all("a", "http-common", "c"))
        self.assertEqual(self._kinds(outcomes), [WITHHELD] * 3)
        self.assertIn("from address", str(raised))
        self.assertEqual(len(self.peer.calls), 1)

    def test_busy(self):
        other = SlotRenderer()
        waiting = self._write("w@x.example", content=other.fill("w", "https://l"))
        messages = [*self._write_all("a", "http-busy"), waiting]
        outcomes, raised = self._submit(messages)
        self.assertEqual(self._kinds(outcomes), [TRANSIENT, TRANSIENT, WITHHELD])
        self.assertEqual(outcomes[0].wait, 120)
        self.assertEqual(raised.wait, 120)
        self.assertEqual(len(self.peer.calls), 1)

    def test_busy_at_the_end_is_remembered(self):
        adapter = self._open()
        outcomes, raised = self._submit(self._write_all("http-busy"), adapter=adapter)
        self.assertEqual((self._kinds(outcomes), raised), ([TRANSIENT], None))
        begun = []
        outcomes, raised = self._submit(
            self._write_all("b"), begun.append, adapter=adapter
        )
        self.assertEqual((self._kinds(outcomes), raised.wait), ([WITHHELD], 120))
        self.assertFalse(begun)

    def test_two_lost_requests_are_enough(self):
        adapter = self._open()
        for _time in range(2):
            outcomes, raised = self._submit(
                self._write_all("a", "http-502"), adapter=adapter
            )
            self.assertEqual((self._kinds(outcomes), raised), ([UNKNOWN] * 2, None))
        outcomes, raised = self._submit(self._write_all("b"), adapter=adapter)
        self.assertEqual(self._kinds(outcomes), [WITHHELD])
        self.assertIn("two requests", str(raised))

    def test_a_yes_in_between_forgives(self):
        adapter = self._open()
        for name in ("http-502", "a", "http-503", "b"):
            _outcomes, raised = self._submit(self._write_all(name), adapter=adapter)
            self.assertIsNone(raised)

    # === CONNECTION ===#

    def test_one_connection_for_all(self):
        adapter = self._open()
        for number in range(5):
            self._submit(self._write_all(f"c{number}"), adapter=adapter)
        self.assertEqual(self.peer.connections, 1)
        self.assertEqual(self.peer.requests["GET", "/v3/scopes"], 1)

    def test_a_connection_that_idled_away_costs_nothing(self):
        adapter = self._open()
        self._submit(self._write_all("a"), adapter=adapter)
        self.peer.drop_connections()
        outcomes, raised = self._submit(self._write_all("b"), adapter=adapter)
        self.assertEqual((self._kinds(outcomes), raised), ([ACCEPTED], None))
        self.assertEqual(self.peer.connections, 2)

    def test_a_campaign_in_hundreds(self):
        self.campaign.provider_id = self.provider
        rows = self._add(*(f"c{n}@x.example" for n in range(150)), "poison@x.example")
        self._pump(self._open(), renderer=self.renderer)
        states = self._states()
        self.assertEqual(states.pop("poison@x.example"), "failed")
        self.assertEqual(set(states.values()), {"sent"})
        self.assertEqual(set(self.peer.accepted.values()), {1})
        self.assertLess(len(self.peer.calls), 20)
        self.assertTrue(all(rows[:150].mapped("message_id")))
        self.assertEqual(self.campaign.status, "completed")
