import gzip
import re

import rjsmin

from odoo.tests import BaseCase, tagged
from odoo.tools import file_open

from .visitor_common import VisitorCase

MAX_BYTES = 3 * 1024


class TestScriptSize(BaseCase):
    def test_the_script_stays_small(self):
        with file_open("marketing_website/static/plain/events.js") as script:
            small = gzip.compress(rjsmin.jsmin(script.read()).encode())
        self.assertLess(len(small), MAX_BYTES)


@tagged("post_install", "-at_install")
class TestScriptLoader(VisitorCase):
    def loader(self):
        page = self.url_open("/").text
        return re.search(r'<script[^>]*id="marketing_events_loader"[^>]*>', page)

    def test_the_page_only_has_the_loader(self):
        page = self.url_open("/").text
        loader = self.loader().group()
        source = re.search(r'data-events-script="([^"]+)"', loader).group(1)
        # Odoo's own loader of late scripts fetches each data-src by itself
        named = re.findall(rf'([\w-]+)="{re.escape(source)}', page)
        self.assertEqual(named, ["data-events-script"])
        script = self.url_open(source)
        self.assertEqual(script.status_code, 200)
        self.assertIn("marketingTrack", script.text)
        self.assertNotIn("odoo.define", script.text)

    def test_no_loader_without_the_setting_or_without_the_bar(self):
        for values in ({"marketing_events": False}, {"cookies_bar": False}):
            self.website.write({"marketing_events": True, "cookies_bar": True})
            self.website.write(values)
            self.assertIsNone(self.loader(), values)

    def test_nothing_about_a_visitor_is_in_the_page(self):
        """Pages are cached for everybody."""
        first = self.url_open("/").text
        again = self.url_open("/").text
        pattern = r'<script[^>]*id="marketing_events_loader".*?</script>'
        found = [re.search(pattern, page, re.DOTALL).group() for page in (first, again)]
        self.assertEqual(*found)
