import { Component, onWillDestroy, status, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { formatFloat, formatInteger } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const EVENT = "marketing_delivery/progress";
const POLL = 3000; // the bus may be out of reach behind a proxy

/** Live progress of a started campaign; the form is read again when it changes. */
export class CampaignProgress extends Component {
    static template = "marketing_campaign.CampaignProgress";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ data: null });
        const bus = useService("bus_service");
        const listen = ({ id }) => id === this.props.record.resId && this.load();
        bus.subscribe(EVENT, listen);
        const timer = setInterval(() => this.isMoving && this.load(), POLL);
        // not onWillUnmount: a form that is left before it was shown is never unmounted
        onWillDestroy(() => {
            clearInterval(timer);
            bus.unsubscribe(EVENT, listen);
        });
        useRecordObserver((record) => {
            const key = `${record.resId}:${record.data.status}`;
            if (key !== this.key) {
                this.key = key;
                this.load();
            }
        });
    }

    get isMoving() {
        const data = this.state.data;
        return !document.hidden && (!data || data.status === "running" || data.open);
    }

    async load() {
        const { record } = this.props;
        if (!record.resId || ["draft", "scheduled"].includes(record.data.status)) {
            return;
        }
        const args = [[record.resId]];
        const call = this.orm.silent.call("email.campaign", "get_progress", args);
        const data = await this.keepLast.add(call.catch(() => this.state.data));
        const before = this.stamp;
        this.stamp = JSON.stringify(data?.stamp);
        this.state.data = data;
        const isOld = before ? before !== this.stamp : data?.status !== record.data.status;
        if (isOld) {
            await this.reload(record);
        }
    }

    /** Read the form again, unless somebody types in it or it was left meanwhile. */
    async reload(record) {
        try {
            if (!(await record.isDirty()) && status(this) !== "destroyed") {
                await record.load();
            }
        } catch (error) {
            if (status(this) !== "destroyed") {
                throw error;
            }
        }
    }

    get percent() {
        return formatFloat(this.state.data.percent, { digits: [16, 1] });
    }

    format(value) {
        return formatInteger(value);
    }

    share(count) {
        return (100 * count) / (this.state.data.total || 1);
    }
}

registry.category("view_widgets").add("campaign_progress", {
    component: CampaignProgress,
    fieldDependencies: [{ name: "status", type: "selection" }],
});
