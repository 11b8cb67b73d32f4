import re

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open

from ..sender.gate import RETURNING

_GIVEN = re.compile(
    r"""Unsendable\(\s*"(\w+)" | _fail\(row_id,\ "(\w+)" | THEN\ '(\w+_lost)'
      | Answer\(\s*row_id,\ "\w+",\ "(\w+)" """,
    re.VERBOSE,
)
_SOURCES = ("composer", "answers", "outbox")


@tagged("post_install", "-at_install")
class TestReasons(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.messages = cls.env["campaign.recipient"]
        cls.labels = cls.messages._get_reason_labels()

    def test_each_reason_of_the_gate_has_words(self):
        reasons = {name for name, _sql in self.messages._gate_conditions()}
        reasons |= {"no_consent", "unsubscribed", "blacklisted", "paused_by_person"}
        reasons |= {"topic_opt_out", "frequency_cap", "quiet_hours"}
        self.assertFalse(reasons - set(RETURNING) - set(self.labels))

    def test_each_reason_of_the_sender_has_words(self):
        found = set()
        for name in _SOURCES:
            with file_open(f"marketing_delivery/sender/{name}.py") as source:
                for words in _GIVEN.findall(source.read()):
                    found |= set(filter(None, words))
        self.assertGreater(found, {"no_data", "rejected", "no_answer", "lease_lost"})
        self.assertFalse(found - set(self.labels))

    def test_an_unknown_reason_is_shown_as_it_is(self):
        words = self.messages._describe_reason("moon_is_full", self.labels)
        self.assertEqual(words, "Moon is full")
        self.assertEqual(self.messages._describe_reason(False, self.labels), "")
