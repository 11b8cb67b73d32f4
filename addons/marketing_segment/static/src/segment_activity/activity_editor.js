import { Component } from "@odoo/owl";
import { serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { MultiRecordSelector } from "@web/core/record_selectors/multi_record_selector";
import { COMPARISONS, makePeriod, PERIODS, readActivity, readPeriod, TIMES, UNITS } from "./activity";

/** One condition on what customers did: of what, how often or how much, and when. */
export class ActivityEditor extends Component {
    static template = "marketing_segment.ActivityEditor";
    static components = { MultiRecordSelector };
    static props = { value: String, update: Function, source: Object, isNegated: Boolean };

    get activity() {
        return { measure: "count", operator: ">=", value: 1, ...this.given };
    }

    get given() {
        return readActivity(this.props.value, this.props.source.start);
    }

    change(values) {
        const changed = { ...this.given, ...values };
        for (const [key, value] of Object.entries(changed)) {
            const isEmpty = Array.isArray(value) && !value.length;
            if (value === undefined || (isEmpty && key !== "value")) {
                delete changed[key];
            }
        }
        this.props.update(JSON.stringify(changed));
    }

    // === OF WHAT ===

    get singles() {
        return this.props.source.filters.filter((one) => one.is_single);
    }

    get lists() {
        return this.props.source.filters.filter((one) => !one.is_single && one.choices.length);
    }

    get records() {
        return this.props.source.filters.filter((one) => one.model);
    }

    chosen(one) {
        const chosen = this.given[one.name] ?? one.default;
        return Array.isArray(chosen) ? chosen : [chosen];
    }

    labelOf(one, key) {
        return one.choices.find(([other]) => other === key)?.[1] ?? key;
    }

    remaining(one) {
        return one.choices.filter(([key]) => !this.chosen(one).includes(key));
    }

    placeholderOf(one) {
        return this.chosen(one).length ? "" : _t("%s: any", one.label);
    }

    choose(one, chosen) {
        this.change({ [one.name]: chosen });
    }

    // === HOW OFTEN, HOW MUCH ===

    get measures() {
        return this.props.source.measures;
    }

    get comparisons() {
        return this.activity.measure === "count" ? [...TIMES, ...COMPARISONS] : COMPARISONS;
    }

    get comparisonKey() {
        const { measure, operator, value } = this.activity;
        const word = TIMES.find((one) => one.operator === operator && one.value === value);
        return measure === "count" && word ? word.key : operator;
    }

    get needsNumber() {
        return !TIMES.some((one) => one.key === this.comparisonKey);
    }

    get numbers() {
        const { value } = this.activity;
        return Array.isArray(value) ? value : [value];
    }

    get unit() {
        return UNITS[this.activity.measure] || "";
    }

    chooseMeasure(measure) {
        const value = measure === "days_since_last" ? 60 : measure === "count" ? 1 : 100;
        // "longer ago than" and a number of days would ask the same twice
        const period = measure === "days_since_last" ? undefined : this.given.period;
        this.change({ measure, operator: ">=", value, period });
    }

    chooseComparison(key) {
        const word = TIMES.find((one) => one.key === key);
        if (word) {
            return this.change({ operator: word.operator, value: word.value });
        }
        const [first] = this.numbers;
        // at least once, chosen as a number, starts with the next one: 2
        const low = this.needsNumber ? first : 2;
        this.change({ operator: key, value: key === "between" ? [low, low + 1] : low });
    }

    changeNumber(index, input) {
        const number = Number(input.value.replace(",", "."));
        const isWhole = ["count", "days_since_last"].includes(this.activity.measure);
        if (input.value.trim() === "" || !isFinite(number) || (isWhole && number % 1)) {
            input.value = this.numbers[index];
            return;
        }
        const numbers = [...this.numbers];
        numbers[index] = number;
        if (numbers.length === 2 && numbers[0] > numbers[1]) {
            numbers[1 - index] = number; // the other end follows
        }
        this.change({ value: numbers.length === 2 ? numbers : number });
    }

    // === WHEN ===

    get periods() {
        return PERIODS;
    }

    get period() {
        return readPeriod(this.given.period);
    }

    get periodText() {
        const { from, to } = this.given.period;
        return _t("from %(from)s to %(to)s", { from: from || "…", to: to || "…" });
    }

    labelOfEnd(name) {
        return name === "from" ? _t("First day") : _t("Last day");
    }

    get today() {
        return serializeDate(luxon.DateTime.local());
    }

    choosePeriod(key) {
        this.change({ period: makePeriod(key, this.period || {}, this.today) });
    }

    changeDays(input) {
        const days = parseInt(input.value, 10);
        if (days >= 0) {
            this.change({ period: makePeriod(this.period.key, { days }) });
        } else {
            input.value = this.period.days;
        }
    }

    changeDate(name, input) {
        if (!input.value) {
            input.value = this.period[name] || "";
            return;
        }
        const ends = { ...this.period, [name]: input.value };
        if (ends.from && ends.to && ends.from > ends.to) {
            ends[name === "from" ? "to" : "from"] = input.value;
        }
        this.change({ period: makePeriod(this.period.key, ends) });
    }
}
