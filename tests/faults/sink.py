"""A real SMTP server in its own process, with a log nobody else writes.

Usage: sink.py LOG DELAY. Prints its port. The log has one line ``send_key address
others message_id`` for each message, written at the final dot, before the answer;
``others`` are the messages that other connections wait for.
"""

import asyncio
import sys

from aiosmtpd.smtp import SMTP


class Handler:
    def __init__(self, log, delay):
        self._log = log
        self._delay = delay
        self._waiting = 0

    async def handle_DATA(self, server, session, envelope):
        head = envelope.content.split(b"\r\n\r\n", 1)[0].decode()
        lines = head.split("\r\n")
        keys = [line[6:] for line in lines if line.startswith("X-SK: ")]
        names = [line[12:] for line in lines if line.startswith("Message-ID: ")]
        words = (*keys, envelope.rcpt_tos[0], self._waiting, *names)
        self._log.write(" ".join(map(str, words)) + "\n")
        self._log.flush()
        self._waiting += 1
        try:
            await asyncio.sleep(self._delay)
        finally:  # also when the other side was killed
            self._waiting -= 1
        return "250 2.0.0 Ok: queued as 4F2A1B"


async def main(path, delay):
    with open(path, "a") as log:
        handler = Handler(log, delay)
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(handler), "127.0.0.1", 0
        )
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
