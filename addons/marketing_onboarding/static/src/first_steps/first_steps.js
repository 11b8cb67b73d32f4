import { Component, onWillStart, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const STEPS = "marketing.first.steps";
const SAMPLE = "marketing.sample";

/** What to do before the first campaign; asked anew each time it is shown. */
export class FirstSteps extends Component {
    static template = "marketing_onboarding.FirstSteps";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.display = { controlPanel: {} };
        this.state = useState({ data: null, failed: false, busy: false, kept: [] });
        onWillStart(() => {
            this.load(); // not awaited: the skeleton shows at once
        });
    }

    async load() {
        try {
            this.state.data = await this.orm.silent.call(STEPS, "get_first_steps", []);
            this.state.failed = false;
        } catch {
            this.state.failed = true;
        }
    }

    get doneCount() {
        return this.state.data.steps.filter((step) => step.is_done).length;
    }

    get progressText() {
        return _t("%(done)s of %(total)s done", {
            done: this.doneCount,
            total: this.state.data.steps.length,
        });
    }

    /** The first step that this person can do: its button is the one to press. */
    get nextKey() {
        return this.state.data.steps.find((step) => !step.is_done && !step.waits_for)?.key;
    }

    async open(step) {
        this.action.doAction(await this.orm.call(STEPS, "open_step", [step.key]));
    }

    async setHidden(hidden, everybody) {
        await this.orm.call(STEPS, "hide", [hidden, everybody]);
        await this.load();
        if (hidden) {
            this.notification.add(
                _t("The app now opens with the campaigns. This page stays in the menu."),
                { type: "info" }
            );
        }
    }

    confirmLoad() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Load sample data?"),
            body: _t(
                "48 made-up customers, 8 products and the orders of 18 months are added to" +
                    " %(company)s. Until you remove them, they count in the sales reports too." +
                    " Their addresses do not exist and are never written to.",
                { company: this.state.data.company }
            ),
            confirmLabel: _t("Load"),
            confirm: () => this.run("load"),
            cancel: () => {},
        });
    }

    confirmRemove() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Remove sample data?"),
            body: _t(
                "All sample customers, products, orders, segments and the sample campaign of" +
                    " %(company)s are deleted, also those you have changed. What real records" +
                    " use is kept, and you are told.",
                { company: this.state.data.company }
            ),
            confirmLabel: _t("Remove"),
            confirm: () => this.run("remove"),
            cancel: () => {},
        });
    }

    async run(method) {
        this.state.busy = true;
        this.state.kept = [];
        try {
            const result = await this.orm.call(SAMPLE, method, []);
            this.state.kept = result.kept || [];
            this.notification.add(this.describe(method, result), { type: "success" });
            await this.load();
        } finally {
            this.state.busy = false;
        }
    }

    describe(method, result) {
        if (method === "remove") {
            return _t("%s sample records were removed.", result.removed);
        }
        return result.customers
            ? _t("%(customers)s customers and %(orders)s orders were added.", result)
            : _t("The sample data was there already.");
    }

    openPage(name) {
        this.action.doAction(name);
    }
}

registry.category("actions").add("marketing_onboarding.first_steps", FirstSteps);
