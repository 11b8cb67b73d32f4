"""A real SMTP server in its own process, with a log nobody else writes.

Usage: sink.py LOG DELAY. Prints its port. The log has one line ``send_key address``
for each message, written at the final dot, before the answer.
"""

import asyncio
import sys

from aiosmtpd.smtp import SMTP


class Handler:
    def __init__(self, log, delay):
        self._log = log
        self._delay = delay

    async def handle_DATA(self, server, session, envelope):
        head = envelope.content.split(b"\r\n\r\n", 1)[0].decode()
        keys = [line[6:] for line in head.split("\r\n") if line.startswith("X-SK: ")]
        self._log.write(f"{' '.join(keys)} {envelope.rcpt_tos[0]}\n")
        self._log.flush()
        await asyncio.sleep(self._delay)
        return "250 2.0.0 Ok: queued as 4F2A1B"


async def main(path, delay):
    with open(path, "a") as log:
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(Handler(log, delay)), "127.0.0.1", 0
        )
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
