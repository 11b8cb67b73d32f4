import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Twelve months as small bars; several series of a month stand in front of each other. */
export class MonthBars extends Component {
    static template = "marketing_segment.MonthBars";
    static props = { ...standardFieldProps };

    get chart() {
        return this.props.record.data[this.props.name];
    }

    /** What somebody reads who does not see the bars. */
    get summary() {
        return this.chart.months.map((month) => month.text).join("; ");
    }

    get months() {
        const values = this.chart.months.flatMap((month) => month.values.map(Math.abs));
        const highest = Math.max(...values, 1e-9);
        return this.chart.months.map((month) => ({
            ...month,
            bars: month.values.map((value) => ({
                height: (100 * Math.abs(value)) / highest,
                isNegative: value < 0,
            })),
        }));
    }
}

registry.category("fields").add("month_bars", {
    component: MonthBars,
    supportedTypes: ["json"],
});
