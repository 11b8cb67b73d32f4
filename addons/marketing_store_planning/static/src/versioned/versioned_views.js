import { onMounted, onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { listView } from "@web/views/list/list_view";

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
        if (record.resId && (await record.isDirty()) && (await record.checkValidity())) {
            await record.save();
        }
    }
}

const views = registry.category("views");
views.add("campaign_versioned_form", {
    ...formView,
    Controller: VersionedFormController,
    Model: VersionedModel,
});
views.add("campaign_versioned_list", { ...listView, Model: VersionedModel });
views.add("campaign_versioned_kanban", { ...kanbanView, Model: VersionedModel });
