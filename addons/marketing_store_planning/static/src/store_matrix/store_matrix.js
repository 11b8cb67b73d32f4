import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { BudgetCurve } from "../budget_curve/budget_curve";
import { PlanningSteps } from "../planning_steps/planning_steps";
import { MatrixPanel } from "./matrix_panel";

const MATRIX = "store.matrix";
const WAIT = 3000;

/** Stores and creatives, the best creative of each store, and a plan made of them. */
export class StoreMatrix extends Component {
    static template = "marketing_store_planning.StoreMatrix";
    static components = { BudgetCurve, Layout, MatrixPanel, PlanningSteps };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.orders = [
            ["confidence", _t("Confidence")],
            ["profit", _t("Profit")],
            ["quantity", _t("Pieces")],
            ["risk", _t("Risks")],
            ["store", _t("Store")],
        ];
        this.state = useState({
            page: null,
            filters: { region: "", state: "", group: "", status: "" },
            order: "confidence",
            offset: 0,
            asked: { start: "", end: "", budget: "" },
            cell: null,
            budget: null, // that is being looked at on the curve
            isBusy: false,
            error: false,
        });
        onWillStart(() => {
            this.load(); // not awaited: the page shows at once
        });
        onWillUnmount(() => clearTimeout(this.timer));
    }

    async load() {
        clearTimeout(this.timer);
        this.state.error = false;
        try {
            const { filters, order, offset } = this.state;
            const call = this.orm.silent.call(MATRIX, "get_page", [filters, order, offset]);
            this.show(await this.keepLast.add(call));
        } catch {
            this.state.error = true;
        }
    }

    show(page) {
        const isFirst = !this.state.page;
        this.state.page = page;
        if (isFirst) {
            const { period_start, period_end, budget } = page.matrix || {};
            const [start, end] = period_start ? [period_start, period_end] : page.next_month;
            Object.assign(this.state.asked, { start, end, budget: budget || 0 });
        }
        if (this.isWaiting) {
            this.timer = setTimeout(() => this.load(), WAIT);
        }
    }

    get isWaiting() {
        return this.state.page?.matrix?.state === "waiting";
    }

    get hasFilters() {
        return Object.values(this.state.filters).some(Boolean);
    }

    get computedAt() {
        return deserializeDateTime(this.state.page.matrix.computed_at).toLocaleString(
            luxon.DateTime.DATETIME_SHORT
        );
    }

    get range() {
        const { page, total } = this.state.page;
        const last = Math.min(this.state.offset + page, total);
        return _t("%(first)s–%(last)s of %(total)s", {
            first: formatInteger(total ? this.state.offset + 1 : 0),
            last: formatInteger(last),
            total: formatInteger(total),
        });
    }

    get gap() {
        return formatFloat(100 * this.state.page.matrix.gap, { digits: [16, 2] });
    }

    money(value) {
        const currencyId = this.state.page.currency_id;
        return formatMonetary(value, { currencyId, digits: [16, 0] });
    }

    integer(value) {
        return formatInteger(value || 0);
    }

    statusName(key) {
        return new Map(this.state.page.statuses).get(key) || "";
    }

    // === FILTERS === //

    filter(name, value) {
        this.state.filters[name] = value;
        this.turn(0);
    }

    sort(order) {
        this.state.order = order;
        this.turn(0);
    }

    clear() {
        Object.assign(this.state.filters, { region: "", state: "", group: "", status: "" });
        this.turn(0);
    }

    turn(offset) {
        this.state.offset = Math.max(0, offset);
        this.load();
    }

    // === WORK === //

    async compute() {
        const { start, end, budget } = this.state.asked;
        await this.work("compute", [start || null, end || null, budget === "" ? null : budget]);
        await this.load();
    }

    async plan() {
        const id = await this.work("create_plan", [this.state.filters]);
        this.openPlan(id);
    }

    orderAtOnce() {
        const stores = formatInteger(this.state.page.counts.auto);
        this.dialog.add(ConfirmationDialog, {
            title: _t("Order all auto-approved stores?"),
            body: _t(
                "A plan of %s stores is made and approved, and you see its orders before they are created.",
                stores
            ),
            confirmLabel: _t("Plan and approve"),
            confirm: async () => {
                const action = await this.work("order_at_once", [this.state.filters]);
                this.action.doAction(action, { onClose: () => this.load() });
            },
            cancel: () => {},
        });
    }

    async work(method, parameters) {
        this.state.isBusy = true;
        try {
            return await this.orm.call(MATRIX, method, parameters);
        } finally {
            this.state.isBusy = false;
        }
    }

    // === BUDGET === //

    get points() {
        // a matrix of before has pairs of numbers, until it is computed anew
        const points = this.state.page.matrix.curve || [];
        return points.every((point) => "budget" in point) ? points : [];
    }

    toggleBudget() {
        const { budget, cost } = this.state.page.matrix;
        this.state.budget = this.state.budget === null ? budget || cost : null;
    }

    async computeBudget() {
        this.state.asked.budget = Math.round(this.state.budget);
        await this.compute();
        this.state.budget = null;
    }

    openPlan(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "campaign.plan",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openList() {
        this.action.doAction("marketing_store_planning.store_matrix_cell_action");
    }

    openImport() {
        this.action.doAction("marketing_store_planning.store_campaign_result_action");
    }

    // === CELLS === //

    cell(row, creative) {
        return row.cells[creative];
    }

    heat(value) {
        return (value / 100).toFixed(2);
    }

    cellTitle(row, creative, cell) {
        const parts = { store: row.store, creative, confidence: cell[1] };
        if (!cell[2]) {
            return _t("%(store)s, %(creative)s: out of season or not for this type", parts);
        }
        return cell[3]
            ? _t("%(store)s, %(creative)s: %(confidence)s %, recommended", parts)
            : _t("%(store)s, %(creative)s: %(confidence)s %", parts);
    }

    async openCell(id) {
        this.state.cell = await this.orm.call(MATRIX, "get_cell", [id]);
    }

    closeCell() {
        this.state.cell = null;
    }
}

registry.category("actions").add("marketing_store_planning.store_matrix", StoreMatrix);
