"""What a merge tag is; the registry that fills in the list is models/merge_tag.py."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo.tools.translate import LazyTranslate

from .problems import TemplateProblem

_lt = LazyTranslate(__name__)

# no leading, trailing or double underscore: neither a private Python name nor our
# own "__raw" suffix can be spelled
NAME = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
NAME_RE = re.compile(NAME)
RAW = "__raw"  # context key of the number or date behind a formatted text
MAX_ITEMS = 50  # rows of a list tag that a template may repeat

# kinds whose context holds the formatted text and, under key + RAW, the value itself
FORMATTED = frozenset({"integer", "number", "money", "date", "choice"})


@dataclass(frozen=True, eq=False)
class Tag:
    """One merge tag.

    `source` is an SQL expression over the aliases target, partner, company and those
    of `joins` (keys of the registry's joins); a tag of kind "link" names a method of
    the recipient's links there. `fields` describes the rows of a list, `choices` the
    words for the values of a choice. Kinds: text, multiline, integer, number, money,
    date, choice, url, link, list. `tracked_by` of a url names the tag that holds the
    position of its tracked link, if the message has one. `help` says where the value
    comes from and who has none. Nobody is offered a `hidden` tag.
    """

    key: str
    label: str
    sample: object
    kind: str = "text"
    source: str = ""
    joins: tuple[str, ...] = ()
    fields: Mapping[str, "Tag"] = field(default_factory=dict)
    choices: Mapping[str, object] = field(default_factory=dict)
    tracked_by: str = ""
    hidden: bool = False
    help: object = ""


def get_tag(tags, key):
    """The tag, or a TemplateProblem that suggests the nearest names."""
    tag = tags.get(key)
    if tag is None:
        raise TemplateProblem(_unknown_message(tags, key[:60]), near=key)
    return tag


def _unknown_message(tags, key):
    # labels in English: a problem is found where no language is known yet
    labels = (str(getattr(tag.label, "_source", tag.label)) for tag in tags.values())
    known = [*tags, *(label.lower() for label in labels)]
    keys = [*tags, *tags]
    near = difflib.get_close_matches(key.lower(), known, n=3, cutoff=0.5)
    names = dict.fromkeys(keys[known.index(name)] for name in near)
    if not names:
        return _lt("There is no tag “%(tag)s”.", tag=key)
    return _lt(
        "There is no tag “%(tag)s”. Did you mean %(names)s?",
        tag=key,
        names=", ".join(names),
    )
