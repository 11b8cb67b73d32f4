import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

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
            const { write_date, status, approval_state } = record.data;
            const key = `${record.resId}:${write_date}:${status}:${approval_state}`;
            if (key !== this.key) {
                this.key = key;
                this.load();
            }
        });
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
    ],
});
