import { PercentageField, percentageField } from "@web/views/fields/percentage/percentage_field";
import { registry } from "@web/core/registry";

/** A share that may be unknown: shown as nothing, where Odoo would show 0 %. */
export class KnownShareField extends PercentageField {
    get formattedValue() {
        return this.props.record.data[this.props.name] === false ? "" : super.formattedValue;
    }
}

registry.category("fields").add("known_share", {
    ...percentageField,
    component: KnownShareField,
});
