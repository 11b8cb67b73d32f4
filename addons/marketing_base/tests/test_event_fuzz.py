import json
import os
import random
import string
from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import tagged
from odoo.tools import file_open

from .test_api_send_events import PATH, SendEventsCase

SEED = 20261121
# the long form: MM_FUZZ_EVENTS=10000
EVENTS = int(os.environ.get("MM_FUZZ_EVENTS", "400"))
BATCH = 50
MAX_SIZE = 300_000
FIELDS = (
    "event_id",
    "event_type",
    "occurred_at",
    "partner_id",
    "campaign_id",
    "session_id",
    "context",
    "properties",
    "more",
)
LARGE = (
    '"' + "x" * 40_000 + '"',
    '"' + "ß" * 17_000 + '"',
    "[" * 17 + "]" * 17,
    "[" * 900 + "]" * 900,
    '{"a":' * 20 + "1" + "}" * 20,
    "9" * 5000,
    "-" + "9" * 30,
    "0." + "1" * 5000,
    json.dumps({f"p{number}": number for number in range(256)}),
    json.dumps([0] * 9000),
    json.dumps("(" * 5000),
    json.dumps("<" * 8000),
    json.dumps("1" * 8000),
    json.dumps("+1" * 4000),
    json.dumps("a@" * 4000),
)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.text(string.printable),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=10), inner, max_size=5)
    ),
    max_leaves=20,
)


@tagged("post_install", "-at_install")
class TestEventFuzz(SendEventsCase):
    """Whatever comes: no answer of 500 or more, nothing lost, nothing stored twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key.rate_limit = 100_000
        cls.env["ir.config_parameter"].set_param(
            "marketing_base.api_address_limit", "1000000"
        )
        cls.env["ir.config_parameter"].set_param(
            "marketing_base.failed_event_cap", "1000000"
        )
        with file_open("marketing_base/tests/corpus/values.txt") as corpus:
            cls.corpus = [line for line in corpus.read().split("\n") if line]
        cls.partner = cls.env["res.partner"].create({"name": "Ann"})

    def setUp(self):
        super().setUp()
        self.expected = Counter()
        self.verdict_count = 0

    def good(self, name):
        moment = fields.Datetime.now() - timedelta(minutes=1)
        return {
            "event_id": name,
            "event_type": "page_view",
            "occurred_at": f"{moment.isoformat()}Z",
            "partner_id": self.partner.id,
            "properties": {"path": "/"},
        }

    def broken(self, name, field, value):
        """An event as text, with the raw JSON ``value`` at one place."""
        event = {**self.good(name), field: "@HERE@"}
        return json.dumps(event).replace('"@HERE@"', value)

    def nested(self, name, value):
        event = {**self.good(name), "properties": {"path": "/", "x": ["@HERE@"]}}
        return json.dumps(event).replace('"@HERE@"', value)

    def post(self, texts):
        """Send events given as texts; check the answer; return the verdicts."""
        data = ('{"events": [' + ",".join(texts) + "]}").encode("utf-8", "replace")
        answer = self.call("POST", PATH, token=self.token, data=data)
        self.assertEqual(answer.status_code, 202, answer.text[:300])
        receipt = answer.json()
        verdicts = receipt["verdicts"]
        self.assertEqual(len(verdicts), len(texts))
        refused = [n for n, verdict in enumerate(verdicts) if verdict == "rejected"]
        self.assertEqual([error["index"] for error in receipt["errors"]], refused)
        self.verdict_count += len(verdicts)
        self.expected.update(verdicts)
        return verdicts

    def post_mixed(self, texts):
        """Send malformed events in batches, one good one in twenty among them."""
        batch, size = [], 0
        for text in [*texts, None]:
            if batch and (text is None or len(batch) == BATCH or size > MAX_SIZE):
                self.post_with_good_ones(batch)
                batch, size = [], 0
            if text is not None:
                batch.append(text)
                size += len(text.encode("utf-8", "replace"))

    def post_with_good_ones(self, batch):
        names = [f"good-{self.verdict_count}-{n}" for n in range(len(batch) // 20 + 1)]
        for number, name in enumerate(names):
            batch.insert(number * 20, json.dumps(self.good(name)))
        verdicts = self.post(batch)
        for number in range(len(names)):
            self.assertEqual(verdicts[number * 20], "accepted")

    def check_stored(self):
        """Everything accepted is there once, and nothing else; the rest is kept."""
        self.env.cr.execute(
            """SELECT count(*), count(DISTINCT event_id) FROM marketing_event
                WHERE source_id = %s""",
            [self.source],
        )
        stored = self.expected["accepted"]
        self.assertEqual(self.env.cr.fetchone(), (stored, stored))
        self.env.cr.execute(
            "SELECT sum(attempts) FROM marketing_event_failure WHERE source_id = %s",
            [self.source],
        )
        self.assertEqual(self.env.cr.fetchone()[0] or 0, self.expected["rejected"])
        self.env.cr.execute(
            """SELECT sum(received), sum(accepted), sum(rejected)
                 FROM marketing_event_batch WHERE source_id = %s""",
            [self.source],
        )
        self.assertEqual(
            self.env.cr.fetchone(),
            (self.verdict_count, stored, self.expected["rejected"]),
        )

    def test_every_value_of_the_corpus_at_every_place(self):
        texts = []
        for number, value in enumerate([*self.corpus, *LARGE]):
            for field in FIELDS:
                texts.append(self.broken(f"corpus-{number}-{field}", field, value))
            texts.append(self.nested(f"corpus-{number}-nested", value))
            texts.append(value)
        self.assertGreater(len(texts), 1000)
        self.post_mixed(texts)
        self.check_stored()
        self.assertGreater(self.expected["rejected"], len(texts) // 2)
        self.check_no_address()

    def check_no_address(self):
        for table in ("marketing_event", "marketing_event_failure"):
            # pylint: disable-next=sql-injection
            self.env.cr.execute(
                f"SELECT t::text FROM {table} t WHERE source_id = %s", [self.source]
            )
            stored = str(self.env.cr.fetchall())
            for address in ("ann@example.com", "bob@example.com", "470 12 34"):
                self.assertNotIn(address, stored)

    def test_random_mutations(self):
        rng = random.Random(SEED)
        texts = [self.mutate(rng, number) for number in range(EVENTS)]
        self.post_mixed(texts)
        self.check_stored()

    def mutate(self, rng, number):
        """Replace up to three places by values of the corpus."""
        text = json.dumps({**self.good(f"random-{number}"), "x": 1, "y": [{"z": 2}]})
        if rng.random() < 0.7:
            text = json.dumps(self.good(f"random-{number}"))
        places = ('"/"', '"page_view"', '"path"', f'"partner_id": {self.partner.id}')
        for _change in range(rng.randrange(1, 4)):
            value, place = rng.choice(self.corpus), rng.choice(places)
            if place == '"path"' and not value.startswith('"'):
                continue
            if place.startswith('"partner_id"'):
                value = f'"partner_id": {value}'
            text = text.replace(place, value, 1)
        return text

    def test_bodies_cut_and_changed_anywhere(self):
        rng = random.Random(SEED)
        body = json.dumps({"events": [self.good("b1"), self.good("b2")]}).encode()
        for _round in range(60):
            data = bytearray(body)
            for _change in range(rng.randrange(1, 4)):
                place = rng.randrange(len(data))
                how = rng.randrange(3)
                if how == 0:
                    del data[place:]
                    break
                if how == 1:
                    data[place] = rng.randrange(256)
                else:
                    data[place:place] = bytes([rng.randrange(256)])
            if not data:
                continue
            answer = self.call("POST", PATH, token=self.token, data=bytes(data))
            self.assertIn(answer.status_code, (202, 400), bytes(data))

    def test_arbitrary_json(self):
        @settings(
            max_examples=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(values=st.lists(JSON_VALUES, min_size=1, max_size=20))
        def run(values):
            texts = [json.dumps(value) for value in values]
            texts += [
                self.broken(
                    f"h-{self.verdict_count}-{number}", FIELDS[number % 9], text
                )
                for number, text in enumerate(texts)
            ]
            self.post(texts)

        run()
        self.check_stored()
