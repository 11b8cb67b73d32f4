import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { cloneTree } from "@web/core/tree_editor/condition_tree";
import { Input } from "@web/core/tree_editor/tree_editor_components";
import { TreeEditor } from "@web/core/tree_editor/tree_editor";
import { useService } from "@web/core/utils/hooks";
import { ActivityEditor } from "../segment_activity/activity_editor";

/** Return what conditions may ask for: {paths, activities}. */
export function loadRuleFields(orm) {
    return orm.cache().call("customer.segment", "get_rule_fields", []);
}

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
const SEGMENT_LABELS = { in: _t("in one of"), "not in": _t("in none of") };
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
    setup() {
        this.orm = useService("orm");
        super.setup();
    }

    async prepareInfo(props) {
        [{ activities: this.activities }] = await Promise.all([
            loadRuleFields(this.orm),
            super.prepareInfo(props),
        ]);
        if (props.readonly) {
            const told = await this.tellActivities();
            const describe = this.getConditionDescription;
            this.getConditionDescription = (node) =>
                this.isActivity(node)
                    ? { pathDescription: told.get(node) || node.value, operatorDescription: "" }
                    : this.describeRelativeDate(node, describe(node));
        }
    }

    isActivity(node) {
        return node.path in this.activities;
    }

    /** Return {node: clause} of the conditions on what customers did, told by the server. */
    async tellActivities() {
        const nodes = [];
        const collect = (node) => {
            if (node.type === "condition" && this.isActivity(node)) {
                nodes.push(node);
            }
            (node.children || []).forEach(collect);
        };
        collect(this.tree);
        if (!nodes.length) {
            return new Map();
        }
        const leaves = nodes.map((node) => [node.path, this.operatorOf(node), node.value]);
        const told = await this.orm.call("customer.segment", "tell_conditions", [leaves]);
        return new Map(nodes.map((node, index) => [node, told[index]]));
    }

    /** Another rule starts like a new one, not as a copy of the one before. */
    makeCondition() {
        return cloneTree(this.defaultCondition);
    }

    operatorOf(node) {
        return node.negate !== (node.operator === "not like") ? "not like" : "like";
    }

    async _updatePath(node, path) {
        await super._updatePath(node, path);
        const { fieldDef } = await this.fieldService.loadFieldInfo(this.props.resModel, path);
        if (this.isActivity(node)) {
            node.operator = "like";
            node.value = JSON.stringify(this.activities[path].start);
        } else if (["date", "datetime"].includes(fieldDef?.type)) {
            node.value = "today -30d";
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
        if (this.isActivity(node)) {
            return { component: null, isSupported: () => true }; // the value says how often
        }
        const info = super.getOperatorEditorInfo(node);
        const type = this.getFieldDef(node.path)?.type;
        const isDays = this.isRelativeDate(node) && getDaysAgo(node.value) !== undefined;
        const plain = node.path === "segment_ids" ? SEGMENT_LABELS : LABELS[type] || {};
        const labels = isDays ? DAYS_AGO_LABELS : plain;
        return {
            ...info,
            extractProps: (params) => {
                const props = info.extractProps(params);
                return { ...props, options: props.options.map((o) => relabel(o, labels)) };
            },
        };
    }

    getValueEditorInfo(node) {
        if (this.isActivity(node)) {
            const source = this.activities[node.path];
            return {
                component: ActivityEditor,
                isSupported: () => true,
                extractProps: ({ value, update }) => ({
                    source,
                    update,
                    value,
                    isNegated: this.operatorOf(node) === "not like",
                }),
            };
        }
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
