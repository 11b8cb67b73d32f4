from unittest.mock import patch

from odoo.tests import tagged

from ..sender import progress
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestProgress(SenderCase):
    """Screens hear of a campaign once in two seconds, however many connections send."""

    def setUp(self):
        super().setUp()
        self.told, self.moment = [], 1000.0
        self.enterContext(patch.dict(progress._next, clear=True))
        self.enterContext(patch.object(progress.time, "monotonic", lambda: self.moment))
        self.enterContext(self.enter_registry_test_mode())
        groups = type(self.env["res.groups"])
        self.patch(groups, "_bus_send", lambda _group, *values: self._hear(values))

    def _hear(self, values):
        self.told.append(values)

    def _announce(self, campaign_id, seconds=0):
        """Announce from two connections; return of which campaigns screens heard."""
        self.moment += seconds
        self.told.clear()
        for _connection in range(2):
            progress.Progress(self.env.registry, campaign_id).announce()
        heard = [load["id"] for name, load in self.told if name == progress.MESSAGE]
        self.assertEqual(len(heard) % len(progress.GROUPS), 0)
        return heard[:: len(progress.GROUPS)]

    def test_once_for_all_connections(self):
        self.assertEqual(self._announce(7), [7])
        self.assertEqual(self._announce(7), [])
        self.assertEqual(self._announce(8), [8], "another campaign")
        self.assertEqual(self._announce(7, progress.PAUSE - 0.1), [])
        self.assertEqual(self._announce(7, 0.1), [7])

    def test_it_forgets_campaigns_that_are_over(self):
        for campaign_id in range(5):
            self._announce(campaign_id)
        self._announce(9, progress.PAUSE)
        self.assertEqual([key[1] for key in progress._next], [9])
