import { onMounted, onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

import { VersionedModel } from "./versioned_model";

export const SAVE_EVERY = 30000;

/** Saves a draft that is being edited each half minute, once it can be saved. */
export class VersionedFormController extends FormController {
    setup() {
        super.setup();
        onMounted(() => {
            this.savingTimer = browser.setInterval(() => this.saveDraft(), SAVE_EVERY);
        });
        onWillUnmount(() => browser.clearInterval(this.savingTimer));
    }

    async saveDraft() {
        const record = this.model.root;
        // what was refused once is refused again: it is said once, not twice a minute
        if (this.isSavingDraft || !record.resId || record.isRefused) {
            return;
        }
        this.isSavingDraft = true;
        try {
            if ((await record.isDirty()) && (await record.checkValidity())) {
                await record.save();
            }
        } finally {
            this.isSavingDraft = false;
        }
    }
}

registry.category("views").add("campaign_versioned_form", {
    ...formView,
    Controller: VersionedFormController,
    Model: VersionedModel,
});
