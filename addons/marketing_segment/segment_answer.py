"""Why a rule says yes or no: the answer of each part, and which parts decide."""

from typing import NamedTuple

from .segment_tree import Group, answer_tree


class Fact(NamedTuple):
    """What membership takes besides the conditions of a rule; a leaf of the tree."""

    key: str
    answer: bool


class Line(NamedTuple):
    """One part of a tree: a group, a condition or a fact."""

    node: object
    depth: int
    answer: bool
    decides: bool


def lay_out(node, answer, depth=0, decides=True):
    """Yield a line for `node` and each part below it, as they stand in the rule.

    The deciding leaves are enough: whatever the others said, the whole would say the
    same. One part that settles its group decides it; without one, all parts together.

    :param answer: says of each leaf whether the customer meets it
    """
    yield Line(node, depth, answer_tree(node, answer), decides)
    if not isinstance(node, Group):
        return
    settling = node.logic in ("any", "none")
    answers = [answer_tree(part, answer) for part in node.parts]
    is_settled = settling in answers
    for part, said in zip(node.parts, answers, strict=True):
        part_decides = decides and (not is_settled or said is settling)
        yield from lay_out(part, answer, depth + 1, part_decides)
