import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { formatInteger } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** Counts the audience of the segments on the form, saved or not. */
export class CampaignAudience extends Component {
    static template = "marketing_campaign.CampaignAudience";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.sendToLabel = _t("Send to");
        this.leftOutLabel = _t("Leave out");
        this.keepLast = new KeepLast(); // a late answer for other segments is dropped
        this.state = useState({ status: "empty", data: null });
        useRecordObserver((record) => this.observe(record.data));
    }

    observe({
        segment_ids,
        exclude_segment_ids,
        company_id,
        is_transactional,
        topic_id,
        channel,
    }) {
        const args = [
            [...segment_ids.currentIds],
            [...exclude_segment_ids.currentIds],
            company_id ? company_id.id : false,
            is_transactional,
            topic_id ? topic_id.id : false,
            channel,
        ];
        const key = JSON.stringify(args);
        if (key !== this.key) {
            this.key = key;
            this.args = args;
            this.load();
        }
    }

    async load() {
        if (!this.args[0].length) {
            this.keepLast.add(Promise.resolve());
            Object.assign(this.state, { status: "empty", data: null });
            return;
        }
        this.state.status = "loading";
        try {
            const data = await this.keepLast.add(
                this.orm.silent.call("email.campaign", "get_audience_estimate", this.args)
            );
            Object.assign(this.state, { status: "ready", data });
        } catch {
            Object.assign(this.state, { status: "error", data: null });
        }
    }

    get figures() {
        const { audience, sendable, left_out, held_out } = this.state.data;
        return [
            { key: "sendable", label: _t("Will receive it"), value: sendable },
            { key: "left_out", label: _t("Left out"), value: left_out },
            { key: "held_out", label: _t("Control group"), value: held_out },
            { key: "audience", label: _t("In the segments"), value: audience },
        ];
    }

    format(value) {
        return formatInteger(value);
    }

    share(count) {
        return (100 * count) / (this.state.data.audience || 1);
    }
}

registry.category("view_widgets").add("campaign_audience", {
    component: CampaignAudience,
    fieldDependencies: [
        { name: "segment_ids", type: "many2many" },
        { name: "exclude_segment_ids", type: "many2many" },
        { name: "company_id", type: "many2one" },
        { name: "is_transactional", type: "boolean" },
        { name: "topic_id", type: "many2one", relation: "marketing.topic" },
        { name: "channel", type: "selection" },
    ],
});
