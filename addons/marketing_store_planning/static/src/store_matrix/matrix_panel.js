import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatInteger, formatMonetary, formatPercentage } from "@web/views/fields/formatters";

/** Why a creative is (or is not) recommended for a store: scores and evidence. */
export class MatrixPanel extends Component {
    static template = "marketing_store_planning.MatrixPanel";
    static props = { cell: Object, currencyId: Number, statuses: Array, close: Function };

    setup() {
        this.action = useService("action");
    }

    get bars() {
        const { cell } = this.props;
        return [
            [_t("Store Performance"), cell.score_store],
            [_t("Creative Fit"), cell.score_creative],
            [_t("Geographic Fit"), cell.score_region],
            [_t("Timing"), cell.score_timing],
        ].map(([name, value]) => ({ name, value: Math.round(value) }));
    }

    get status() {
        return new Map(this.props.statuses).get(this.props.cell.status);
    }

    rate(value) {
        return formatPercentage(value, { digits: [16, 2] });
    }

    money(value) {
        return formatMonetary(value, { currencyId: this.props.currencyId });
    }

    integer(value) {
        return formatInteger(value);
    }

    open(model, id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}
