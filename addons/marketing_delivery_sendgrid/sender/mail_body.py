"""From messages to the body of one request (v3 ``mail/send``).

SendGrid's library writes the fixed part. The part of each recipient is a plain
dictionary: as objects of the library it would cost more than all the rest. Nor does it
send: it opens a connection for each request, follows redirects and has no timeout.
"""

import json
import secrets

from sendgrid.helpers.mail import (
    Category,
    ClickTracking,
    Ganalytics,
    Mail,
    MailSettings,
    OpenTracking,
    SandBoxMode,
    SubscriptionTracking,
    TrackingSettings,
)

MAX_SUBSTITUTIONS = 10_000  # bytes for one recipient; some pages of theirs say 50,000


class BodyBuilder:
    """Writes the requests of one sender.

    What the recipients share goes into a request once, with marks like ``-mm0.1f3c-``
    where a value is filled in. The random half is not known outside, so that no
    customer can have a name that is a mark.
    """

    def __init__(self, *, sandbox=False):
        self._sandbox = sandbox
        self._random = secrets.token_hex(4)
        self._marks = []
        self._heads = {}

    def can_share(self, message):
        """Return whether the values of a message fit beside others in a request."""
        content = message.parts.content
        if content.skeleton is None:
            return False
        marks = self._get_marks(len(content.values))
        size = sum(len(mark) for mark in marks)
        size += sum(len(value.encode()) for value in content.values)
        return size <= MAX_SUBSTITUTIONS

    def build(self, messages):
        """Return the body as bytes; several messages share their skeleton."""
        first = messages[0]
        shares = len(messages) > 1 or self.can_share(first)
        head = self._get_head(first) if shares else self._prepare_head(first)
        people = [self._prepare_person(message, shares) for message in messages]
        return json.dumps({**head, "personalizations": people}).encode()

    def _get_marks(self, number):
        while len(self._marks) < number:
            self._marks.append(f"-mm{len(self._marks)}.{self._random}-")
        return self._marks[:number]

    # === WHAT ALL SHARE ===#

    def _get_head(self, message):
        """Return the fixed part for messages with this skeleton, made once."""
        parts = message.parts
        skeleton = parts.content.skeleton
        key = (skeleton, message.sender, parts.from_name, parts.reply_to, parts.tags)
        if key not in self._heads:
            marks = self._get_marks(len(parts.content.values))
            html, text = skeleton.fill(marks)
            content = parts.content._replace(html=html, text=text)
            marked = message._replace(parts=parts._replace(content=content))
            self._heads[key] = self._prepare_head(marked)
        return self._heads[key]

    def _prepare_head(self, message):
        parts = message.parts
        mail = Mail()
        for tag in parts.tags:
            mail.add_category(Category(tag))
        mail.tracking_settings = _switch_off_tracking()
        if self._sandbox:
            mail.mail_settings = MailSettings(sandbox_mode=SandBoxMode(enable=True))
        # names and texts as they are: the library would read addresses out of the
        # first, and refuse some of the second when it is too late
        head = {**mail.get(), "from": _name(message.sender, parts.from_name)}
        if parts.reply_to:
            head["reply_to"] = _name(parts.reply_to, None)
        texts = ("text/plain", parts.content.text), ("text/html", parts.content.html)
        head["content"] = [
            {"type": kind, "value": text} for kind, text in texts if text
        ]
        return head

    # === WHAT ONE HAS ALONE ===#

    def _prepare_person(self, message, shares):
        parts = message.parts
        person = {
            "to": [_name(message.address, parts.to_name)],
            "subject": parts.content.subject,
            "headers": dict(parts.headers),
            # stored by SendGrid for ever: a random key and nothing of the person
            "custom_args": {"sk": message.send_key},
        }
        if shares and parts.content.values:
            marks = self._get_marks(len(parts.content.values))
            person["substitutions"] = dict(
                zip(marks, parts.content.values, strict=True)
            )
        return person


def _name(address, name):
    """Return an address with its name; SendGrid splits names at these two signs."""
    if not name:
        return {"email": address}
    return {"email": address, "name": f'"{name}"' if set(",;") & set(name) else name}


def _switch_off_tracking():
    """Our own pixel and links count; theirs would rewrite our signed ones."""
    settings = TrackingSettings()
    settings.click_tracking = ClickTracking(enable=False, enable_text=False)
    settings.open_tracking = OpenTracking(enable=False)
    settings.subscription_tracking = SubscriptionTracking(enable=False)
    settings.ganalytics = Ganalytics(enable=False)
    return settings
