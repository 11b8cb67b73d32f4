import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("mm_segment_overlap", {
    steps: () => [
        {
            content: "All pairs are counted",
            trigger: ".o_mm_overlap .o_mm_matrix td:contains('2'):contains('66.7%')",
        },
        {
            content: "The largest three are drawn, with seven regions",
            trigger: ".o_mm_venn .o_mm_region[data-mask='7']",
        },
        {
            content: "Without a circle there are fewer",
            trigger: ".o_mm_overlap button[aria-pressed=true]:contains('Tour List')",
            run: "click",
        },
        {
            content: "The people in both of the others",
            trigger:
                ".o_mm_venn:not(:has([data-mask='7'])) .o_mm_region[data-mask='3']:contains('2')",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains('Tour Both')" },
        {
            content: "Back to the same comparison",
            trigger: ".o_breadcrumb .o_back_button a, .breadcrumb-item a",
            run: "click",
        },
        { trigger: ".o_mm_overlap button[aria-pressed=false]:contains('Tour List')" },
        {
            content: "A region as a list",
            trigger: ".o_mm_regions tr:contains('Only Tour Often') button.btn-secondary",
            run: "click",
        },
        { trigger: ".o_form_view .o_field_widget[name=name] input:value(Tour Often, not)" },
    ],
});
