#!/usr/bin/env python3
"""An SMTP server that accepts everything as fast as asyncio can; prints its port.

python3 smtp_sink.py [LOG] [--delay SECONDS] [--no-pipelining]

LOG gets the send key of each message, at its dot. With a delay each answer comes that
much later, as from a relay that thinks or is far away.
"""

import argparse
import asyncio
import selectors


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log", nargs="?", type=argparse.FileType("ab", bufsize=0))
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--no-pipelining", action="store_true")
    return parser.parse_args()


OPTIONS = _parse()
LOG = OPTIONS.log
HELLO = b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
if OPTIONS.no_pipelining:
    HELLO = b"250-sink\r\n250 8BITMIME\r\n"


class Sink(asyncio.Protocol):
    """Answers each command, and counts a message at the final dot."""

    def connection_made(self, transport):
        self._transport = transport
        self._buffer = b""
        self._in_content = False
        transport.write(b"220 sink\r\n")

    def _say(self, data):
        if OPTIONS.delay:
            loop = asyncio.get_running_loop()
            loop.call_later(OPTIONS.delay, self._transport.write, data)
        else:
            self._transport.write(data)

    def data_received(self, data):
        self._buffer += data
        while self._take():
            pass

    def _take(self):
        end = b"\r\n.\r\n" if self._in_content else b"\r\n"
        head, found, rest = self._buffer.partition(end)
        if not found:
            return False
        self._buffer = rest
        if self._in_content:
            self._in_content = False
            if LOG:
                LOG.write(head.partition(b"X-SK: ")[2].partition(b"\r\n")[0] + b"\n")
            self._say(b"250 Ok: queued as 12345\r\n")
        else:
            self._answer(head[:4].upper())
        return True

    def _answer(self, verb):
        if verb == b"EHLO":
            self._say(HELLO)
        elif verb == b"DATA":
            self._in_content = True
            self._say(b"354 go on\r\n")
        elif verb == b"QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
        else:
            self._say(b"250 ok\r\n")


def make_loop():
    """Return a loop that waits to the microsecond.

    asyncio's epoll rounds each wait up to the next millisecond, which would add half of
    one to every answer.
    """
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(main())
