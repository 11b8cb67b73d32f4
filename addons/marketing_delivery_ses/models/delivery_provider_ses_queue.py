import json
import re
import time
from contextlib import closing
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.marketing_delivery.sender import installation
from odoo.addons.marketing_delivery.sender.adapter import ProviderDown

from ..sender import partition, records
from .delivery_provider_ses import LOCAL_HOSTS, is_safe_url

PUMP_SECONDS = 50
PAUSE = 20  # seconds until an empty queue is asked again
_PATH = re.compile(r"/\d{12}/[\w-]{1,80}(?:\.fifo)?", re.A)


class DeliveryProviderSesQueue(models.Model):
    """The events of SES out of an SQS queue, which keeps them while we are away."""

    _inherit = "delivery.provider"

    ses_queue_url = fields.Char(
        "SQS Queue",
        copy=False,
        help="A queue that is subscribed to the topic: it keeps events for days while"
        " this server cannot be reached, where the topic alone gives up after a minute."
        " The access key or role also needs sqs:ReceiveMessage, sqs:DeleteMessage and"
        " sqs:GetQueueAttributes of it.",
    )
    ses_queue_read_at = fields.Datetime("Queue Read", readonly=True, copy=False)
    ses_queue_error = fields.Char(readonly=True, copy=False)

    @api.model
    def _get_audited_fields(self):
        return [*super()._get_audited_fields(), "ses_queue_url"]

    @api.constrains("ses_queue_url")
    def _check_ses_queue_url(self):
        for provider in self.filtered("ses_queue_url"):
            url = provider.ses_queue_url
            if not is_safe_url(url) or not _is_queue(url):
                raise ValidationError(
                    self.env._(
                        "The address of the queue looks like %(url)s.",
                        url="https://sqs.eu-west-1.amazonaws.com/123456789012/events",
                    )
                )

    def _try_ses_queue(self):
        """Return what is wrong with the queue, and how many events wait in it."""
        if not self.ses_queue_url:
            return None, None
        from ..sender.queue import Queue, QueueProblem

        try:
            with closing(
                Queue(self._prepare_ses_account(), self.ses_queue_url)
            ) as queue:
                number = queue.count()
        except QueueProblem as problem:
            self.sudo().ses_queue_error = str(problem)  # sudo: as the other result
            return str(problem), None
        self.sudo().ses_queue_error = False  # sudo: as above
        return None, number

    # === POLL ===#

    @api.model
    def _cron_read_ses_queues(self):
        """See to it that each queue is being read; an idle one asks every 20 s."""
        for provider in self.search(
            [("provider_type", "=", "ses"), ("ses_queue_url", "!=", False)]
        ):
            self.env["marketing.job"]._enqueue(
                self._name,
                "_pump_read_ses_queue",
                {"provider_id": provider.id},
                key=f"ses-queue:{provider.id}",
                kind="pump",
                queue="deliver",
            )

    @api.model
    def _pump_read_ses_queue(self, provider_id):
        """Store what is in the queue, commit, and only then delete it there.

        What was stored and not deleted comes again and counts once. A restored copy
        of the database reads nothing: it would take the original's events.
        """
        from ..sender.queue import Queue, QueueProblem

        deadline = time.monotonic() + PUMP_SECONDS
        try:
            with self._open_ses_transaction(provider_id) as provider:
                if not provider or not provider._may_read_ses_queue():
                    return None
                queue = Queue(provider._prepare_ses_account(), provider.ses_queue_url)
            with closing(queue):
                while time.monotonic() < deadline:
                    letters = queue.receive()
                    self._note_ses_queue(provider_id, letters)
                    if not letters:
                        return PAUSE
                    queue.delete(letters)
                    self.env["marketing.job"]._note_progress()
        except (QueueProblem, ProviderDown) as problem:
            self._note_ses_queue(provider_id, error=str(problem))
            return None  # the cron asks again in a minute
        return True

    def _may_read_ses_queue(self):
        if not self.active or not self.ses_queue_url:
            return False
        return not installation.find_problem(self.env.cr)

    def _note_ses_queue(self, provider_id, letters=(), error=False):
        """Store letters and what came of the reading in one transaction."""
        with self._open_ses_transaction(provider_id) as provider:
            if not provider:
                return
            provider._store_ses_letters([letter.text for letter in letters])
            provider.ses_queue_error = error
            if not error:
                provider.ses_queue_read_at = fields.Datetime.now()

    def _store_ses_letters(self, texts):
        """Keep them as webhooks: one for all, and one for each that cannot be read."""
        readable, other = [], []
        for text in texts:
            try:
                message = json.loads(text)
                records.parse_told(message)
                readable.append(message)
            except (ValueError, RecursionError):
                other.append(text.encode())
        bodies = [json.dumps(readable).encode()] if readable else []
        webhooks = self.env["delivery.webhook"]
        for body in (*bodies, *other):
            webhooks._store(self, body).is_from_queue = True


def _is_queue(url):
    parts = urlsplit(url)
    region = partition.read_region("sqs", parts.hostname)
    is_place = parts.hostname in LOCAL_HOSTS or bool(region)
    return is_place and bool(_PATH.fullmatch(parts.path))
