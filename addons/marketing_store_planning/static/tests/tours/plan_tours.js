import { browser } from "@web/core/browser/browser";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

import { SAVE_EVERY } from "@marketing_store_planning/versioned/versioned_views";

/** A draft saves itself at once, so that nobody waits half a minute for it. */
function hurry() {
    const { setInterval } = browser;
    browser.setInterval = (callback, delay) =>
        setInterval(callback, delay === SAVE_EVERY ? 200 : delay);
}

/** Call a method of the line that is shown, past the screen. */
function callLine(method, ...args) {
    const id = Number(browser.location.pathname.split("/").at(-1));
    const model = "campaign.plan.line";
    return rpc(`/web/dataset/call_kw/${model}/${method}`, {
        model,
        method,
        args: [[id], ...args],
        kwargs: {},
    });
}

/** The screen has saved a value by itself: the database has it. */
async function waitForSaved(name, value) {
    for (let tries = 0; tries < 90; tries++) {
        const [line] = await callLine("read", [name]);
        if (line[name] === value) {
            return;
        }
        await new Promise((resolve) => browser.setTimeout(resolve, 100));
    }
    throw new Error(`${name} was not saved`);
}

const QUANTITY = ".o_form_view .o_field_widget[name=quantity] input";

registry.category("web_tour.tours").add("mm_plan_two_people", {
    steps: () => [
        {
            trigger: ".o_statusbar_buttons button[name=action_open_lines]",
            async run(helpers) {
                hurry();
                await helpers.click();
            },
        },
        {
            content: "the totals of the plan stand below the grid",
            trigger: ".o_mm_plan_totals dd:contains(150)",
        },
        {
            trigger: ".o_data_row:contains(E1) .o_data_cell[name=quantity]",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=quantity] input",
            run: "edit 110 && press Tab",
        },
        {
            content: "they follow what is typed",
            trigger: ".o_mm_plan_totals.o_mm_unsaved dd:contains(160)",
        },
        { trigger: ".o_list_button_save", run: "click" },
        {
            trigger: ".o_mm_plan_totals:not(.o_mm_unsaved) dd:contains(160)",
        },
        {
            trigger: ".o_data_row:contains(E1) .o_list_record_open_form_view button",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=notes] textarea",
            run: "edit Call first",
        },
        {
            content: "the draft saves itself; then somebody else writes, too",
            trigger: ".o_form_view .o_field_widget[name=notes] textarea",
            async run() {
                await waitForSaved("notes", "Call first");
                await callLine("write", { quantity: 200 });
            },
        },
        { trigger: QUANTITY, run: "edit 130" },
        {
            content: "both values are named",
            trigger: ".modal-body:contains(now “200”):contains(yours was “130”)",
        },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        {
            trigger: "body:not(:has(.modal)) .o_form_button_cancel",
            run: "click",
        },
        {
            content: "who discards sees what the other one did",
            trigger: `${QUANTITY}:value(200)`,
            run: "edit 120",
        },
        {
            trigger: `${QUANTITY}:value(120)`,
            run: () => waitForSaved("quantity", 120),
        },
    ],
});
