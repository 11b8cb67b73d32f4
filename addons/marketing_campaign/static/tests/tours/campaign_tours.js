import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("mm_campaign_send", {
    steps: () => [
        {
            content: "name the campaign",
            trigger: ".o_field_widget[name=name] textarea",
            run: "edit Spring offer",
        },
        {
            content: "nobody is chosen yet",
            trigger: ".o_mm_audience:contains(Choose a segment)",
        },
        {
            content: "choose the segment",
            trigger: ".o_field_widget[name=segment_ids] input",
            run: "edit Tour segment",
        },
        {
            trigger: ".ui-autocomplete .ui-menu-item a:contains(Tour segment)",
            run: "click",
        },
        {
            content: "the audience is counted before anything is saved",
            trigger: ".o_mm_audience dd[data-key=sendable]:contains(2)",
        },
        {
            trigger: ".o_mm_audience .o_mm_reasons:contains(No consent)",
        },
        {
            content: "choose the template",
            trigger: ".o_field_widget[name=template_id] input",
            run: "edit Tour template",
        },
        {
            trigger: ".ui-autocomplete .ui-menu-item a:contains(Tour template)",
            run: "click",
        },
        ...stepUtils.saveForm(),
        {
            content: "one primary button",
            trigger: ".o_statusbar_buttons button.btn-primary[name=action_confirm_send]",
            run: "click",
        },
        {
            content: "it says to how many before it happens",
            trigger: ".modal .o_field_widget[name=headline]:contains(2 customers)",
        },
        {
            trigger: ".modal-footer button:contains(Send now)",
            run: "click",
        },
        {
            content: "it runs",
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Running)",
        },
        {
            content: "the progress is there",
            trigger: ".o_mm_progress",
        },
        {
            content: "the send button is gone, pausing is offered",
            trigger:
                ".o_statusbar_buttons:not(:has([name=action_confirm_send])) button[name=action_pause]",
        },
    ],
});
