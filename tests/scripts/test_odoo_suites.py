"""Odoo's own tests without and with our addons: what counts as a difference."""

import pytest

from runtime import odoo_suites, report

HEAD = "2026-11-21 11:00:00,123 42"
LOG = f"""\
{HEAD} INFO db odoo.addons.sale.tests.test_flow: Starting TestFlow.test_a ...
{HEAD} INFO db odoo.addons.sale.tests.test_flow: Starting TestFlow.test_b ...
{HEAD} ERROR db odoo.addons.sale.tests.test_flow: FAIL: TestFlow.test_b
Traceback (most recent call last):
  File "x.py", line 1, in test_b
AssertionError: Starting TestFlow.test_z ...
{HEAD} INFO db odoo.addons.sale.tests.test_flow: Starting TestFlow.test_c ...
{HEAD} ERROR db odoo.addons.sale.tests.test_flow: ERROR: Subtest TestFlow.test_c (n=1)
{HEAD} ERROR db odoo.addons.sale.tests.test_flow: ERROR: Subtest TestFlow.test_c (n=2)
{HEAD} INFO db odoo.addons.sale.tests.test_ui: Starting TestUi.test_tour ...
{HEAD} INFO db odoo.addons.sale.tests.test_ui: skipped TestUi.test_tour : no browser
{HEAD} INFO db odoo.modules.loading: Starting nothing ...
{HEAD} ERROR db odoo.addons.sale.models.sale: ERROR: not a test
"""
FLOW = "odoo.addons.sale.tests.test_flow: TestFlow."


@pytest.fixture
def outcome(tmp_path):
    log = tmp_path / "log"
    log.write_text(LOG)
    return odoo_suites.read_log(log)


def test_log_is_read(outcome):
    assert {name.removeprefix(FLOW) for name in outcome.failed} == {"test_b", "test_c"}
    assert len(outcome.started) == 4
    assert [name.split(": ")[1] for name in outcome.skipped] == ["TestUi.test_tour"]


def make(started="", failed="", skipped=""):
    return odoo_suites.Outcome(*(set(names) for names in (started, failed, skipped)))


@pytest.mark.parametrize(
    ("plain", "ours", "differ"),
    [
        (make("abc", "a"), make("abc", "a"), False),
        (make("abc", "ab"), make("abc", "a"), False),
        (make("abc"), make("abcd"), False),
        (make("abc"), make("abc", "c"), True),
        (make("abc"), make("ab"), True),
        (make("abc"), make("abc", "", "c"), True),
    ],
)
def test_only_what_our_addons_change_counts(plain, ours, differ):
    assert odoo_suites.report(plain, ours) == int(differ)


def test_both_lists_are_printed(capsys):
    odoo_suites.report(make("abc", "a"), make("abc", "ac"))
    text = capsys.readouterr().out
    assert "(baseline):\n  a\n" in text
    assert "ONLY WITH OUR ADDONS:\n  c\n" in text
    assert "There is a difference." in text


def test_an_odoo_without_tests_proves_nothing(tmp_path, monkeypatch):
    (tmp_path / "addons" / "sale").mkdir(parents=True)
    source = odoo_suites.odoo.OdooSource(tmp_path, (tmp_path / "addons",), None)
    monkeypatch.setattr(odoo_suites.odoo, "find", lambda: source)
    with pytest.raises(report.SetupError, match=r"no tests for 'sale'.*ODOO_HOME"):
        odoo_suites._require_tests(["sale"])
