"""What a compiled template leaves open for each recipient."""

from dataclasses import dataclass, field
from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

from .grammar import Expression
from .problems import TemplateProblem

_lt = LazyTranslate(__name__)

MAX_LINKS = 500  # tracked links of one template


class ClickSlot(NamedTuple):
    """Tracked link: `position` counts the template's targets from 0."""

    position: int


class LinkSlot(NamedTuple):
    """Link made for the message: unsubscribe, view or pixel."""

    name: str


class ItemSlot(NamedTuple):
    """A field of a repeated row, e.g. item.name; only inside a repeat."""

    variable: str
    field: str
    expression: Expression
    is_url: bool = False


class UrlSlot(NamedTuple):
    """A link whose whole address is the value of a tag."""

    key: str


class ForSlot(NamedTuple):
    """Start of a repeat."""

    variable: str
    key: str


class IfSlot(NamedTuple):
    """Start of a conditional block."""

    condition: str


class EndSlot(NamedTuple):
    """End of the innermost open block."""

    start: object


@dataclass
class Sheet:
    """Slots, link targets and tags met while compiling all parts of one template."""

    tags: dict
    token: str
    slots: list = field(default_factory=list)
    targets: list = field(default_factory=list)
    labels: list = field(default_factory=list)
    used: set = field(default_factory=set)
    worst: int = 0  # steps that the blocks of a message can take

    def mark(self, slot):
        """The marker that stands for a slot until the part is split."""
        self.slots.append(slot)
        return f"{self.token}x{len(self.slots) - 1}z"

    def click(self, url, label):
        if len(self.targets) >= MAX_LINKS:
            message = _lt("There are more than %(limit)s links.", limit=MAX_LINKS)
            raise TemplateProblem(message, near=label or url)
        self.targets.append(url)
        self.labels.append(" ".join(label.split())[:120])
        return ClickSlot(len(self.targets) - 1)

    def click_at(self, position):
        return ClickSlot(position)
