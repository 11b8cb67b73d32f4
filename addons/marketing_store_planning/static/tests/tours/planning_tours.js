import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const GRID = ".o_list_view";

/** A cell of the grid, of the store whose number is given. */
function cell(store, name) {
    return `${GRID} .o_data_row:contains(${store}) td[name=${name}]`;
}

function newWave(name) {
    return [
        {
            trigger: ".o_field_widget[name=wave_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=wave_ids] .o_selected_row [name=name] input",
            run: `edit ${name}`,
        },
    ];
}

function choose(store, creative) {
    return [
        { trigger: cell(store, "creative_id"), run: "click" },
        {
            trigger: `${GRID} .o_selected_row [name=creative_id] input`,
            run: `edit ${creative}`,
        },
        {
            trigger: `.ui-autocomplete .ui-menu-item a:contains(${creative})`,
            run: "click",
        },
    ];
}

const saveRow = [
    { trigger: ".o_list_button_save:visible", run: "click" },
    { trigger: `${GRID}:not(:has(.o_selected_row))` },
];

// Scenario 1, Monday: from the recommendations to a draft in two waves.
registry.category("web_tour.tours").add("mm_plan_create", {
    steps: () => [
        {
            content: "what is sure is looked at first",
            trigger: ".o_mm_matrix button:contains(Auto-approve)",
            run: "click",
        },
        {
            trigger: ".o_mm_matrix_grid .o_mm_matrix_cell.o_mm_best:first",
            run: "click",
        },
        {
            content: "the evidence is told in sentences",
            trigger: ".o_mm_matrix_panel:contains(Past drops of this store)",
        },
        {
            trigger: ".o_mm_matrix button[aria-pressed]:contains(All)",
            run: "click",
        },
        {
            trigger: ".o_control_panel button:contains(Create Plan from Recommendations)",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=name] input",
            run: "edit March Wave",
        },
        ...newWave("Week 1"),
        ...newWave("Week 2"),
        ...stepUtils.saveForm(),
        {
            trigger: ".o_statusbar_buttons button:contains(Assign Waves)",
            run: "click",
        },
        { trigger: ".modal button[name=action_assign]", run: "click" },
        {
            content: "both waves have stores",
            trigger:
                ".o_form_view:not(:has(.modal)) .o_field_widget[name=wave_ids] .o_data_row:contains(Week 2) [name=total_stores]:not(:contains(/^0$/))",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_submit]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(In Review)",
        },
    ],
});

// Scenario 2: a regional manager knows better, and says why.
registry.category("web_tour.tours").add("mm_plan_override", {
    steps: () => [
        {
            trigger: ".o_statusbar_buttons button[name=action_open_lines]",
            run: "click",
        },
        {
            content: "only the stores of the own region",
            trigger: `${GRID}:has(.o_data_row:contains(SAMPLE-13)):not(:has(.o_data_row:contains(SAMPLE-01)))`,
        },
        ...choose("SAMPLE-13", "Fall Promo"),
        {
            trigger: `${GRID} .o_selected_row [name=quantity] input`,
            run: "edit 125",
        },
        {
            trigger: `${GRID} .o_selected_row [name=override_reason] input`,
            run: "edit Locals like it all year",
        },
        ...saveRow,
        {
            content: "it is highlighted",
            trigger: `${cell("SAMPLE-13", "creative_id")}.fw-bold:contains(Fall Promo)`,
        },
    ],
});

// Scenario 1, Wednesday: last changes, approval, orders.
registry.category("web_tour.tours").add("mm_plan_approve", {
    steps: () => [
        {
            trigger: ".o_statusbar_buttons button[name=action_open_lines]",
            run: "click",
        },
        ...choose("SAMPLE-02", "Spring Sale"),
        {
            trigger: `${GRID} .o_selected_row [name=override_reason] input`,
            run: "edit Spring was better last year",
        },
        ...saveRow,
        {
            content: "back to the plan",
            trigger: ".o_breadcrumb a:contains(March Wave), .o_back_button a:contains(March Wave)",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_approve]",
            run: "click",
        },
        { trigger: ".modal .btn-primary:contains(Approve)", run: "click" },
        {
            content: "locked",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Approved)",
        },
        {
            trigger: ".o_statusbar_buttons button:contains(Create Orders)",
            run: "click",
        },
        {
            content: "what will be ordered is shown before",
            trigger: ".modal .o_data_row:contains(Week 1)",
        },
        { trigger: ".modal button[name=action_create]", run: "click" },
        {
            content: "one order a wave, from the plan",
            trigger: `${GRID} .o_data_row:contains(March Wave):eq(1)`,
        },
    ],
});

// A salesperson takes the orders to the printer, with the own rights.
registry.category("web_tour.tours").add("mm_plan_print", {
    steps: () => [
        {
            trigger: `${GRID} .o_data_row:contains(March Wave):first td[name=name]`,
            run: "click",
        },
        {
            content: "it says where it comes from",
            trigger: ".o_form_view .badge:contains(From plan)",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_print_start]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_print_ship]",
        },
    ],
});
