import { registry } from "@web/core/registry";
import { WeekDays, weekDays } from "@web/views/widgets/week_days/week_days";

/** The seven weekdays as a row of buttons, in the order of the user's week. */
export class WeekDayButtons extends WeekDays {
    static template = "marketing_campaign.WeekDayButtons";

    label(day) {
        return this.props.record.fields[day].string;
    }
}

registry.category("view_widgets").add("marketing_week_days", {
    ...weekDays,
    component: WeekDayButtons,
});
