import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("mm_first_steps", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "the app of a new company opens with the first steps",
            trigger: '.o_app[data-menu-xmlid="marketing_base.menu_root"]',
            run: "click",
        },
        {
            content: "nothing is done, and somebody else has to connect the mail server",
            trigger: ".o_mm_first_steps [data-step=provider][data-done='0'] .o_mm_waits",
        },
        {
            trigger: ".o_mm_first_steps button[name=load_sample]",
            run: "click",
        },
        {
            content: "what it means is said before",
            trigger: ".modal:contains(never written to) .btn-primary",
            run: "click",
        },
        {
            content: "sample data is no step",
            trigger:
                ".o_mm_first_steps:not(:has([data-done='1'])) button[name=remove_sample]:enabled",
            run: "click",
        },
        {
            trigger: ".modal:contains(Remove sample data) .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_mm_first_steps button[name=load_sample]:enabled",
        },
        {
            trigger: ".o_mm_first_steps [data-step=segment] button",
            run: "click",
        },
        {
            content: "the button opened the segments",
            trigger: ".o_breadcrumb:contains(Segments)",
        },
    ],
});
