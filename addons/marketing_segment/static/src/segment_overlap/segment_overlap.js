import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { MultiRecordSelector } from "@web/core/record_selectors/multi_record_selector";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { user } from "@web/core/user";
import { formatInteger, formatPercentage } from "@web/views/fields/formatters";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Venn } from "./venn";

const MODEL = "customer.segment";
const CIRCLES = 3;

/** Whom several segments share: a table of all pairs, and circles of up to three. */
export class SegmentOverlap extends Component {
    static template = "marketing_segment.Overlap";
    static components = { Layout, MultiRecordSelector, Venn };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.placeholder = _t("Add a segment");
        const { active_model: model, active_ids: ids } = this.props.action.context || {};
        const given = model === MODEL ? ids : [];
        const kept = this.props.state?.ids;
        this.state = useState({
            ids: kept || given,
            circles: this.props.state?.circles || [],
            data: null,
            error: "",
            isLoading: true,
            canMakeLists: false,
        });
        useSetupAction({
            getLocalState: () => ({ ids: this.state.ids, circles: this.state.circles }),
        });
        onWillStart(async () => {
            this.state.canMakeLists = await user.hasGroup("marketing_base.group_user");
            this.load();
        });
    }

    async load() {
        this.state.isLoading = true;
        try {
            if (!this.state.ids.length && !this.state.data) {
                this.state.ids = await this.orm.call(MODEL, "get_default_compared", []);
            }
            const call = this.orm.silent.call(MODEL, "get_overlap", [this.state.ids]);
            this.state.data = await this.keepLast.add(call);
            this.state.ids = this.state.data.segments.map((segment) => segment.id);
            this.keepCircles();
            this.state.error = "";
        } catch (error) {
            this.state.error = error.data?.message || _t("The segments could not be compared.");
        }
        this.state.isLoading = false;
    }

    /** Circles stay on the segments that are still compared; the first ones fill up. */
    keepCircles() {
        const { ids } = this.state;
        const kept = this.state.circles.filter((id) => ids.includes(id));
        this.state.circles = kept.length ? kept : ids.slice(0, CIRCLES);
    }

    choose(ids) {
        const added = ids.filter((id) => !this.state.ids.includes(id));
        if (this.state.circles.length + added.length <= CIRCLES) {
            this.state.circles = [...this.state.circles, ...added];
        }
        this.state.ids = ids;
        this.load();
    }

    toggleCircle(id) {
        const { circles } = this.state;
        if (circles.includes(id)) {
            this.state.circles = circles.length > 1 ? circles.filter((c) => c !== id) : circles;
        } else {
            this.state.circles = [...circles, id].slice(-CIRCLES);
        }
    }

    get segments() {
        return this.state.data.segments;
    }

    get circled() {
        return this.segments.filter((segment) => this.state.circles.includes(segment.id));
    }

    /** Every region of the circles, with the customers of all that is not drawn added up. */
    get regions() {
        const { circled } = this;
        const counts = new Map();
        for (const { inside, count } of this.state.data.regions) {
            const mask = circled.reduce(
                (bits, segment, index) => bits | (inside.includes(segment.id) ? 1 << index : 0),
                0
            );
            counts.set(mask, (counts.get(mask) || 0) + count);
        }
        const total = circled.length ? (1 << circled.length) - 1 : 0;
        return Array.from({ length: total }, (_item, index) => {
            const mask = index + 1;
            const isIn = (_segment, place) => (mask >> place) & 1;
            const inside = circled.filter(isIn);
            const outside = circled.filter((segment, place) => !isIn(segment, place));
            return {
                mask,
                inside: inside.map((segment) => segment.id),
                outside: outside.map((segment) => segment.id),
                name: this.nameRegion(inside, outside),
                count: counts.get(mask) || 0,
            };
        });
    }

    nameRegion(inside, outside) {
        const name = inside.map((segment) => segment.name).join(_t(" and "));
        if (!outside.length) {
            return inside.length > 1 ? name : _t("All of %s", name);
        }
        return inside.length > 1
            ? _t("%(inside)s, but no other", { inside: name })
            : _t("Only %(inside)s", { inside: name });
    }

    get rows() {
        const { shared } = this.state.data;
        return this.segments.map((segment, i) => ({
            ...segment,
            count: shared[i][i],
            note: segment.is_live ? _t("Now") : this.tellMoment(segment.counted_at),
            cells: this.segments.map((other, j) => {
                const share = shared[i][i] ? shared[i][j] / shared[i][i] : 0;
                return {
                    key: other.id,
                    isOwn: i === j,
                    count: formatInteger(shared[i][j]),
                    share: formatPercentage(share, { digits: [16, 1] }),
                    shade: `--o-mm-shade: ${Math.round(50 * share)}%`,
                    title: _t("%(share)s of “%(segment)s” are in “%(other)s” too", {
                        share: formatPercentage(share, { digits: [16, 1] }),
                        segment: segment.name,
                        other: other.name,
                    }),
                };
            }),
        }));
    }

    tellMoment(text) {
        return text ? formatDateTime(deserializeDateTime(text), { format: "f" }) : _t("Never");
    }

    format(value) {
        return formatInteger(value);
    }

    async openRegion(region) {
        const call = [region.inside, region.outside];
        this.action.doAction(await this.orm.call(MODEL, "open_region", call));
    }

    async makeList(region) {
        const call = [region.inside, region.outside];
        this.action.doAction(await this.orm.call(MODEL, "make_region_list", call));
    }

    openSegment(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: MODEL,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openSegments() {
        this.action.doAction("marketing_segment.customer_segment_action");
    }
}

registry.category("actions").add("marketing_segment.overlap", SegmentOverlap);
