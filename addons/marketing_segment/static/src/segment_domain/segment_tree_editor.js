import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Input } from "@web/core/tree_editor/tree_editor_components";
import { TreeEditor } from "@web/core/tree_editor/tree_editor";

const DAYS_AGO = /^(?:today )?-(\d+)d$/;
const RELATIVE = /^(?:today|now|[+-]\d|=)/;

/** A date that moves with the calendar: "-30d" is shown as 30 days ago. */
export class DaysAgo extends Component {
    static template = "marketing_segment.DaysAgo";
    static props = { days: Number, update: Function, isWithin: { type: Boolean, optional: true } };

    onChange(ev) {
        const days = parseInt(ev.target.value, 10);
        if (days >= 0) {
            this.props.update(`today -${days}d`);
        } else {
            ev.target.value = this.props.days;
        }
    }
}

/** Return the days of "-30d", undefined for any other date. */
function getDaysAgo(value) {
    const days = DAYS_AGO.exec(value)?.[1];
    return days === undefined ? undefined : Number(days);
}

/** How the conditions of a group go together; the stock editor only offers two of four. */
const CONNECTORS = [
    { key: "all", value: "&", negate: false, label: _t("all") },
    { key: "any", value: "|", negate: false, label: _t("any") },
    { key: "none", value: "|", negate: true, label: _t("none") },
    { key: "not_all", value: "&", negate: true, label: _t("not all") },
];

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
const DAYS_AGO_LABELS = {
    ">": _t("is less than"),
    "<": _t("is more than"),
    ">=": _t("is in the last"),
    "<=": _t("is at least"),
};
const RECORD_LABELS = { in: _t("is"), "not in": _t("is not"), "=": _t("is"), "!=": _t("is not") };
const LABELS = {
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

function relabel([key, label], labels) {
    const { operator, negate } = readOperatorKey(key);
    const words = labels[operator];
    if (!words) {
        return [key, label];
    }
    return [key, negate ? _t("not: %s", words) : words];
}

/** The stock editor knows dates of the calendar only and would show "Invalid DateTime". */
export class SegmentTreeEditor extends TreeEditor {
    async prepareInfo(props) {
        await super.prepareInfo(props);
        if (props.readonly) {
            const describe = this.getConditionDescription;
            this.getConditionDescription = (node) =>
                this.describeRelativeDate(node, describe(node));
        }
    }

    isRelativeDate(node) {
        const type = this.getFieldDef(node.path)?.type;
        const isDate = type === "date" || type === "datetime";
        return isDate && typeof node.value === "string" && RELATIVE.test(node.value);
    }

    describeRelativeDate(node, description) {
        if (!this.isRelativeDate(node)) {
            return description;
        }
        const days = getDaysAgo(node.value);
        const text = days === undefined ? node.value : _t("%s days ago", days);
        return {
            ...description,
            valueDescription: { ...description.valueDescription, values: [text] },
        };
    }

    get connectors() {
        return CONNECTORS;
    }

    connectorKey(node) {
        return CONNECTORS.find((c) => c.value === node.value && c.negate === node.negate).key;
    }

    chooseConnector(node, key) {
        const { value, negate } = CONNECTORS.find((c) => c.key === key);
        this.updateNode(node, () => Object.assign(node, { value, negate }));
    }

    getOperatorEditorInfo(node) {
        const info = super.getOperatorEditorInfo(node);
        const type = this.getFieldDef(node.path)?.type;
        const isDays = this.isRelativeDate(node) && getDaysAgo(node.value) !== undefined;
        const labels = isDays ? DAYS_AGO_LABELS : LABELS[type] || {};
        return {
            ...info,
            extractProps: (params) => {
                const props = info.extractProps(params);
                return { ...props, options: props.options.map((o) => relabel(o, labels)) };
            },
        };
    }

    getValueEditorInfo(node) {
        const info = super.getValueEditorInfo(node);
        if (!this.isRelativeDate(node)) {
            return info;
        }
        const days = getDaysAgo(node.value);
        const isDays = days !== undefined;
        return {
            ...info,
            isSupported: () => true,
            component: isDays ? DaysAgo : Input,
            extractProps: ({ value, update }) =>
                isDays ? { days, update, isWithin: node.operator === ">=" } : { value, update },
        };
    }
}
SegmentTreeEditor.components = { ...TreeEditor.components, TreeEditor: SegmentTreeEditor };
