export const PAUSE = 90 * 24 * 3600 * 1000; // ms until somebody is asked again
export const RENEW = 7 * 24 * 3600 * 1000; // ms until a device reports again
export const FIRST_PAGES = 2; // asked on the second page, not at the door

/**
 * What to do on this page: "ask", "renew" (tell the server that the device is still
 * there) or "nothing".
 *
 * The browser's own question can be refused once and for all. So it comes only after a
 * click on ours, and ours only after a choice about cookies.
 */
export function decide({ supported, agreed, permission, pages, asked, renewed, now }) {
    if (!supported || !agreed || permission === "denied") {
        return "nothing";
    }
    if (permission === "granted") {
        return now - renewed >= RENEW ? "renew" : "nothing";
    }
    if (pages < FIRST_PAGES || (asked && now - asked < PAUSE)) {
        return "nothing";
    }
    return "ask";
}

/** The key as browsers want it: bytes instead of base64url. */
export function readKey(text) {
    const padded = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(padded), (sign) => sign.charCodeAt(0));
}
