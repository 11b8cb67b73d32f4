import { Component, useState } from "@odoo/owl";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";

const SUMS = {
    total_quantity: (line) => line.quantity,
    total_cost: (line) => line.quantity * line.unit_price,
    expected_conversions: (line) => line.expected_conversions,
    expected_conversions_low: (line) => line.expected_conversions_low,
    expected_conversions_high: (line) => line.expected_conversions_high,
};

function count(line) {
    return line.is_included ? 1 : 0;
}

/**
 * Below the grid and the board: what the plan adds up to, with what is being typed. The
 * price of a run that becomes another one by it is known once the line is saved.
 */
export class PlanTotals extends Component {
    static template = "marketing_store_planning.PlanTotals";
    static props = { list: Object };

    setup() {
        this.board = useState(this.env.planBoard);
    }

    /** The line that is being edited, when it is not saved yet. */
    get edited() {
        const line = this.props.list.editedRecord;
        return line && line.dirty ? line : undefined;
    }

    get totals() {
        const totals = { ...this.board.plan.totals };
        const line = this.edited;
        if (line) {
            const before = line.resId ? line._values : {};
            for (const [name, read] of Object.entries(SUMS)) {
                totals[name] +=
                    count(line.data) * (read(line.data) || 0) -
                    count(before) * (read(before) || 0);
            }
            totals.is_over_budget =
                totals.budget > 0 && totals.total_cost > totals.budget;
        }
        return totals;
    }

    integer(value) {
        return formatInteger(Math.round(value));
    }

    decimal(value) {
        return formatFloat(value, { digits: [16, value < 100 ? 1 : 0] });
    }

    money(value) {
        return formatMonetary(value, { currencyId: this.board.plan.currency_id });
    }
}
