from odoo.tests import tagged

from .visitor_common import VisitorCase

# Each script ends with the words the runner waits for, or throws.
HELPERS = """
    const wait = async (what, check) => {
        for (let turn = 0; turn < 900; turn++) {
            if (check()) { return; }
            await new Promise((done) => setTimeout(done, 100));
        }
        throw new Error("never: " + what);
    };
    const queue = () => JSON.parse(localStorage.getItem("marketing_queue") || "[]");
    const names = () => queue().map((event) => event.n);
    const expect = (condition, what) => {
        if (!condition) { throw new Error(what); }
    };
    const shown = () => document.querySelector("#website_cookies_bar .show");
    const bar = (choice) =>
        document.querySelector("#cookies-consent-" + choice).click();
"""
CONSENT = """
    (async () => {
        await wait("the bar", shown);
        expect(!window.marketingTrack, "loaded before consent");
        expect(!localStorage.getItem("marketing_queue"), "queued before consent");
        expect(!location.search.includes("mmv"), "the token stays in the address");
        // the train enters a tunnel
        const real = window.fetch;
        let tried = 0;
        window.fetch = (url, ...rest) => {
            if (url !== "/mm/e") { return real(url, ...rest); }
            tried++;
            return Promise.reject(new TypeError("offline"));
        };
        bar("all");
        await wait("the script", () => window.marketingTrack);
        window.marketingTrack("search", {query: "shoes"});
        await wait("a try", () => tried > 0);
        const expected = "landing,page_view,search,search";
        expect(names().join() === expected, names().join());
        // and leaves it
        window.fetch = real;
        window.dispatchEvent(new Event("online"));
        await wait("an empty queue", () => !queue().length);
        await wait("a token", () => localStorage.getItem("marketing_visitor"));
        console.log("test successful");
    })().catch((error) => console.error(error.message));
"""
REFUSAL = """
    (async () => {
        await wait("the bar", shown);
        bar("essential");
        await new Promise((done) => setTimeout(done, 1500));
        expect(!window.marketingTrack, "loaded after a refusal");
        expect(!localStorage.getItem("marketing_queue"), "queued after a refusal");
        console.log("test successful");
    })().catch((error) => console.error(error.message));
"""
WITHDRAWAL = """
    (async () => {
        await wait("the script", () => window.marketingTrack);
        document.dispatchEvent(new Event("optionalCookiesDenied"));
        window.marketingTrack("search", {query: "shoes"});
        expect(!localStorage.getItem("marketing_queue"), "queued after a withdrawal");
        expect(!localStorage.getItem("marketing_visitor"), "still known");
        console.log("test successful");
    })().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestVisitorBrowser(VisitorCase):
    def run_page(self, script, path="/", **options):
        self.browser_js(
            path,
            HELPERS + script,
            "!!document.querySelector('#website_cookies_bar')",
            timeout=240,
            **options,
        )

    def test_nothing_before_consent_everything_after_it_also_from_a_tunnel(self):
        campaign = self.env["email.campaign"].create(
            {"name": "Spring", "company_id": self.company.id}
        )
        recipient = self.env["campaign.recipient"].create(
            {
                "company_id": self.company.id,
                "campaign_id": campaign.id,
                "customer_id": self.customer.id,
                "address_key": "k",
                "state": "sent",
            }
        )
        link = self.token("landing", recipient.id, 1)
        self.run_page(CONSENT, f"/?mmv={link}&search=hat")
        rows = self.logged()
        self.assertEqual(
            sorted(row[0] for row in rows), ["landing", "page_view", "search", "search"]
        )
        self.assertEqual({row[1] for row in rows}, {self.customer.id})
        landing = [row for row in rows if row[0] == "landing"]
        self.assertEqual([row[2] for row in landing], [campaign.id])
        words = {row[3].get("query") for row in rows} - {None}
        self.assertEqual(words, {"shoes", "hat"})

    def test_nothing_after_a_refusal(self):
        self.run_page(REFUSAL)
        self.assertFalse(self.logged())

    def test_a_withdrawal_forgets(self):
        agreed = '{"required": true, "optional": true, "ts": 1}'
        self.run_page(WITHDRAWAL, cookies={"website_cookies_bar": agreed})
