import { Component, onWillDestroy, status, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const POLL = 2000; // while a test is on its way

const ICONS = {
    blocking: "fa-times-circle text-danger",
    warning: "fa-exclamation-triangle text-warning",
    ok: "fa-check-circle text-success",
};

/** What blocks or should be looked at before sending; asked again after each save. */
export class CampaignChecklist extends Component {
    static template = "marketing_campaign.CampaignChecklist";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ checks: null, failed: false, showsAll: false });
        useRecordObserver((record) => {
            const { data } = record;
            const key = [
                record.resId,
                data.write_date,
                data.status,
                data.approval_state,
                data.is_testing,
            ].join();
            if (key !== this.key) {
                this.key = key;
                this.hasArrived = false;
                this.load();
            }
        });
        // not onWillUnmount: a form that is left before it was shown is never unmounted
        const timer = setInterval(() => this.awaitTest(), POLL);
        onWillDestroy(() => clearInterval(timer));
    }

    /** Show what became of a test as soon as it has arrived, and its note. */
    async awaitTest() {
        const { record } = this.props;
        const isOver = this.hasArrived || !record.data.is_testing;
        if (document.hidden || this.isAsking || isOver) {
            return;
        }
        this.isAsking = true;
        try {
            const call = this.orm.silent.read("email.campaign", [record.resId], ["is_testing"]);
            const [found] = await call;
            if (found && !found.is_testing && status(this) !== "destroyed") {
                this.hasArrived = true;
                await ((await record.isDirty()) ? this.load() : record.load());
            }
        } catch {
            // the server cannot be reached: asked again in a moment
        } finally {
            this.isAsking = false;
        }
    }

    async load() {
        const { resId } = this.props.record;
        if (!resId) {
            return;
        }
        try {
            const call = this.orm.silent.call("email.campaign", "get_checklist", [[resId]]);
            this.state.checks = await this.keepLast.add(call);
            this.state.failed = false;
        } catch {
            this.state.failed = true;
        }
    }

    count(level) {
        return this.state.checks.filter((check) => check.level === level).length;
    }

    get shown() {
        const { checks, showsAll } = this.state;
        return showsAll ? checks : checks.filter((check) => check.level !== "ok");
    }

    icon(level) {
        return ICONS[level];
    }

    /** Lead to what has to change: a tab, a field, a button or another record. */
    async open({ page, field, button, model, id }) {
        if (model) {
            if (await this.props.record.save()) {
                await this.action.doAction({
                    type: "ir.actions.act_window",
                    res_model: model,
                    res_id: id,
                    views: [[false, "form"]],
                });
            }
            return;
        }
        const form = document.querySelector(".o_form_view");
        const target = page
            ? form.querySelector(`.o_notebook_headers [name="${page}"]`)
            : button
              ? form.querySelector(`.o_statusbar_buttons [data-hotkey="${button}"]`)
              : form.querySelector(`.o_field_widget[name="${field}"] :is(input, button)`);
        target?.scrollIntoView({ block: "nearest" });
        if (page) {
            target?.click();
        } else {
            target?.focus();
        }
    }
}

registry.category("view_widgets").add("campaign_checklist", {
    component: CampaignChecklist,
    fieldDependencies: [
        { name: "write_date", type: "datetime" },
        { name: "status", type: "selection" },
        { name: "approval_state", type: "selection" },
        { name: "is_testing", type: "boolean" },
    ],
});
