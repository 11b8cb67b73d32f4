"""A DNS server on a local UDP port that answers from a dictionary.

``records[("shop.example", "TXT")] = ["v=spf1 mx -all"]``; a name that is not there does
not exist. ``faults[name]`` is ``servfail``, ``refused`` or ``silent``.
"""

import contextlib
import socket
import threading

from dns import flags, message, rcode, rdatatype, rrset

SECONDS_TO_LIVE = 60
_FAULTS = {"servfail": rcode.SERVFAIL, "refused": rcode.REFUSED}


class DnsPeer:
    def __init__(self, records=None):
        self.records = records or {}
        self.faults = {}
        self.asked = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.server = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self):
        # closing alone would not wake the thread that reads
        with contextlib.suppress(OSError):
            self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._socket.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                data, peer = self._socket.recvfrom(4096)
                if not data:
                    return
                answer = self._answer(message.from_wire(data))
                if answer:
                    self._socket.sendto(answer.to_wire(max_size=65535), peer)

    def _answer(self, query):
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        fault = self.faults.get(name)
        if fault == "silent":
            return None
        answer = message.make_response(query)
        answer.flags |= flags.RA
        values = self.records.get((name, kind))
        if fault:
            answer.set_rcode(_FAULTS[fault])
        elif values:
            texts = [_write(kind, value) for value in values]
            answer.answer.append(
                rrset.from_text(question.name, SECONDS_TO_LIVE, "IN", kind, *texts)
            )
        elif not any(known == name for known, _kind in self.records):
            answer.set_rcode(rcode.NXDOMAIN)
        return answer


def _write(kind, value):
    """Return a value as a zone file has it; long texts in pieces of 255 characters."""
    if kind != "TXT":
        return value
    pieces = [value[start : start + 255] for start in range(0, len(value), 255)]
    return " ".join('"{}"'.format(piece.replace('"', '\\"')) for piece in pieces)
