from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

PARTS = {
    "subject": _lt("Subject"),
    "preview": _lt("Preview text"),
    "html": _lt("Body"),
    "text": _lt("Plain text"),
}


class TemplateProblem(Exception):
    """Something in a template that a person has to change.

    `message` is translatable, `part` is a key of PARTS (or None), `line` counts
    from 1 (or None) and `near` is the text beside the mistake.
    """

    def __init__(self, message, part=None, line=None, near=""):
        super().__init__(message)
        self.message = message
        self.part = part
        self.line = line
        self.near = " ".join(near.split())[:60]

    def describe(self, translate=str):
        """Message with its place: `Body, line 3, near “…”: what is wrong`.

        `translate` turns a lazy text into the reader's language (env._).
        """
        pieces = [PARTS[self.part]] if self.part else []
        if self.line and self.part in ("html", "text"):
            pieces.append(_lt("line %(line)s", line=self.line))
        if self.near:
            pieces.append(_lt("near “%(text)s”", text=self.near))
        place = ", ".join(translate(piece) for piece in pieces)
        message = translate(self.message)
        return f"{place}: {message}" if place else message

    def __str__(self):
        return self.describe()

    def at(self, part, line=None, near=""):
        """The same problem with the place filled in where it was still unknown."""
        self.part = self.part or part
        self.line = self.line or line
        self.near = self.near or " ".join(near.split())[:60]
        return self
