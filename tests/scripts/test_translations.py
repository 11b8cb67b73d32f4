"""The translation templates as files: whole, without dates, and nothing forgotten.

What the sources say is read here without Odoo, so that a text that the exporter does
not see is noticed too. ``tests/translations`` compares with Odoo's exporter.
"""

import ast
import re

import polib
import pytest

from runtime import databases, paths, translations

# what a person would read, in the order of Odoo's ways to mark it
_JAVASCRIPT = re.compile(r'\b_t\(\s*(?P<text>"(?:[^"\\\n]|\\.)*")\s*[,)]')
_MARKS = {"_", "_lt"}
HEADER = """\
# Translation of Odoo Server.
msgid ""
msgstr ""
"Project-Id-Version: Odoo Server 19.0-20260102\\n"
"POT-Creation-Date: 2026-01-02 03:04+0000\\n"
"PO-Revision-Date: 2026-01-02 03:04+0000\\n"
"MIME-Version: 1.0\\n"
"""
ENTRY = """
#. module: shop
#: code:addons/shop/models/shop.py:0
msgid "Two\\n"
"lines"
msgstr ""
"""


def marked_in_python(source):
    """Yield the literal texts of ``self.env._("…")``, ``_("…")`` and ``_lt("…")``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", None))
            first = node.args[0]
            if (
                name in _MARKS
                and isinstance(first, ast.Constant)
                and isinstance(first.value, str)
            ):
                yield first.value


def marked_in_javascript(source):
    for found in _JAVASCRIPT.finditer(source):
        yield ast.literal_eval(found["text"])


def marked(addon):
    folder = paths.ADDONS / addon
    for path in folder.rglob("*.py"):
        yield from marked_in_python(path.read_text())
    for path in (folder / "static" / "src").rglob("*.js"):
        yield from marked_in_javascript(path.read_text())


@pytest.mark.parametrize("addon", databases.suite_addons())
def test_every_marked_text_is_in_the_template(addon):
    known = {entry.msgid for entry in polib.pofile(translations.stored(addon))}
    missing = sorted({text for text in marked(addon) if text.strip()} - known)
    assert not missing, f"run scripts/translate: {missing[:5]}"


@pytest.mark.parametrize("addon", databases.suite_addons())
def test_a_template_names_no_day_and_translates_nothing(addon):
    template = polib.pofile(translations.stored(addon))
    assert template, "an addon without a single text has no template: run it again"
    assert not {"POT-Creation-Date", "PO-Revision-Date"} & set(template.metadata)
    assert template.metadata["Project-Id-Version"] == "Odoo Server 19.0"
    assert not [entry.msgid for entry in template if entry.msgstr]


def test_the_same_terms_make_the_same_file_on_another_day():
    other = HEADER.replace("20260102", "20270304").replace("2026-01-02", "2027-03-04")
    assert translations.settle(HEADER) == translations.settle(other)
    assert "Odoo Server 19.0\\n" in translations.settle(HEADER)
    assert "Date" not in translations.settle(HEADER)
    assert "MIME-Version" in translations.settle(HEADER)


def test_a_difference_is_named():
    old, new = HEADER + ENTRY, HEADER + ENTRY.replace("lines", "rows")
    assert translations.terms(old) == {"Two\\nlines"}
    said = translations.describe(old, new)
    assert "1 missing (Two\\nrows)" in said
    assert "1 no longer used (Two\\nlines)" in said
    assert "other places" in translations.describe(old, old)
    assert "1 missing" in translations.describe("", old)


def test_marks_are_found():
    python = 'raise UserError(self.env._("A %(b)s", b=1)); C = _lt("D" "E"); f("no")'
    assert sorted(marked_in_python(python)) == ["A %(b)s", "DE"]
    javascript = 'a(_t("One “two”"), _t("x\\"y", 1), t("no"))'
    assert list(marked_in_javascript(javascript)) == ["One “two”", 'x"y']


def test_a_template_alone_is_no_reason_to_update_a_database(tmp_path, monkeypatch):
    """Nothing reads it but translators."""
    monkeypatch.setattr(paths, "ADDONS", tmp_path)
    folder = tmp_path / "shop" / "i18n"
    folder.mkdir(parents=True)
    (tmp_path / "shop" / "shop.py").write_text("")
    before = databases._addon_hash("shop")
    (folder / "shop.pot").write_text("x")
    assert databases._addon_hash("shop") == before
    (folder / "de.po").write_text("x")
    assert databases._addon_hash("shop") != before
