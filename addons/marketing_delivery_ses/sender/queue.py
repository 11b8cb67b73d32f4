"""Read events out of an SQS queue: at least once, in no order."""

from typing import NamedTuple
from urllib.parse import urlsplit

from odoo.addons.marketing_base.scrub import scrub_text
from odoo.addons.marketing_delivery.sender.http_link import Lost, NoLink

from . import partition
from .wire import NotBegun, NotWritten, Wire

AT_ONCE = 10  # what SQS hands out in one answer
WAIT = 2  # seconds: a long poll asks all of SQS's servers, a short one only some
HIDDEN = 120  # seconds that others do not see what was read and not yet deleted


class QueueProblem(Exception):
    """The queue cannot be read; says why in one line."""


class Letter(NamedTuple):
    text: str
    handle: str


class Queue:
    def __init__(self, account, url):
        parts = urlsplit(url)
        if region := partition.read_region("sqs", parts.hostname):
            account = account._replace(region=region)
        self._url = url
        self._wire = Wire("sqs", account, f"{parts.scheme}://{parts.netloc}")

    def receive(self):
        """Return up to ten :class:`Letter`, after a short wait when there are none."""
        values = self._call(
            "receive_message",
            MaxNumberOfMessages=AT_ONCE,
            WaitTimeSeconds=WAIT,
            VisibilityTimeout=HIDDEN,
        )
        found = values.get("Messages") or []
        return [Letter(item["Body"], item["ReceiptHandle"]) for item in found]

    def delete(self, letters):
        """Delete what is safely stored; what is left over comes again."""
        entries = [
            {"Id": str(number), "ReceiptHandle": letter.handle}
            for number, letter in enumerate(letters)
        ]
        self._call("delete_message_batch", Entries=entries)

    def count(self):
        """Return about how many wait; that proves access as well."""
        name = "ApproximateNumberOfMessages"
        values = self._call("get_queue_attributes", AttributeNames=[name])
        return int((values.get("Attributes") or {}).get(name, 0))

    def close(self):
        self._wire.close()

    def _call(self, operation, **values):
        try:
            self._wire.open()
            answer = self._wire.call(operation, QueueUrl=self._url, **values)
        except (NoLink, Lost, NotBegun, NotWritten) as error:
            raise QueueProblem(f"SQS: {error}") from error
        if answer.status != 200:
            text = f"{answer.status} {answer.code} {answer.text}".partition("\n")[0]
            raise QueueProblem(f"SQS: {scrub_text(text)}"[:250])
        return answer.values
