import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { formatInteger, formatPercentage } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const SCORES = ["recency", "frequency", "monetary"].flatMap((name) => [`${name}_min`, `${name}_max`]);
const PATTERNS = ["type_ids", "match", "min_score", "primary_only"].map((name) => `pattern_${name}`);
const RULE = ["segment_type", "filter_domain", "company_id", "rfm_segment_ids"].concat(
    SCORES,
    PATTERNS
);
const WAIT = 300;

/** How many customers the rule on the screen has, counted while somebody edits it. */
export class SegmentFigures extends Component {
    static template = "marketing_segment.SegmentFigures";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ status: "counting", count: null, details: null, problem: "" });
        this.formatInteger = formatInteger;
        const count = useDebounced(() => this.load(), WAIT);
        useRecordObserver((record) => {
            // each value is read here, so that a change of it is noticed
            this.asked = JSON.stringify([this.getValues(record), record.data.last_calculated_at]);
            this.state.status = "counting";
            count();
        });
    }

    getValues(record) {
        const values = {};
        for (const name of RULE) {
            const value = record.data[name];
            if (value?.currentIds) {
                values[name] = [...value.currentIds];
            } else if (value !== undefined) {
                values[name] = name === "company_id" ? value.id || false : value;
            }
        }
        return values;
    }

    async load() {
        const { record } = this.props;
        const asked = this.asked;
        const args = [record.resId || false, this.getValues(record)];
        const call = (method) =>
            this.keepLast.add(this.orm.silent.call("customer.segment", method, args));
        this.state.status = "counting";
        try {
            const { count, problem } = await call("read_live_count");
            if (asked !== this.asked) {
                return; // counted again soon
            }
            Object.assign(this.state, { count, problem, status: problem ? "problem" : "details" });
            if (!problem) {
                const details = await call("read_live_details");
                if (asked === this.asked) {
                    Object.assign(this.state, { details, status: "done" });
                }
            }
        } catch {
            if (asked === this.asked) {
                this.state.status = "failed";
            }
        }
    }

    get isStatic() {
        return this.props.record.data.segment_type === "static";
    }

    get unit() {
        return this.state.count === 1 ? _t("customer") : _t("customers");
    }

    get share() {
        const { base } = this.state.details;
        const share = formatPercentage(base ? this.state.count / base : 0, { digits: [0, 1] });
        return _t("%(share)s of all %(base)s customers", { share, base: formatInteger(base) });
    }

    openCustomer(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "customer.profile",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("segment_figures", { component: SegmentFigures });
