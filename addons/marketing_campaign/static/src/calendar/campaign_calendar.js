import { registry } from "@web/core/registry";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { calendarView } from "@web/views/calendar/calendar_view";

export class CampaignCalendarModel extends CalendarModel {
    /** A refused move puts the campaign back where it was; the error is shown as ever. */
    async updateRecord() {
        try {
            return await super.updateRecord(...arguments);
        } catch (error) {
            await this.load();
            throw error;
        }
    }
}

registry.category("views").add("marketing_campaign_calendar", {
    ...calendarView,
    Model: CampaignCalendarModel,
});
