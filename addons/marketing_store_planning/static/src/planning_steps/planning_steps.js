import { Component, onWillStart, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

const STEPS = "store.planning.steps";
const SAMPLE = "store.sample";

/** What comes before the first order, above the matrix, and samples to try it with. */
export class PlanningSteps extends Component {
    static template = "marketing_store_planning.PlanningSteps";
    static props = { reload: Function };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.state = useState({ data: false, isBusy: false });
        onWillStart(() => {
            this.load(); // not awaited: the matrix shows at once
        });
    }

    async load() {
        try {
            this.state.data = await this.orm.silent.call(STEPS, "get_steps", []);
        } catch {
            this.state.data = false; // a help that fails is no reason to stop work
        }
    }

    get doneCount() {
        return this.state.data.steps.filter((step) => step.is_done).length;
    }

    get isAllDone() {
        return this.doneCount === this.state.data.steps.length;
    }

    get isShown() {
        return this.state.data && !this.state.data.is_hidden && !this.isAllDone;
    }

    get canLoadSample() {
        const { is_manager, has_stores } = this.state.data;
        return is_manager && !has_stores;
    }

    get progressText() {
        return _t("%(done)s of %(total)s done", {
            done: this.doneCount,
            total: this.state.data.steps.length,
        });
    }

    get nextKey() {
        return this.state.data.steps.find((step) => !step.is_done)?.key;
    }

    open(step) {
        this.action.doAction(step.action);
    }

    async hide(hidden) {
        await this.orm.call(STEPS, "hide", [hidden]);
        await this.load();
    }

    confirmLoad() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Load sample stores?"),
            body: _t(
                "18 made-up stores, three creatives and nine months of results are added, and a sample plan is made of them. One press removes them again."
            ),
            confirmLabel: _t("Load"),
            confirm: () => this.run("load"),
            cancel: () => {},
        });
    }

    confirmRemove() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Remove sample stores?"),
            body: _t(
                "All sample stores with their results, plans and unconfirmed orders are deleted, also those that you have changed."
            ),
            confirmLabel: _t("Remove"),
            confirm: () => this.run("remove"),
            cancel: () => {},
        });
    }

    async run(method) {
        this.state.isBusy = true;
        try {
            const kept = await this.orm.call(SAMPLE, method, []);
            if (kept?.length) {
                this.notification.add(_t("Kept, since it is used: %s", kept.join(", ")), {
                    type: "warning",
                });
            }
            await this.load();
            this.props.reload();
        } finally {
            this.state.isBusy = false;
        }
    }
}
