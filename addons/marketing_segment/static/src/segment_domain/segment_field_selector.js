import { ModelFieldSelector } from "@web/core/model_field_selector/model_field_selector";

/** The stock list of fields opens by a click only; here by the keyboard as well. */
export class SegmentFieldSelector extends ModelFieldSelector {
    static template = "marketing_segment.FieldSelector";

    onKeydown(ev) {
        if (["Enter", " ", "ArrowDown"].includes(ev.key)) {
            ev.preventDefault();
            ev.stopPropagation();
            this.openPopover(ev.currentTarget);
        }
    }
}
