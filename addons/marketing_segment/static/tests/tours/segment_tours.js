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

registry.category("web_tour.tours").add("mm_segment_none_of", {
    steps: () => [
        {
            content: "a group can be turned into none of",
            trigger: ".o_marketing_connector",
            run: "select none",
        },
        {
            content: "the sentence follows",
            trigger: ".o_field_widget[name=explanation]:contains(All customers, except those)",
        },
        ...stepUtils.saveForm(),
    ],
});
