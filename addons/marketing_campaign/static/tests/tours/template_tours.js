import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openBuilder = [
    { trigger: ".o_field_widget[name=name] input", run: "edit From the browser" },
    {
        trigger: ".o_field_widget[name=subject_template] input",
        run: "edit Hi {{ first_name or 'there' }}",
    },
    {
        content: "start from an empty page",
        trigger: ".o_mailing_template_preview_wrapper [data-name=empty]",
        run: "click",
    },
    {
        trigger: ":iframe .o_editable[data-editor-message='DRAG BUILDING BLOCKS HERE']",
    },
];

const dropTextBlock = [
    {
        content: "drag a block into the mail",
        trigger: "#snippet_groups .o_snippet[name=Text] .o_snippet_thumbnail",
        run: "drag_and_drop :iframe .oe_drop_zone",
    },
    {
        content: "choose the block",
        trigger: ":iframe .o_snippet_preview_wrap:has(.s_text_block)",
        // Not the pointer of the tour: it would rest in the frame of this dialog, and
        // leaving a frame that is gone crashes the tab (the browser seems to hang).
        run: ({ anchor }) => anchor.click(),
    },
    { trigger: "body:not(:has(.o_we_ongoing_insertion))" },
];

function selectContent(selector) {
    return {
        content: `select ${selector}`,
        trigger: `:iframe .o_editable ${selector}`,
        run({ anchor }) {
            anchor.closest("[contenteditable=true]").focus();
            anchor.ownerDocument.getSelection().selectAllChildren(anchor);
        },
    };
}

const linkToView = [
    { trigger: ".o-we-toolbar button[name=link]", run: "click" },
    { trigger: ".o-we-linkpopover .o_we_href_input_link", run: "edit mm://view" },
    { trigger: ".o-we-linkpopover .o_we_apply_link", run: "click" },
];

function insertTag(key, fallback, filter) {
    return [
        { trigger: ".o-we-toolbar button[name=merge_tag]", run: "click" },
        { trigger: ".o_mm_tag_picker .o_mm_tag_fallback", run: `edit ${fallback}` },
        { trigger: ".o_mm_tag_picker .o_mm_tag_filter", run: `select ${filter}` },
        { trigger: `.o_mm_tag_picker [data-key=${key}]`, run: "click" },
        { trigger: "body:not(:has(.o_mm_tag_picker))" },
    ];
}

registry.category("web_tour.tours").add("mm_template_write", {
    steps: () => [
        ...openBuilder,
        {
            content: "blocks are offered",
            trigger: "#snippet_groups .o_snippet[name=Text] button",
        },
        { trigger: ".o_form_button_cancel", run: "click" },
        { trigger: ".o_mm_template_kanban" },
    ],
});

registry.category("web_tour.tours").add("mm_template_build", {
    steps: () => [
        ...openBuilder,
        ...dropTextBlock,
        selectContent("section.s_text_block p"),
        ...linkToView,
        selectContent("section.s_text_block p a"),
        ...insertTag("city", "town", "upper"),
        {
            trigger: ":iframe a[href='mm://view'] [data-mm-tag=city][data-mm-default=town][data-mm-filter=upper]",
        },
        selectContent("section.s_text_block p:last-of-type"),
        ...insertTag("products", "none", "upper"),
        {
            trigger: ":iframe tr[data-mm-for='item in products'] [data-mm-tag='item.price']:not([data-mm-filter])",
        },
        ...stepUtils.saveForm(),
    ],
});

/** Reopened and saved without a change of the body. */
registry.category("web_tour.tours").add("mm_template_save_again", {
    steps: () => [
        {
            content: "a repeat is still on its row",
            trigger: ":iframe tr[data-mm-for='item in products'] [data-mm-tag='item.name']",
        },
        {
            content: "a tag is in one piece",
            trigger: ":iframe a [data-mm-tag=city][contenteditable=false]",
        },
        { trigger: ".o_field_widget[name=name] input", run: "edit Saved again" },
        ...stepUtils.saveForm(),
    ],
});
