import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatInteger } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const EVENT = "marketing_delivery/progress";
const POLL = 10000;
const SHORTEST = 2000; // ten campaigns may each say that they have moved on
const COLORS = {
    running: "text-bg-success",
    paused: "text-bg-warning",
    healthy: "text-bg-success",
    warming: "text-bg-info",
    throttled: "text-bg-warning",
    down: "text-bg-danger",
};

/** What is being sent now; read again when the sender says so, and every ten seconds. */
export class DeliveryMonitor extends Component {
    static template = "marketing_delivery.Monitor";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.windows = { minute: _t("this minute"), hour: _t("this hour"), day: _t("today") };
        this.state = useState({ data: null, error: false });
        this.readAt = 0;
        const bus = useService("bus_service");
        const listen = () => Date.now() - this.readAt > SHORTEST && this.refresh();
        bus.subscribe(EVENT, listen);
        const timer = setInterval(() => this.refresh(), POLL);
        onWillStart(() => {
            this.load();
        });
        onWillDestroy(() => {
            clearInterval(timer);
            bus.unsubscribe(EVENT, listen);
        });
    }

    refresh() {
        return document.hidden ? undefined : this.load();
    }

    async load() {
        this.readAt = Date.now();
        try {
            const call = this.orm.silent.call("delivery.monitor", "get_data", []);
            this.state.data = await this.keepLast.add(call);
            this.state.error = false;
        } catch {
            this.state.error = true;
        }
    }

    get isQuiet() {
        const { campaigns, minutes } = this.state.data;
        return !campaigns.length && !minutes.some(Boolean);
    }

    get numbers() {
        const { totals, rate, oldest } = this.state.data;
        return [
            { key: "waiting", label: _t("Waiting"), value: formatInteger(totals.waiting) },
            { key: "moving", label: _t("On the way"), value: formatInteger(totals.moving) },
            {
                key: "rate",
                label: _t("Sent a minute"),
                value: formatFloat(rate, { digits: [16, rate < 10 ? 1 : 0] }),
            },
            {
                key: "oldest",
                label: _t("Oldest waiting"),
                value: oldest ? deserializeDateTime(oldest).toRelative() : "–",
            },
            {
                key: "in_doubt",
                label: _t("In doubt"),
                value: formatInteger(totals.in_doubt),
                isAlarm: totals.in_doubt > 0,
            },
        ];
    }

    get bars() {
        const { minutes } = this.state.data;
        const top = Math.max(...minutes, 1);
        return minutes.map((number, index) => ({
            key: index,
            height: (100 * number) / top,
            title: _t("%(number)s sent, %(age)s minutes ago", {
                number: formatInteger(number),
                age: minutes.length - 1 - index,
            }),
        }));
    }

    get sentInHour() {
        return this.state.data.minutes.reduce((sum, number) => sum + number, 0);
    }

    format(value) {
        return formatInteger(value);
    }

    color(state) {
        return COLORS[state] || "text-bg-secondary";
    }

    openCampaign(id) {
        this.open("email.campaign", id);
    }

    openProvider(id) {
        this.open("delivery.provider", id);
    }

    open(resModel, resId) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }

    openDoubt() {
        this.action.doAction("marketing_delivery.campaign_recipient_doubt_action");
    }
}

registry.category("actions").add("marketing_delivery.monitor", DeliveryMonitor);
