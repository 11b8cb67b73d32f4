"""Each addon's template has the texts of today: what changes them runs a command."""

import os

import pytest

from runtime import databases, translations


@pytest.fixture(scope="module")
def exported():
    return translations.export(os.environ["MM_TEST_TEMPLATE"])


@pytest.mark.parametrize("addon", databases.suite_addons())
def test_a_template_is_up_to_date(exported, addon):
    text = exported.get(addon, "")
    stored = translations.stored(addon)
    if text != stored:
        pytest.fail(
            f"addons/{addon}/i18n/{addon}.pot is out of date: "
            f"{translations.describe(stored, text)}. Run scripts/translate."
        )


def test_texts_of_every_kind_are_in_the_templates(exported):
    """A menu, a field, a message of Python, one of JavaScript, a browser template."""
    kinds = {
        "model:ir.ui.menu,name:",
        "model:ir.model.fields,field_description:",
        "model_terms:ir.ui.view,arch_db:",
        "code:addons/marketing_base/models/",
        "code:addons/marketing_campaign/static/src/",
    }
    everything = "".join(exported.values())
    assert not [kind for kind in kinds if kind not in everything]
    assert "odoo-javascript" in everything and "odoo-python" in everything
