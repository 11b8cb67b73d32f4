import { registry } from "@web/core/registry";
import {
    SelectionField,
    selectionField,
} from "@web/views/fields/selection/selection_field";

const COLORS = { auto: "success", review: "warning", skip: "300" };

/** A badge that becomes a choice while the line is edited. */
export class PlanStatusField extends SelectionField {
    static template = "marketing_store_planning.PlanStatusField";

    get badge() {
        return `text-bg-${COLORS[this.value] || "300"}`;
    }
}

registry.category("fields").add("campaign_plan_status", {
    ...selectionField,
    component: PlanStatusField,
    supportedTypes: ["selection"],
});
