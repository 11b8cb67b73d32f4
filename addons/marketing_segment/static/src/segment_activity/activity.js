import { _t } from "@web/core/l10n/translation";

/** How often, in words: two of them need no number. */
export const TIMES = [
    { key: "once", label: _t("at least once"), operator: ">=", value: 1 },
    { key: "never", label: _t("never"), operator: "=", value: 0 },
];
export const COMPARISONS = [
    { key: ">=", label: _t("at least") },
    { key: "<=", label: _t("at most") },
    { key: ">", label: _t("more than") },
    { key: "<", label: _t("less than") },
    { key: "=", label: _t("exactly") },
    { key: "!=", label: _t("any number but") },
    { key: "between", label: _t("between") },
];
export const UNITS = {
    count: _t("times"),
    quantity: _t("units"),
    days_since_last: _t("days ago"),
};
export const PERIODS = [
    { key: "ever", label: _t("at any time") },
    { key: "last", label: _t("in the last") },
    { key: "before", label: _t("longer ago than") },
    { key: "between", label: _t("between") },
    { key: "since", label: _t("since") },
    { key: "until", label: _t("until") },
];
const DAYS_AGO = /^(?:today\s*)?-(\d+)d$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Return the object of a condition's text; an unreadable one becomes a new one. */
export function readActivity(text, start) {
    try {
        const given = JSON.parse(text);
        return given && typeof given === "object" && !Array.isArray(given) ? given : { ...start };
    } catch {
        return { ...start };
    }
}

/** Return {key, days, from, to} of a period; undefined for one that is no such choice. */
export function readPeriod({ from, to } = {}) {
    const ends = [from, to].filter((end) => end);
    const [, days] = (ends.length === 1 && DAYS_AGO.exec(ends[0])) || [];
    if (days) {
        return { key: from ? "last" : "before", days: Number(days) };
    }
    if (!ends.every((end) => DATE.test(end))) {
        return undefined;
    }
    return { key: KEYS[ends.length] || (from ? "since" : "until"), from, to };
}

const KEYS = { 0: "ever", 2: "between" };
const MAKERS = {
    ever: () => undefined,
    last: ({ days }) => ({ from: `today -${days}d` }),
    before: ({ days }) => ({ to: `today -${days}d` }),
    between: ({ from, to }) => ({ from, to: to < from ? from : to }),
    since: ({ from }) => ({ from }),
    until: ({ to }) => ({ to }),
};

/** Return the period of a choice, with what the former one had in common with it. */
export function makePeriod(key, { days = 90, from, to }, today) {
    return MAKERS[key]({ days, from: from || today, to: to || today });
}
