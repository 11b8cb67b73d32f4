// Shows the notifications of the shop. A plain script: a browser runs it without a page.
const STOP = "stop";

self.addEventListener("push", (event) => {
    let data = {};
    try {
        data = event.data.json();
    } catch {
        return; // not of us
    }
    const options = {
        body: data.body || "",
        tag: data.tag,
        data: { url: data.url, stop: data.stop },
    };
    if (data.icon) {
        options.icon = data.icon;
    }
    if (data.stop) {
        options.actions = [{ action: STOP, title: data.stop_label || "✕" }];
    }
    event.waitUntil(self.registration.showNotification(data.title || "", options));
});

self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    const { url, stop } = event.notification.data || {};
    const target = event.action === STOP ? stop : url;
    if (target && /^https?:\/\//.test(target)) {
        event.waitUntil(self.clients.openWindow(target));
    }
});

// The push service has moved the device: tell the shop the new address.
self.addEventListener("pushsubscriptionchange", (event) => {
    const key =
        event.oldSubscription && event.oldSubscription.options.applicationServerKey;
    if (!key) {
        return;
    }
    const renewed = self.registration.pushManager
        .subscribe({ userVisibleOnly: true, applicationServerKey: key })
        .then((subscription) =>
            fetch("/mm/push/subscribe", {
                method: "POST",
                body: JSON.stringify(subscription),
            }),
        );
    event.waitUntil(renewed);
});
