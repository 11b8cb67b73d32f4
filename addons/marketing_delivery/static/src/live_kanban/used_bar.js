import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const NEARLY = 80; // percent

/** How much of a limit is used up, as a thin bar; the numbers stand beside it. */
export class UsedBar extends Component {
    static template = "marketing_delivery.UsedBar";
    static props = { ...standardFieldProps };

    get percent() {
        return Math.min(100, Math.max(0, this.props.record.data[this.props.name]));
    }

    get color() {
        if (this.percent >= 100) {
            return "bg-danger";
        }
        return this.percent >= NEARLY ? "bg-warning" : "bg-success";
    }

    get label() {
        return _t("%s percent used", Math.round(this.percent));
    }
}

registry.category("fields").add("marketing_bar", {
    component: UsedBar,
    supportedTypes: ["float"],
});
