import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatInteger, formatMonetary, formatPercentage } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const SCORES = [5, 4, 3, 2, 1];
const NEWCOMER = "newcomer";

/** Customers by recency and frequency score today, and who moved in which month. */
export class RfmGrid extends Component {
    static template = "marketing_segment.RfmGrid";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.scores = SCORES;
        this.measures = [
            ["count", _t("Customers")],
            ["revenue", _t("Revenue, 365 Days")],
        ];
        this.state = useState({
            grid: null,
            moves: null,
            month: "",
            measure: "count",
            isShare: true,
            error: false,
        });
        onWillStart(() => {
            this.load(); // not awaited: the page shows at once
        });
    }

    async load() {
        this.state.error = false;
        try {
            const call = this.orm.silent.call("customer.rfm.grid", "get_grid", []);
            this.state.grid = await this.keepLast.add(call);
            if (this.state.grid.months.length) {
                await this.loadMoves(this.state.grid.months[0]);
            }
        } catch {
            this.state.error = true;
        }
    }

    async loadMoves(month) {
        this.state.month = month;
        try {
            const call = this.orm.silent.call("customer.rfm.grid", "get_moves", [month]);
            this.state.moves = await this.keepLast.add(call);
        } catch {
            this.state.error = true;
        }
    }

    // === THE GRID === //

    get isEmpty() {
        return !this.state.grid.cells.length;
    }

    get total() {
        return this.state.grid.cells.reduce((sum, cell) => sum + cell.count, 0);
    }

    get top() {
        const values = this.state.grid.cells.map((cell) => cell[this.state.measure]);
        return Math.max(...values, 1);
    }

    name(key) {
        return this.labels.get(key) || _t("Unknown");
    }

    get labels() {
        return new Map(this.state.grid.labels);
    }

    /** @returns {Object} what is shown of the customers with these two scores */
    cell(recency, frequency) {
        const found = this.state.grid.cells.find(
            (cell) => cell.recency === recency && cell.frequency === frequency
        );
        if (!found) {
            return { isEmpty: true };
        }
        const names = found.segments.map(([key]) => this.name(key));
        const value = Math.max(found[this.state.measure], 0);
        return {
            value: this.format(found[this.state.measure], this.state.measure),
            heat: Math.sqrt(value / this.top).toFixed(3),
            names: names.join(" · "),
            title: _t("%(count)s customers, %(revenue)s in 365 days: %(segments)s", {
                count: formatInteger(found.count),
                revenue: this.money(found.revenue),
                segments: found.segments
                    .map(([key, count]) => `${this.name(key)} ${formatInteger(count)}`)
                    .join(", "),
            }),
        };
    }

    get legend() {
        const counts = new Map();
        for (const cell of this.state.grid.cells) {
            for (const [key, count] of cell.segments) {
                counts.set(key, (counts.get(key) || 0) + count);
            }
        }
        return this.state.grid.labels.map(([key, name]) => ({
            key,
            name,
            count: formatInteger(counts.get(key) || 0),
            share: this.share((counts.get(key) || 0) / this.total),
        }));
    }

    format(value, measure) {
        return measure === "count" ? formatInteger(value) : this.money(value);
    }

    money(value) {
        return formatMonetary(value, {
            currencyId: this.state.grid.currency_id,
            digits: [16, 0],
        });
    }

    share(value) {
        return formatPercentage(value, { digits: [16, value && value < 0.01 ? 1 : 0] });
    }

    openProfiles(name, domain) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "customer.profile",
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
            ],
            domain: [
                ["partner_id.active", "=", true],
                ["company_id", "=", this.companyId],
                ...domain,
            ],
        });
    }

    openCell(recency, frequency) {
        const name = _t("Recency %(recency)s, Frequency %(frequency)s", {
            recency,
            frequency,
        });
        this.openProfiles(name, [
            ["recency_score", "=", recency],
            ["frequency_score", "=", frequency],
        ]);
    }

    openSegment(key) {
        this.openProfiles(this.name(key), [["rfm_segment", "=", key]]);
    }

    get companyId() {
        return this.state.grid.company_id;
    }

    // === MOVES === //

    monthName(month) {
        return luxon.DateTime.fromISO(month).toFormat("LLLL yyyy");
    }

    get isFirstMonth() {
        return this.state.moves.moves.every((move) => !move.from);
    }

    /** @returns {Array} a row a segment of the month before, with its cells */
    get rows() {
        const { moves } = this.state.moves;
        const keys = [...this.state.grid.labels.map(([key]) => key), NEWCOMER];
        return keys
            .map((from) => {
                const own = moves.filter((move) => move.from === from);
                const total = own.reduce((sum, move) => sum + move.count, 0);
                const cells = this.state.grid.labels.map(([to]) => {
                    const count = own.find((move) => move.to === to)?.count || 0;
                    const share = total ? count / total : 0;
                    return {
                        to,
                        count,
                        heat: share.toFixed(3),
                        isSame: from === to,
                        shown: this.state.isShare ? this.share(share) : formatInteger(count),
                        title: _t("%(from)s → %(to)s: %(count)s of %(total)s, %(share)s", {
                            from: this.fromName(from),
                            to: this.name(to),
                            count: formatInteger(count),
                            total: formatInteger(total),
                            share: this.share(share),
                        }),
                    };
                });
                return { from, name: this.fromName(from), total, cells };
            })
            .filter((row) => row.total);
    }

    fromName(key) {
        return key === NEWCOMER ? _t("Not a customer yet") : this.name(key);
    }

    formatCount(value) {
        return formatInteger(value);
    }

    openMove(from, to) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("%(from)s → %(to)s", { from: this.fromName(from), to: this.name(to) }),
            res_model: "customer.profile.history",
            views: [[false, "list"]],
            domain: [
                ["company_id", "=", this.companyId],
                ["month", "=", this.state.month],
                ["previous_rfm_segment", "=", from],
                ["rfm_segment", "=", to],
            ],
        });
    }
}

registry.category("actions").add("marketing_segment.rfm_grid", RfmGrid);
