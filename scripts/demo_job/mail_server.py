"""A mail server that keeps every message as a file (runs in the tools environment).

Usage: mail_server.py PORT FOLDER. Files are named ``<number>-<recipient>.eml``.
"""

import asyncio
import itertools
import re
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP


class Keeper:
    """Writes each accepted message before the sender hears "250"."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        numbers = [int(file.name.split("-")[0]) for file in folder.glob("*-*.eml")]
        self.numbers = itertools.count(max(numbers, default=0) + 1)

    async def handle_DATA(self, server, session, envelope):
        for address in envelope.rcpt_tos:
            safe = re.sub(r"[^\w.@+-]", "_", address)
            name = f"{next(self.numbers):07d}-{safe}.eml"
            aside = self.folder / f".{name}"
            aside.write_bytes(envelope.original_content)
            aside.rename(self.folder / name)
        return "250 Message kept"


async def serve(port: int, folder: Path) -> None:
    keeper = Keeper(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="localhost", enable_SMTPUTF8=True),
        host="127.0.0.1",
        port=port,
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
