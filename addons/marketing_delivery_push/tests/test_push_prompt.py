import json

from odoo.tests import HttpCase, tagged

from .push_peer import Device

ENDPOINT = "https://fcm.googleapis.com/fcm/send/browser"
# A browser that can be told what to answer: headless ones refuse every notification.
STUB = """
    const asked = [];
    window.Notification = class { static permission = "%(permission)s"; };
    Notification.requestPermission = async () => {
        asked.push("browser");
        Notification.permission = "granted";
        return "granted";
    };
    const subscription = %(subscription)s;
    const worker = { pushManager: {
        getSubscription: async () => null,
        subscribe: async (options) => {
            const { userVisibleOnly, applicationServerKey } = options;
            asked.push(`${userVisibleOnly} ${applicationServerKey.length}`);
            return subscription;
        },
    } };
    navigator.serviceWorker.register = async (url, options) => {
        asked.push(`${url} ${options.scope}`);
        return worker;
    };
    const { PushPrompt } = odoo.loader.modules.get(
        "@marketing_delivery_push/prompt/push_prompt");
    const el = document.querySelector("#marketing_push");
    const prompt = Object.create(PushPrompt.prototype);
    Object.defineProperty(prompt, "el", { value: el });
    prompt.waitFor = (promise) => promise;
    const check = (good, words) => { if (!good) { throw new Error(words); } };
    const agree = () => {
        document.cookie = 'website_cookies_bar={"required": true, "optional": true}';
    };
"""
RULES = """
    const { decide, PAUSE, RENEW, readKey } = odoo.loader.modules.get(
        "@marketing_delivery_push/prompt/push_rules");
    const base = { supported: true, agreed: true, permission: "default", pages: 2,
        asked: 0, renewed: 0, now: 10 * PAUSE };
    const cases = [
        [{}, "ask"],
        [{ supported: false }, "nothing"],
        [{ agreed: false }, "nothing"],
        [{ permission: "denied" }, "nothing"],
        [{ pages: 1 }, "nothing"],
        [{ asked: 10 * PAUSE - 1 }, "nothing"],
        [{ asked: 9 * PAUSE }, "ask"],
        [{ permission: "granted", pages: 1 }, "renew"],
        [{ permission: "granted", renewed: 10 * PAUSE - RENEW + 1 }, "nothing"],
        [{ permission: "granted", agreed: false }, "nothing"],
    ];
    for (const [change, wanted] of cases) {
        const found = decide({ ...base, ...change });
        if (found !== wanted) {
            throw new Error(`${JSON.stringify(change)}: ${found}`);
        }
    }
    if (readKey("-_-_").join() !== "251,255,191") {
        throw new Error(readKey("-_-_").join());
    }
    console.log("test successful");
"""


@tagged("post_install", "-at_install")
class TestPushPrompt(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([], limit=1)
        cls.website.write({"marketing_push": True, "cookies_bar": True})
        cls.env["marketing.push.device"].search([]).unlink()

    def _run(self, code, permission="default"):
        subscription = json.dumps(Device(ENDPOINT).subscription)
        stub = STUB % {"permission": permission, "subscription": subscription}
        self.browser_js(
            "/",
            f"(async () => {{ {stub} {code} console.log('test successful'); }})()",
            "document.querySelector('#marketing_push')"
            " && odoo.loader.modules.has('@marketing_delivery_push/prompt/push_prompt')"
            " ? true : false",
        )

    def test_rules(self):
        self.browser_js(
            "/",
            RULES,
            "odoo.loader.modules.has('@marketing_delivery_push/prompt/push_rules')",
        )

    def test_the_page_starts_it(self):
        """A site without the cookies bar has asked for nothing it could refuse."""
        self.website.cookies_bar = False
        self.browser_js(
            "/",
            "console.log('test successful')",
            "Number(localStorage.getItem('marketing_push_pages')) > 0",
        )

    def test_no_question_before_cookies_and_none_of_the_browser_before_ours(self):
        self._run(
            """
            localStorage.clear();
            check(el.hidden, "hidden at first");
            prompt.count();
            check(!localStorage.getItem("marketing_push_pages"), "nothing is kept");
            agree();
            prompt.count();
            await prompt.look();
            check(el.hidden, "not on the first page");
            prompt.count();
            await prompt.look();
            check(!el.hidden, "asked on the second page");
            check(!asked.length, "the browser has not been asked");
            prompt.onLater();
            check(el.hidden && !asked.length, "later means nothing happens");
            await prompt.look();
            check(el.hidden, "and is not asked again");
            """
        )
        self.assertFalse(self.env["marketing.push.device"].search([]))

    def test_a_yes_asks_the_browser_and_tells_the_server(self):
        self._run(
            """
            localStorage.clear();
            agree();
            await prompt.onYes();
            check(asked.join("|") === "browser|/mm/push/sw.js /mm/push/|true 65",
                asked.join("|"));
            check(el.hidden, "gone");
            check(Number(localStorage.getItem("marketing_push_renewed")) > 0, "kept");
            """
        )
        device = self.env["marketing.push.device"].search([])
        self.assertEqual(device.endpoint, ENDPOINT)

    def test_who_said_no_to_the_browser_is_left_alone(self):
        self._run(
            """
            localStorage.clear();
            agree();
            prompt.count();
            prompt.count();
            await prompt.look();
            check(el.hidden && !asked.length, "left alone");
            """,
            permission="denied",
        )
