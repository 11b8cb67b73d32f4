import { Component } from "@odoo/owl";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";

const WIDTH = 480;
const HEIGHT = 150;
const STEPS = 400;

/** Return the point of a curve at a budget, between the two that are next to it. */
export function pointAt(points, budget) {
    const last = points.length - 1;
    const place = points.findIndex((point) => point.budget >= budget);
    if (place <= 0) {
        return { ...points[place < 0 ? last : 0] };
    }
    const [low, high] = [points[place - 1], points[place]];
    const part = (budget - low.budget) / (high.budget - low.budget || 1);
    const point = { budget };
    for (const name of ["profit", "cost", "pieces", "stores", "marginal"]) {
        point[name] = low[name] + part * (high[name] - low[name]);
    }
    point.waves = low.waves.map((cost, wave) => cost + part * (high.waves[wave] - cost));
    return point;
}

/** Profit by budget, with a slider: what would more or less money bring? */
export class BudgetCurve extends Component {
    static template = "marketing_store_planning.BudgetCurve";
    static props = {
        points: Array,
        currencyId: Number,
        budget: Number,
        waves: { type: Array, optional: true },
        change: Function,
    };

    setup() {
        this.width = WIDTH;
        this.height = HEIGHT;
    }

    get top() {
        return this.props.points.at(-1).budget;
    }

    get least() {
        return this.props.points[0].budget;
    }

    get step() {
        return (this.top - this.least) / STEPS || 1;
    }

    get chosen() {
        return Math.min(Math.max(this.props.budget, this.least), this.top);
    }

    get point() {
        return pointAt(this.props.points, this.chosen);
    }

    get best() {
        return Math.max(...this.props.points.map((point) => point.profit), 1e-9);
    }

    get floor() {
        return Math.min(...this.props.points.map((point) => point.profit), 0);
    }

    x(budget) {
        return ((budget - this.least) / (this.top - this.least || 1)) * WIDTH;
    }

    y(profit) {
        const part = (profit - this.floor) / (this.best - this.floor || 1);
        return HEIGHT - part * (HEIGHT - 10);
    }

    get line() {
        const places = this.props.points.map(
            (point) => `${this.x(point.budget).toFixed(1)},${this.y(point.profit).toFixed(1)}`
        );
        return `M${places.join(" L")}`;
    }

    get area() {
        return `${this.line} L${WIDTH},${HEIGHT} L0,${HEIGHT} Z`;
    }

    /** What the next tenth of the budget would earn, less itself. */
    get next() {
        const more = Math.min(this.chosen * 0.1 || this.top * 0.1, this.top - this.chosen);
        const profit = pointAt(this.props.points, this.chosen + more).profit;
        return { more, profit: profit - this.point.profit };
    }

    slide(value) {
        this.props.change(Number(value));
    }

    money(value, digits = 0) {
        const { currencyId } = this.props;
        return formatMonetary(value, { currencyId, digits: [16, digits] });
    }

    integer(value) {
        return formatInteger(Math.round(value));
    }

    number(value) {
        return formatFloat(value, { digits: [16, 2] });
    }
}
