// What a visitor does, sent to us. Loaded only after consent to optional cookies; waits
// in localStorage until the server has it. A plain script without a framework.
(() => {
    if (window.marketingTrack) {
        return;
    }
    const QUEUE = "marketing_queue";
    const VISITOR = "marketing_visitor";
    const DOOR = "/mm/e";
    let stopped = false;
    let busy = false;
    let timer;

    const get = (name) => {
        try {
            return localStorage.getItem(name);
        } catch {
            return null; // storage is blocked
        }
    };
    const set = (name, value) => {
        try {
            localStorage[value ? "setItem" : "removeItem"](name, value);
        } catch {
            stopped = true;
        }
    };
    const queued = () => {
        try {
            return JSON.parse(get(QUEUE)) || [];
        } catch {
            return [];
        }
    };
    const keep = (events) => set(QUEUE, events.length ? JSON.stringify(events) : "");
    const draw = () =>
        [...window.crypto.getRandomValues(new Uint8Array(16))]
            .map((byte) => byte.toString(16).padStart(2, "0"))
            .join("");

    const send = async (leaving) => {
        clearTimeout(timer);
        const events = queued().slice(0, 20);
        if (stopped || busy || !events.length) {
            return;
        }
        const body = JSON.stringify({
            t: Date.now(),
            v: get(VISITOR) || "",
            l: window.marketingLink || "",
            e: events,
        });
        if (leaving) {
            // nobody hears the answer: the next page sends them again, they count once
            navigator.sendBeacon(DOOR, body);
            return;
        }
        busy = true;
        let again = 30000;
        try {
            const answer = await fetch(DOOR, {method: "POST", body, keepalive: true});
            if (answer.status < 429) {
                const sent = events.map((event) => event.i);
                keep(queued().filter((event) => !sent.includes(event.i)));
                delete window.marketingLink;
                again = 500;
            }
            if (answer.status === 200) {
                set(VISITOR, (await answer.json()).v);
            }
        } catch {
            // offline: they wait
        }
        busy = false;
        timer = setTimeout(send, again);
    };

    const track = (n, p = {}) => {
        if (!stopped) {
            keep([...queued(), {i: draw(), n, t: Date.now(), p}].slice(-100));
            clearTimeout(timer);
            timer = setTimeout(send, 1000);
        }
    };
    window.marketingTrack = track;

    const path = location.pathname;
    const number = (root, name) => Number(root?.querySelector(`[name=${name}]`)?.value);
    const product = (root) => {
        const id = number(root, "product_template_id");
        const variant = number(root, "product_id");
        return {...(id && {product_id: id}), ...(variant && {variant_id: variant})};
    };
    const page = document.querySelector("#product_detail");
    const query = new URLSearchParams(location.search).get("search");
    const order = document.querySelector("[name=order_confirmation]");
    const viewed = product(page);
    let clicked = viewed;

    if (window.marketingLink) {
        track("landing", {path});
    }
    track("page_view", {path, referrer: document.referrer.split(/[?#]/)[0].slice(0, 255)});
    if (viewed.product_id) {
        track("product_view", {...viewed, path});
    }
    if (query) {
        track("search", {query: query.slice(0, 200), path});
    }
    if (path.includes("/shop/checkout")) {
        track("checkout_started", {path});
    }
    if (order) {
        track("checkout_completed", {order_id: Number(order.dataset.orderId), path});
    }

    const listen = (name, act, on = document) => on.addEventListener(name, act, true);
    listen("click", ({target}) => {
        const form = target.closest("form");
        clicked = form ? product(form) : clicked;
        const line = target.closest(".js_delete_product") && target.closest(".o_cart_product");
        const id = Number(line?.querySelector("[data-product-id]")?.dataset.productId);
        if (id) {
            track("remove_from_cart", {variant_id: id});
        }
    });
    listen("add_to_cart_event", ({detail}) => {
        for (const {price, quantity, currency} of detail) {
            track("add_to_cart", {...clicked, price, quantity, currency});
        }
    });
    listen("optionalCookiesDenied", () => {
        stopped = true;
        set(QUEUE);
        set(VISITOR);
    });
    listen("online", () => send(), window);
    listen("visibilitychange", () => document.visibilityState === "hidden" && send(true));
})();
