from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from ..sender import outbox
from ..sender.adapter import ACCEPTED, Outcome, ProviderDown
from .sender_common import FakeAdapter, Renderer, SenderCase


class RoutingCase(SenderCase):
    """A campaign without a provider of its own, and several to choose from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["delivery.provider"].search([]).active = False
        cls.first = cls._create_provider(name="First", company_id=cls.company.id)
        cls.second = cls._create_provider(name="Second", company_id=cls.company.id)
        cls.campaign.provider_id = False

    def setUp(self):
        super().setUp()
        self.adapters = {
            provider: FakeAdapter() for provider in (self.first, self.second)
        }

    @contextmanager
    def _sending(self, adapter, renderer):
        """Each provider has its own adapter."""
        registry = self.env.registry
        adapters = {p.id: adapter for p, adapter in self.adapters.items()}
        self.env.flush_all()
        with (
            patch.object(
                registry["delivery.provider"],
                "_get_adapter",
                lambda provider: adapters[provider.id],
            ),
            patch.object(
                registry["email.campaign"], "_get_renderer", lambda self: renderer
            ),
            self.enter_registry_test_mode(),
        ):
            yield

    def _pump_all(self, most=10):
        """Pump as the runner does, until nothing goes at once; return the answer."""
        for _round in range(most):
            wait = self._pump(renderer=Renderer())
            if wait is not True and (wait is None or wait > 1):
                break
        return wait

    def _sent(self, provider):
        return [message.address for message in self.adapters[provider].messages]


@tagged("post_install", "-at_install")
class TestChoice(RoutingCase):
    def _names(self):
        return self.campaign._list_providers().mapped("name")

    def test_order_of_the_list(self):
        self.first.sequence, self.second.sequence = 20, 10
        self.assertEqual(self._names(), ["Second", "First"])

    def test_the_cheaper_one_of_two_at_the_same_place(self):
        self.first.cost_per_message, self.second.cost_per_message = 0.002, 0.001
        self.assertEqual(self._names(), ["Second", "First"])

    def test_prices_are_compared_in_one_currency(self):
        self.company.currency_id = self.env.ref("base.EUR")
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": yen.id, "rate": 150, "company_id": self.company.id}
        )
        self.first.write({"cost_per_message": 0.1, "currency_id": yen.id})
        self.second.write(
            {"cost_per_message": 0.01, "currency_id": self.company.currency_id.id}
        )
        self.assertEqual(self._names(), ["First", "Second"])

    def test_those_in_trouble_come_last(self):
        self.first.write({"reputation": 30, "reputation_sent": 5000})
        self.assertEqual(self._names(), ["Second", "First"])
        self.first.reputation_sent = 10
        self.assertEqual(self._names(), ["First", "Second"])
        self.first._mark_down("no answer")
        self.assertEqual(self._names(), ["Second", "First"])

    def test_one_that_may_be_tried_again_has_its_place_back(self):
        self.first._mark_down("no answer")
        self.first.retry_at = "2020-01-01 00:00:00"
        self.assertEqual(self._names(), ["First", "Second"])

    def test_sender_domains(self):
        self.first.sender_domains = "news.example, other.example"
        self.assertEqual(self._names(), ["Second"])
        self.campaign.from_email = "shop@news.example"
        self.assertEqual(self._names(), ["First", "Second"])

    def test_companies(self):
        self.first.company_id = self.other_company
        self.assertEqual(self._names(), ["Second"])
        self.first.company_id = False
        self.assertEqual(self._names(), ["First", "Second"])

    def test_a_campaigns_own_provider_is_the_only_one(self):
        self.campaign.provider_id = self.second
        self.assertEqual(self._names(), ["Second"])
        self.second.active = False
        self.assertEqual(self._names(), [])


@tagged("post_install", "-at_install")
class TestFailOver(RoutingCase):
    def test_another_takes_over_and_nothing_goes_twice(self):
        """The first sends twelve messages and goes down amid the second batch."""
        self._add(*(f"c{n:02}@x.example" for n in range(40)))
        broken = self.adapters[self.first]
        submit = broken.submit

        def fail_later(messages, begin):
            for message in messages:
                if len(broken.messages) == 12:
                    raise ProviderDown("421 closing")
                yield from submit([message], begin)

        broken.submit = fail_later
        self.assertIsNone(self._pump_all())
        self.assertEqual(len(self._sent(self.first)), 12)
        self.assertEqual(len(self._sent(self.second)), 28)
        sent = self._sent(self.first) + self._sent(self.second)
        self.assertEqual(len(set(sent)), 40)
        self.assertEqual(set(self._states().values()), {"sent"})
        self.assertEqual(self.first.state, "down")
        by_provider = dict(
            self.env["campaign.recipient"]._read_group(
                [("campaign_id", "=", self.campaign.id)], ["provider_id"], ["__count"]
            )
        )
        self.assertEqual(by_provider, {self.first: 12, self.second: 28})

    def test_a_message_whose_answer_was_lost_goes_to_nobody_else(self):
        self._add("a@x.example", "b@x.example")
        lost = self.adapters[self.first]

        def lose(messages, begin):
            assert begin(messages[0])
            lost.messages.append(messages[0])
            raise ProviderDown("the line broke")
            yield Outcome(ACCEPTED)

        lost.submit = lose
        self._pump_all()
        self.assertEqual(
            self._states(), {"a@x.example": "in_doubt", "b@x.example": "sent"}
        )
        self.assertEqual(self._sent(self.second), ["b@x.example"])

    def test_when_all_are_down_it_waits_for_the_first_to_be_tried_again(self):
        self._add("a@x.example")
        self.first._mark_down("no")
        self.second._mark_down("no")
        self.second.retry_at = "2999-01-01 00:00:00"
        wait = self._pump()
        self.assertTrue(1 <= wait <= 60)
        self.assertEqual(self._states(), {"a@x.example": "queued"})

    def test_one_that_works_again_is_used(self):
        self.first._mark_down("no")
        self.first.retry_at = "2020-01-01 00:00:00"
        self._add("a@x.example")
        self._pump_all()
        self.assertEqual(self._sent(self.first), ["a@x.example"])
        self.assertEqual(self.first.state, "ok")

    def test_what_is_left_of_a_limit_goes_first_and_then_the_next(self):
        self.first.cap_per_day = 3
        self._add(*(f"c{n}@x.example" for n in range(8)))
        self.assertIsNone(self._pump_all())
        self.assertEqual(len(self._sent(self.first)), 3)
        self.assertEqual(len(self._sent(self.second)), 5)

    def test_when_all_limits_are_used_up_the_campaign_says_so(self):
        self.first.cap_per_day = self.second.cap_per_day = 1
        self._add(*(f"c{n}@x.example" for n in range(4)))
        self.assertTrue(self._pump_all() > 1)
        self.assertIn("limit", self.campaign.status_reason)
        self.assertEqual(sorted(self._states().values()), ["queued"] * 2 + ["sent"] * 2)


@tagged("post_install", "-at_install")
class TestRecipientDomains(RoutingCase):
    """The second provider is there for Big."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.big = cls.env["delivery.mailbox"].create(
            {"name": "Big", "domains": "big.example big.co.example"}
        )
        cls.second.mailbox_ids = cls.big
        cls._add("a@big.example", "B@BIG.co.example", "c@x.example", "d@x.example")

    def test_each_gets_what_it_is_there_for(self):
        self.assertIsNone(self._pump_all())
        self.assertEqual(self._sent(self.first), ["c@x.example", "d@x.example"])
        self.assertEqual(self._sent(self.second), ["a@big.example", "b@big.co.example"])

    def test_while_it_is_down_others_take_its_messages(self):
        self.second._mark_down("no")
        self.assertIsNone(self._pump_all())
        self.assertEqual(len(self._sent(self.first)), 4)

    def test_nobody_takes_the_rest(self):
        self.first.active = False
        self.assertEqual(self._pump_all(), 3600)
        self.assertEqual(len(self._sent(self.second)), 2)
        self.assertIn("No provider takes", self.campaign.status_reason)

    def test_a_campaigns_own_provider_takes_all(self):
        self.campaign.provider_id = self.second
        self.assertIsNone(self._pump_all())
        self.assertEqual(len(self._sent(self.second)), 4)

    def test_claims(self):
        def claim(route):
            rows = outbox.claim(
                self.env.cr,
                campaign_id=self.campaign.id,
                provider_id=self.first.id,
                token="t",
                limit=9,
                route=route,
            )
            outbox.release(self.env.cr, "t", [row.id for row in rows])
            return [row.email_address[0].lower() for row in rows]

        self.env.flush_all()
        self.assertEqual(claim(outbox.Route()), ["a", "b", "c", "d"])
        self.assertEqual(claim(outbox.Route(only=("x.example",))), ["c", "d"])
        self.assertEqual(claim(outbox.Route(skip=("big.co.example",))), ["a", "c", "d"])
        self.assertEqual(claim(outbox.Route(only=())), [])
