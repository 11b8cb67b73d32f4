import { _t } from "@web/core/l10n/translation";

const NUMBER_LABELS = {
    "=": _t("is"),
    "!=": _t("is not"),
    ">": _t("is more than"),
    "<": _t("is less than"),
    ">=": _t("is at least"),
    "<=": _t("is at most"),
    between: _t("is between"),
};
const DATE_LABELS = {
    "=": _t("is on"),
    "!=": _t("is not on"),
    ">": _t("is after"),
    "<": _t("is before"),
    ">=": _t("is on or after"),
    "<=": _t("is on or before"),
    between: _t("is between"),
};
export const DAYS_AGO_LABELS = {
    ">": _t("is less than"),
    "<": _t("is more than"),
    ">=": _t("is in the last"),
    "<=": _t("is at least"),
};
const RECORD_LABELS = { in: _t("is"), "not in": _t("is not"), "=": _t("is"), "!=": _t("is not") };
export const SEGMENT_LABELS = { in: _t("in one of"), "not in": _t("in none of") };
export const LABELS = {
    integer: NUMBER_LABELS,
    float: NUMBER_LABELS,
    monetary: NUMBER_LABELS,
    date: DATE_LABELS,
    datetime: DATE_LABELS,
    many2one: RECORD_LABELS,
    many2many: { ...RECORD_LABELS, in: _t("has"), "not in": _t("has not") },
    char: { "=": _t("is"), "!=": _t("is not") },
    selection: { "=": _t("is"), "!=": _t("is not"), in: _t("is one of") },
};

/** "[">=",true]" is how the stock editor names a negated operator. */
function readOperatorKey(key) {
    const [operator, negate] = key.startsWith("[") ? JSON.parse(key) : [key, false];
    return { operator: String(operator).replace(/^["']|["']$/g, ""), negate };
}

/** Return the option of an operator, in the words of `labels`. */
export function relabel([key, label], labels) {
    const { operator, negate } = readOperatorKey(key);
    const words = labels[operator];
    if (!words) {
        return [key, label];
    }
    return [key, negate ? _t("not: %s", words) : words];
}
