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

registry.category("web_tour.tours").add("mm_segment_why", {
    steps: () => [
        {
            content: "ask about a customer",
            trigger: "button[name=action_why]",
            run: "click",
        },
        {
            content: "nothing is said before somebody is chosen",
            trigger: ".modal .o_field_widget[name=partner_id] input:value()",
            run: "edit Tour Buyer",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Tour Buyer)",
            run: "click",
        },
        {
            content: "the verdict first",
            trigger: ".modal .alert-success:contains(Tour Buyer is in “Regulars”)",
        },
        {
            content: "then the conditions, with the customer's own value",
            trigger: ".modal .o_marketing_decides:contains(3 orders):contains(yes)",
        },
        {
            content: "somebody else",
            trigger: ".modal .o_field_widget[name=partner_id] input",
            run: "edit Tour Visitor",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Tour Visitor)",
            run: "click",
        },
        {
            trigger: ".modal .alert-secondary:contains(is not in “Regulars”)",
        },
        {
            content: "who never bought is told so",
            trigger: ".modal .o_marketing_decides:contains(no order)",
        },
        {
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

/** Choose what the rule in a row asks for, by its name. */
function chooseField(row, search, name) {
    return [
        {
            trigger: ".o_field_segment_domain a:contains(New Rule)",
            run: "click",
        },
        {
            trigger: `.o_tree_editor_condition:eq(${row}) .o_model_field_selector_value`,
            run: "click",
        },
        {
            trigger: ".o_model_field_selector_popover_search input",
            run: `edit ${search}`,
        },
        {
            trigger: `.o_model_field_selector_popover li:only-child[data-name=${name}]`,
        },
        {
            trigger: ".o_model_field_selector_popover_search input",
            run: "press Enter",
        },
    ];
}

registry.category("web_tour.tours").add("mm_segment_slipping_away", {
    steps: () => [
        {
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit High value, slipping away, likes coffee",
        },
        {
            content: "a new rule asks who bought lately",
            trigger: ".o_field_segment_domain a:contains(New Rule)",
            run: "click",
        },
        {
            trigger: ".o_marketing_activity select[name=comparison]",
            run: "select >=",
        },
        {
            content: "a number is asked for, and starts at 2",
            trigger: ".o_marketing_activity input[aria-label=Number]:value(2)",
        },
        {
            trigger: ".o_marketing_activity select[name=period]",
            run: "select ever",
        },
        {
            trigger: ".o_marketing_records[data-name=categories] input",
            run: "edit Tour Coffee",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Tour Coffee)",
            run: "click",
        },
        {
            content: "the sentence follows",
            trigger:
                ".o_field_widget[name=explanation]:contains(bought “Tour Coffee” at least 2 times.)",
        },
        ...chooseField(1, "Lifecycle", "lifecycle_stage"),
        {
            trigger: ".o_tree_editor_condition:eq(1) select[aria-label=Value]",
            run: "selectByLabel At Risk",
        },
        ...chooseField(2, "Revenue, 365", "monetary"),
        {
            trigger: ".o_tree_editor_condition:eq(2) input[aria-label=Value]",
            run: "edit 100 && press Tab",
        },
        {
            trigger:
                ".o_field_widget[name=explanation]:contains(whose revenue in 365 days is at least)",
        },
        {
            content: "so does the count",
            trigger: ".o_marketing_figures .o_marketing_count:contains(1)",
        },
        ...stepUtils.saveForm(),
        {
            trigger: "button[name=action_view_members]",
            run: "click",
        },
        {
            content: "each member says why it is there",
            trigger:
                ".o_data_row:contains(Tour Regular) td[name=segment_reasons]:contains(“Tour Coffee”: 4 orders)",
        },
        {
            trigger: ".o_data_row button[name=action_why]",
            run: "click",
        },
        {
            trigger: ".modal .alert-success:contains(Tour Regular is in “High value)",
        },
        {
            trigger: ".modal .o_marketing_decides:contains(lifecycle stage):contains(At Risk)",
        },
        {
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

registry.category("web_tour.tours").add("mm_segment_share", {
    steps: () => [
        {
            content: "the list of fields opens by the keyboard",
            trigger: ".o_field_segment_domain .o_model_field_selector_value",
            run({ anchor }) {
                anchor.focus();
                const enter = { key: "Enter", bubbles: true, cancelable: true };
                anchor.dispatchEvent(new window.KeyboardEvent("keydown", enter));
            },
        },
        {
            trigger: ".o_model_field_selector_popover_search input",
            run: "edit Bought under",
        },
        {
            trigger: ".o_model_field_selector_popover li:only-child[data-name=discount_share]",
        },
        {
            trigger: ".o_model_field_selector_popover_search input",
            run: "press Enter",
        },
        {
            content: "a share is typed as a percent, by a named input",
            trigger: ".o_marketing_share input[aria-label=Percent]:value(50)",
            run: "edit 25 && press Tab",
        },
        {
            content: "the comparison has a name too",
            trigger: ".o_field_segment_domain select[aria-label=Comparison]",
        },
        {
            trigger:
                ".o_field_widget[name=explanation]:contains(share bought under discount is at least 25%.)",
        },
        ...stepUtils.saveForm(),
    ],
});
