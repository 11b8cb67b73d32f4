import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";
import { decide, readKey } from "./push_rules";

const WORKER = "/mm/push/sw.js";
const SCOPE = "/mm/push/";
const PAGES = "marketing_push_pages";
const ASKED = "marketing_push_asked";
const RENEWED = "marketing_push_renewed";

/** Our own question about notifications; the browser's comes after a yes to it. */
export class PushPrompt extends Interaction {
    static selector = "#marketing_push";
    dynamicContent = {
        ".o_mm_push_yes": { "t-on-click": this.onYes },
        ".o_mm_push_later": { "t-on-click": this.onLater },
        _document: { "t-on-optionalCookiesAccepted": this.look },
    };

    start() {
        this.count();
        this.look();
    }

    get agreed() {
        return (
            !this.el.dataset.bar ||
            /(^|; )website_cookies_bar=[^;]*"optional": ?true/.test(document.cookie)
        );
    }

    get supported() {
        return (
            window.isSecureContext &&
            "Notification" in window &&
            "serviceWorker" in navigator &&
            "PushManager" in window
        );
    }

    read(name) {
        try {
            return Number(localStorage.getItem(name)) || 0;
        } catch {
            return 0; // storage is blocked
        }
    }

    keep(name, value) {
        try {
            localStorage.setItem(name, value);
        } catch {
            // then we ask again, once a page
        }
    }

    /** Remember how many pages were looked at, of whoever agreed to that. */
    count() {
        if (this.agreed) {
            this.keep(PAGES, Math.min(this.read(PAGES) + 1, 100));
        }
    }

    async look() {
        const next = decide({
            supported: this.supported,
            agreed: this.agreed,
            permission: this.supported ? Notification.permission : "denied",
            pages: this.read(PAGES),
            asked: this.read(ASKED),
            renewed: this.read(RENEWED),
            now: Date.now(),
        });
        if (next === "ask") {
            this.el.hidden = false;
        } else if (next === "renew") {
            await this.waitFor(this.subscribe());
        }
    }

    onLater() {
        this.keep(ASKED, Date.now());
        this.el.hidden = true;
    }

    async onYes() {
        this.onLater();
        const permission = await this.waitFor(Notification.requestPermission());
        if (permission === "granted") {
            await this.waitFor(this.subscribe());
        }
    }

    /** Bind the browser to our key, and tell the server where it can be reached. */
    async subscribe() {
        try {
            const worker = await navigator.serviceWorker.register(WORKER, {
                scope: SCOPE,
            });
            const key = readKey(this.el.dataset.key);
            let subscription = await worker.pushManager.getSubscription();
            if (!subscription) {
                subscription = await worker.pushManager.subscribe({
                    userVisibleOnly: true,
                    applicationServerKey: key,
                });
            }
            const answer = await fetch("/mm/push/subscribe", {
                method: "POST",
                body: JSON.stringify(subscription),
            });
            if (answer.ok) {
                this.keep(RENEWED, Date.now());
            }
        } catch {
            // no push service, or offline: the next page tries again
        }
    }
}

registry
    .category("public.interactions")
    .add("marketing_delivery_push.prompt", PushPrompt);
