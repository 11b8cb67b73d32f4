import { Component } from "@odoo/owl";
import { formatPercentage } from "@web/views/fields/formatters";
import { Input, Select } from "@web/core/tree_editor/tree_editor_components";
import { _t } from "@web/core/l10n/translation";

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

/** A share is kept as 0.25 and read and typed as 25 %. */
export class ShareInput extends Component {
    static template = "marketing_segment.ShareInput";
    static props = { value: Number, update: Function };

    get percent() {
        return Number((100 * this.props.value).toFixed(4));
    }

    onChange(ev) {
        const percent = Number(ev.target.value.replace(",", "."));
        if (ev.target.value.trim() === "" || !isFinite(percent)) {
            ev.target.value = this.percent;
            return;
        }
        this.props.update(Number((percent / 100).toFixed(6)));
    }
}

export const tellShare = (value) => (typeof value === "number" ? formatPercentage(value) : value);

const SHARE_EDITOR = {
    component: ShareInput,
    extractProps: ({ value, update }) => ({ value, update }),
    isSupported: (value) => typeof value === "number",
    defaultValue: () => 0.5,
    stringify: tellShare,
    message: _t("Not a number"),
};

/** Return how a share is edited: alone, or in each place of a range or list. */
export function makeShareEditor(info) {
    if (info.component === Input) {
        return SHARE_EDITOR;
    }
    return {
        ...info,
        extractProps: (params) => {
            const props = info.extractProps(params);
            return "editorInfo" in props ? { ...props, editorInfo: SHARE_EDITOR } : props;
        },
    };
}

/** The stock inputs with a name for those who hear the page. */
export class NamedSelect extends Select {
    static template = "marketing_segment.NamedSelect";
    static props = [...Select.props, "label"];
}

export class NamedInput extends Input {
    static template = "marketing_segment.NamedInput";
    static props = [...Input.props, "label"];
}

const NAMED = new Map([
    [Select, NamedSelect],
    [Input, NamedInput],
]);

/** Return the same editor, told as `label`. */
export function nameEditor(info, label) {
    if (!NAMED.has(info.component)) {
        return info;
    }
    return {
        ...info,
        component: NAMED.get(info.component),
        extractProps: (params) => ({ ...info.extractProps(params), label }),
    };
}
