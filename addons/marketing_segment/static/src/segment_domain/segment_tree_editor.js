import { _t } from "@web/core/l10n/translation";
import { cloneTree } from "@web/core/tree_editor/condition_tree";
import { Input } from "@web/core/tree_editor/tree_editor_components";
import { TreeEditor } from "@web/core/tree_editor/tree_editor";
import { useService } from "@web/core/utils/hooks";
import { ActivityEditor } from "../segment_activity/activity_editor";
import { DAYS_AGO_LABELS, LABELS, relabel, SEGMENT_LABELS } from "./segment_operators";
import { DaysAgo, makeShareEditor, nameEditor, tellShare } from "./segment_values";

/** Return what conditions may ask for: {paths, activities}. */
export function loadRuleFields(orm) {
    return orm.cache().call("customer.segment", "get_rule_fields", []);
}

const DAYS_AGO = /^(?:today )?-(\d+)d$/;
const RELATIVE = /^(?:today|now|[+-]\d|=)/;

/** Return the days of "-30d", undefined for any other date. */
function getDaysAgo(value) {
    const days = DAYS_AGO.exec(value)?.[1];
    return days === undefined ? undefined : Number(days);
}

function tellDate(value) {
    const days = getDaysAgo(value);
    return days === undefined ? value : _t("%s days ago", days);
}

/** How the conditions of a group go together; the stock editor only offers two of four. */
const CONNECTORS = [
    { key: "all", value: "&", negate: false, label: _t("all") },
    { key: "any", value: "|", negate: false, label: _t("any") },
    { key: "none", value: "|", negate: true, label: _t("none") },
    { key: "not_all", value: "&", negate: true, label: _t("not all") },
];

/** The stock editor knows dates of the calendar only and would show "Invalid DateTime". */
export class SegmentTreeEditor extends TreeEditor {
    setup() {
        this.orm = useService("orm");
        super.setup();
    }

    async prepareInfo(props) {
        [{ activities: this.activities, paths: this.paths }] = await Promise.all([
            loadRuleFields(this.orm),
            super.prepareInfo(props),
        ]);
        if (props.readonly) {
            const told = await this.tellActivities();
            const describe = this.getConditionDescription;
            this.getConditionDescription = (node) =>
                this.isActivity(node)
                    ? { pathDescription: told.get(node) || node.value, operatorDescription: "" }
                    : this.describeValue(node, describe(node));
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
        } else if (this.isShare(node)) {
            node.value = 0.5;
        }
    }

    _updateLeafOperator(node, operator, negate) {
        const before = [node.value].flat();
        super._updateLeafOperator(node, operator, negate);
        if (this.isShare(node) && typeof before[0] === "number") {
            const [low, high = 1] = before;
            if (typeof node.value === "number") {
                node.value = low;
            } else if (operator === "between") {
                node.value = [low, high];
            }
        }
    }

    isShare(node) {
        return this.paths[node.path] === "share";
    }

    isRelativeDate(node) {
        const type = this.getFieldDef(node.path)?.type;
        const isDate = type === "date" || type === "datetime";
        return isDate && typeof node.value === "string" && RELATIVE.test(node.value);
    }

    describeValue(node, description) {
        const tell = this.isShare(node) ? tellShare : this.isRelativeDate(node) && tellDate;
        if (!tell || !description.valueDescription) {
            return description;
        }
        const values = [node.value].flat().map(tell);
        return { ...description, valueDescription: { ...description.valueDescription, values } };
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
        const relabelled = {
            ...info,
            extractProps: (params) => {
                const props = info.extractProps(params);
                return { ...props, options: props.options.map((o) => relabel(o, labels)) };
            },
        };
        return nameEditor(relabelled, _t("Comparison"));
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
        if (this.isShare(node)) {
            return makeShareEditor(info);
        }
        if (!this.isRelativeDate(node)) {
            return nameEditor(info, _t("Value"));
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
