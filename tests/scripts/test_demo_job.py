"""The demo's parts that need no server: people, mails, sessions, arguments."""

import argparse
import datetime
import io
import json

import pytest

from demo_job import load_stores, names, shoppers, web
from runtime import demo

MESSAGE = """\
From: Corner Market <hello@example.com>
To: =?utf-8?q?Zo=C3=AB_Diaz?= <zoe.diaz.7@customers.example.com>
Subject: =?utf-8?q?Zo=C3=AB=2C_thank_you?=
List-Unsubscribe: <http://localhost:1/mm/1/TOKEN>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

Hello
--b
Content-Type: text/html; charset=utf-8

<a href="http://localhost:1/mm/c/one?a=1&amp;b=2">x</a>
<a href="http://localhost:1/mm/u/TOKEN">leave</a>
<img src="http://localhost:1/mm/o/pix.gif"/>
--b--
"""


def test_people_are_always_the_same_and_some_have_no_address():
    people = [names.person(number) for number in range(1, 400)]
    assert people == [names.person(number) for number in range(1, 400)]
    addresses = [address for _name, address in people if address]
    assert len(set(addresses)) == len(addresses)
    assert len(addresses) == 399 - 10
    assert all(address.isascii() for address in addresses)


@pytest.fixture
def kept(tmp_path):
    (tmp_path / "0000001-zoe.eml").write_text(MESSAGE)
    (tmp_path / "0000002-old.eml").write_text(MESSAGE)
    return tmp_path


def test_a_kept_mail_is_read_as_its_recipient_sees_it(kept):
    (mail,) = shoppers.read_mails(kept, {"0000002-old.eml"})
    assert mail.address == "zoe.diaz.7@customers.example.com"
    assert mail.subject == "Zoë, thank you"
    assert mail.links == ["http://localhost:1/mm/c/one?a=1&b=2"]
    assert mail.pixel == "http://localhost:1/mm/o/pix.gif"
    assert mail.unsubscribe == "http://localhost:1/mm/1/TOKEN"


def test_the_mood_of_a_recipient_does_not_change(kept):
    first, second = shoppers.read_mails(kept, set())
    assert first.mood == second.mood
    assert 0 <= first.mood < 1


def test_waiting_ends_when_ready_or_when_time_is_over():
    answers = iter([False, True])
    assert shoppers.wait_until(lambda: next(answers), 5, pause=0)
    assert not shoppers.wait_until(lambda: False, 0.05, pause=0.01)


def test_a_server_error_is_told_in_its_own_words(monkeypatch):
    reply = {"error": {"message": "Odoo Server Error", "data": {"message": "No one"}}}

    class Opener:
        def open(self, _request, timeout):
            return io.BytesIO(json.dumps(reply).encode())

    monkeypatch.setattr(web.urllib.request, "build_opener", lambda *_parts: Opener())
    with pytest.raises(web.WebError, match="No one"):
        web.WebSession("http://localhost:1", "db", "a", "b")


@pytest.mark.parametrize("given", ["all", "10", "500", "2469"])
def test_a_number_of_households_is_accepted(given):
    assert demo._households(given) == given


@pytest.mark.parametrize("given", ["", "0", "9", "2470", "-5", "many", "1e3"])
def test_a_wrong_number_of_households_says_what_is_right(given):
    with pytest.raises(argparse.ArgumentTypeError, match="10 to 2469"):
        demo._households(given)


class Numbered:
    def __init__(self, number):
        self.id = number


def test_a_result_of_printed_mail_says_what_is_worked_out():
    row = {"store_id": "288", "kind": "Type B", "department": "Grocery"}
    row |= {"period_start": "2017-03-03", "period_end": "2017-04-09"}
    row |= {"pieces": "10", "responses": "2", "revenue": "51.20"}
    values = load_stores._prepare_result(
        row,
        {"288": Numbered(4)},
        {("Type B", "Grocery"): Numbered(7)},
        datetime.timedelta(weeks=1),
    )
    assert (values["store_id"], values["creative_id"]) == (4, 7)
    assert values["period_start"] == datetime.date(2017, 3, 10)
    assert values["conversions"] == values["responses"] == 2
    assert values["cost"] == 4.6
    assert values["is_derived"] and "cost" in values["derived_note"]


def test_each_kind_of_piece_has_falling_prices():
    for _name, breaks, postage in load_stores.PIECES.values():
        prices = [price for _least, price in breaks]
        assert prices == sorted(prices, reverse=True) and postage > 0
