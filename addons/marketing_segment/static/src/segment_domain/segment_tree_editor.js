import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Input } from "@web/core/tree_editor/tree_editor_components";
import { TreeEditor } from "@web/core/tree_editor/tree_editor";

const DAYS_AGO = /^(?:today )?-(\d+)d$/;
const RELATIVE = /^(?:today|now|[+-]\d|=)/;

/** A date that moves with the calendar: "-30d" is shown as 30 days ago. */
export class DaysAgo extends Component {
    static template = "marketing_segment.DaysAgo";
    static props = { days: Number, update: Function };

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
            extractProps: ({ value, update }) => (isDays ? { days, update } : { value, update }),
        };
    }
}
SegmentTreeEditor.components = { ...TreeEditor.components, TreeEditor: SegmentTreeEditor };
