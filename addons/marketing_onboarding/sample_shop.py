"""The made-up shop: who buys, what, and in which rhythm. Nothing here is random, so
that two loads look the same and RFM has something to tell apart.
"""

from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

#: key -> name
CATEGORIES = {
    "coffee": _lt("Coffee (sample)"),
    "tea": _lt("Tea (sample)"),
    "kitchen": _lt("Kitchen (sample)"),
}
#: (category, name, price)
PRODUCTS = (
    ("coffee", _lt("House blend, 250 g (sample)"), 7.9),
    ("coffee", _lt("Espresso, 1 kg (sample)"), 24.9),
    ("coffee", _lt("Decaf, 250 g (sample)"), 8.5),
    ("tea", _lt("Earl Grey, 100 g (sample)"), 6.5),
    ("tea", _lt("Sencha, 100 g (sample)"), 9.9),
    ("tea", _lt("Mint leaves, 50 g (sample)"), 4.8),
    ("kitchen", _lt("Pour-over kettle (sample)"), 39.0),
    ("kitchen", _lt("Stoneware mug (sample)"), 12.0),
)
COST_SHARE = 0.45

_FIRST = (
    "Amara Anton Beatriz Bilal Carla Cedric Dana Dmitri Elena Emil Farah Felix Greta"
    " Hamid Hanna Igor Ines Jonas Julia Kamal Karin Lars Leila Luca Maja Marek Mina"
    " Nadia Nils Olga Omar Paula Pedro Quentin Rania Rosa Samir Selma Sofia Tariq"
    " Tessa Ugo Vera Viktor Wanda Xenia Yusuf Zoe"
).split()
_LAST = "Abel Brandt Costa Dahl Evans Fischer Grau Haas Ivers Janssen Kovac".split()


class Rhythm(NamedTuple):
    """How the customers of one kind buy; days are counted back from today."""

    customers: int
    orders: int
    last: int
    between: int
    lines: int


RHYTHMS = (
    Rhythm(customers=6, orders=9, last=2, between=38, lines=3),  # the best
    Rhythm(customers=8, orders=6, last=16, between=50, lines=2),  # loyal
    Rhythm(customers=7, orders=1, last=4, between=0, lines=2),  # new
    Rhythm(customers=7, orders=3, last=62, between=80, lines=2),  # fading
    Rhythm(customers=9, orders=6, last=170, between=62, lines=3),  # at risk
    Rhythm(customers=8, orders=2, last=330, between=120, lines=1),  # lost
    Rhythm(customers=3, orders=0, last=0, between=0, lines=0),  # never bought
)


class Order(NamedTuple):
    """An order of the customer with this number."""

    customer: int
    days_ago: int
    hour: int
    lines: tuple  # (number of the product, quantity)


def customers():
    """Return [(first name, last name)]."""
    return [(first, _LAST[i % len(_LAST)]) for i, first in enumerate(_FIRST)]


def orders():
    """Return the orders, oldest first."""
    made, number = [], 0
    for rhythm in RHYTHMS:
        for place in range(rhythm.customers):
            made += _orders_of(number, place, rhythm)
            number += 1
    return sorted(made, key=lambda order: (-order.days_ago, order.customer))


def _orders_of(number, place, rhythm):
    for turn in range(rhythm.orders):
        yield Order(
            number,
            rhythm.last + 2 * place + turn * rhythm.between,
            8 + (number + 3 * turn) % 12,
            tuple(_lines(number, turn, rhythm.lines)),
        )


def _lines(number, turn, count):
    """Each customer prefers one category, and looks at others now and then."""
    for line in range(count):
        product = (3 * (number % 3) + line + turn) % len(PRODUCTS)
        if line == 0:
            product = (3 * (number % 3) + turn % 2) % len(PRODUCTS)
        yield product, 1 + (number + turn + line) % 3
