import { onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ModelFieldSelector } from "@web/core/model_field_selector/model_field_selector";
import { ModelFieldSelectorPopover } from "@web/core/model_field_selector/model_field_selector_popover";

/** The stock list loses the focus when it closes; here it goes back to where it was. */
class SegmentFieldPopover extends ModelFieldSelectorPopover {
    setup() {
        super.setup();
        const opener = document.activeElement;
        onWillUnmount(() => {
            browser.setTimeout(() => {
                if (document.activeElement === document.body && opener?.isConnected) {
                    opener.focus({ preventScroll: true });
                }
            });
        });
    }
}

/** The stock list of fields opens by a click only; here by the keyboard as well. */
export class SegmentFieldSelector extends ModelFieldSelector {
    static template = "marketing_segment.FieldSelector";
    static components = { ...ModelFieldSelector.components, Popover: SegmentFieldPopover };

    onKeydown(ev) {
        if (["Enter", " ", "ArrowDown"].includes(ev.key)) {
            ev.preventDefault();
            ev.stopPropagation();
            this.openPopover(ev.currentTarget);
        }
    }
}
