import { Component, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { BudgetCurve } from "./budget_curve";

const WAIT = 3000;

/** What-if of a plan: the curve of its budget, and a draft made for one of its points. */
export class BudgetField extends Component {
    static template = "marketing_store_planning.BudgetField";
    static components = { BudgetCurve };
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ budget: null, isBusy: false });
        this.timer = browser.setInterval(() => this.watch(), WAIT);
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    get data() {
        return this.props.record.data;
    }

    get points() {
        return this.data[this.props.name]?.points || [];
    }

    get waves() {
        return this.data[this.props.name]?.waves || [];
    }

    get isWaiting() {
        return ["waiting", "drafting"].includes(this.data.state);
    }

    get budget() {
        return this.state.budget ?? this.data.budget;
    }

    async watch() {
        if (this.isWaiting && !this.state.isBusy) {
            await this.props.record.load();
        }
    }

    async ask(method, parameters = []) {
        const { resId, resModel } = this.props.record;
        this.state.isBusy = true;
        try {
            await this.orm.call(resModel, method, [[resId], ...parameters]);
            await this.props.record.load();
        } finally {
            this.state.isBusy = false;
        }
    }

    openDraft() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "campaign.plan",
            res_id: this.data.draft_id.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("campaign_budget", {
    component: BudgetField,
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "budget", type: "monetary" },
        { name: "draft_id", type: "many2one" },
        { name: "currency_id", type: "many2one" },
        { name: "can_draft", type: "boolean" },
    ],
});
