import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("mm_segment_relative_date", {
    steps: () => [
        {
            content: "the relative date is readable",
            trigger: ".o_marketing_days_ago input[type=number]:value(30)",
        },
        {
            trigger: ".o_marketing_days_ago input",
            run: "edit 45 && press Tab",
        },
        {
            trigger: ".o_marketing_days_ago input:value(45)",
        },
        ...stepUtils.saveForm(),
    ],
});
