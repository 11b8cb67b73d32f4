import os
from contextlib import closing

from odoo.tests import tagged

from ..sender import settings, smtp_pool
from ..sender.adapter import ACCEPTED, TRANSIENT, WITHHELD, Message
from ..sender.smtp import SmtpAdapter
from ..sender.smtp_pool import Pool
from ..sender.smtp_session import Server
from .sender_common import SenderCase
from .smtp_peer import Peer

CONTENT = "To: c@x.example\r\nX-SK: {key}\r\n\r\nHi\r\n"


@tagged("post_install", "-at_install")
class TestSmtpPool(SenderCase):
    def setUp(self):
        super().setUp()
        self.peer = Peer()
        self.addCleanup(self.peer.stop)
        self.server = Server("127.0.0.1", self.peer.port)
        self.pool = Pool()
        self.addCleanup(self.pool.clear, self.server)

    def _open(self, **values):
        return SmtpAdapter(self.server._replace(**values), pool=self.pool)

    def _submit(self, adapter, local="ok", begin=lambda _message: True):
        data = CONTENT.format(key=local).encode()
        message = Message(1, local, "s@a.example", f"{local}@peer.example", data)
        [outcome] = adapter.submit([message], begin)
        return outcome.kind

    def test_pumps_share_a_connection(self):
        for _pump in range(3):
            with closing(self._open()) as adapter:
                adapter.connect()
                self.assertEqual(self._submit(adapter), ACCEPTED)
        self.assertEqual((self.peer.connections, self.peer.noops), (1, 2))

    def test_each_user_has_one_of_his_own(self):
        first, second = self._open(), self._open()
        for adapter in (first, second):
            adapter.connect()
            self._submit(adapter)
        first.close()
        second.close()
        self.assertEqual(self.peer.connections, 2)
        self._open(user="shop", password="new").connect()
        self.assertEqual(self.peer.connections, 3)

    def test_a_dead_connection_is_not_used(self):
        with closing(self._open()) as adapter:
            adapter.connect()
        self.peer.drop_all()
        with closing(self._open()) as adapter:
            adapter.connect()
            self.assertEqual(self._submit(adapter), ACCEPTED)
        self.assertEqual(self.peer.connections, 2)
        self.peer.noop = "421 idle for too long"
        with closing(self._open()) as adapter:
            adapter.connect()
        self.assertEqual(self.peer.connections, 3)

    def test_only_a_connection_that_waits_is_kept(self):
        def fail(_message):
            raise OSError("disk full")

        for local, begin, kind in (
            ("content-drop", lambda _m: True, None),
            ("content-421", lambda _m: True, TRANSIENT),
            ("ok", lambda _m: False, WITHHELD),
            ("ok", fail, None),
        ):
            before = self.peer.connections
            adapter = self._open()
            adapter.connect()
            try:
                outcome = self._submit(adapter, local, begin)
            except OSError:
                outcome = None
            if kind:
                self.assertEqual(outcome, kind)
            adapter.close()
            with closing(self._open()) as adapter:
                adapter.connect()
                self.assertEqual(self._submit(adapter), ACCEPTED)
            self.assertEqual(self.peer.connections, before + 2, local)
            self.pool.clear(self.server)
        self.assertNotIn("", self.peer.accepted, "no QUIT became a message")

    def test_a_refused_message_leaves_a_good_connection(self):
        with closing(self._open()) as adapter:
            adapter.connect()
            self._submit(adapter, "rcpt-550")
        with closing(self._open()) as adapter:
            adapter.connect()
            self.assertEqual(self._submit(adapter), ACCEPTED)
        self.assertEqual(self.peer.connections, 1)

    def test_idle_connections_are_closed(self):
        self.patch(settings, "IDLE", 1000)
        self._open_and_close()
        self.pool.close_idle()
        self.assertEqual(len(self.pool._kept[self.server]), 1)
        self.patch(settings, "IDLE", 0)
        self.pool.close_idle()
        self.assertFalse(self.pool._kept)

    def test_not_more_than_enough_are_kept(self):
        self.patch(smtp_pool, "MAX_KEPT", 2)
        adapters = [self._open() for _number in range(4)]
        for adapter in adapters:
            adapter.connect()
        for adapter in adapters:
            adapter.close()
        self.assertEqual(len(self.pool._kept[self.server]), 2)

    def _open_and_close(self):
        with closing(self._open()) as adapter:
            adapter.connect()

    def test_a_child_process_leaves_its_parents_connection_alone(self):
        self.pool = smtp_pool.POOL
        self._open_and_close()
        pid = os.fork()
        if not pid:
            try:
                os._exit(0 if not self.pool._kept else 1)
            finally:
                os._exit(2)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        with closing(self._open()) as adapter:
            adapter.connect()
            self.assertEqual(self._submit(adapter), ACCEPTED)
        self.assertEqual((self.peer.connections, self.peer.quits), (1, 0))

    def test_testing_the_connection_opens_a_new_one(self):
        self.provider.mail_server_id.smtp_port = self.peer.port
        self.addCleanup(smtp_pool.POOL.clear, self.provider._prepare_smtp_server())
        self.provider.action_test_connection()
        self.provider.action_test_connection()
        self.assertEqual(self.peer.connections, 2)
        self.assertEqual(self.provider.state, "ok")
