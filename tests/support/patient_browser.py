"""A plugin of pytest's: a browser may take a minute to start.

Odoo skips a test when Chromium has not opened its port within ten seconds, and on a
busy machine a green run would have looked at less.
"""

from odoo.tests import common


def pytest_configure():
    common.CHECK_BROWSER_ITERATIONS = 600
    common.BROWSER_WAIT = common.CHECK_BROWSER_SLEEP * common.CHECK_BROWSER_ITERATIONS
