import { isHtmlContentSupported } from "@html_editor/core/selection_plugin";
import { Plugin } from "@html_editor/plugin";
import { withSequence } from "@html_editor/utils/resource";
import { _t } from "@web/core/l10n/translation";
import { createTagElement } from "./merge_tags";
import { TagPicker } from "./tag_picker";

const TAG_SELECTOR = "[data-mm-tag]";

/** Inserts merge tags and keeps each of them in one piece. */
export class MergeTagPlugin extends Plugin {
    static id = "marketingMergeTag";
    static dependencies = ["overlay", "selection", "dom", "history"];
    resources = {
        user_commands: [
            {
                id: "insertMergeTag",
                title: _t("Tag"),
                description: _t("Insert a value of each customer"),
                icon: "fa-tag",
                run: () => this.open(),
                isAvailable: isHtmlContentSupported,
            },
        ],
        powerbox_categories: withSequence(5, { id: "marketing_tags", name: _t("Marketing") }),
        powerbox_items: [
            {
                categoryId: "marketing_tags",
                commandId: "insertMergeTag",
                keywords: [_t("merge"), _t("placeholder"), _t("first name")],
            },
        ],
        toolbar_groups: [
            withSequence(45, { id: "merge_tag", namespaces: ["compact", "expanded"] }),
        ],
        toolbar_items: [
            { id: "merge_tag", groupId: "merge_tag", commandId: "insertMergeTag" },
        ],
        content_not_editable_providers: (root) => [...root.querySelectorAll(TAG_SELECTOR)],
        selectors_for_feff_providers: () => TAG_SELECTOR,
        unsplittable_node_predicates: (node) => node.matches?.(TAG_SELECTOR),
        legit_empty_link_predicates: (link) => link.hasAttribute("data-mm-href"),
    };

    setup() {
        this.overlay = this.dependencies.overlay.createOverlay(TagPicker, {
            hasAutofocus: true,
            className: "popover",
        });
    }

    open() {
        this.overlay.open({
            props: {
                close: () => {
                    this.overlay.close();
                    this.dependencies.selection.focusEditable();
                },
                onSelect: (...choice) => this.insert(...choice),
            },
        });
    }

    insert(tag, fallback, filter) {
        this.dependencies.selection.focusEditable();
        const element = createTagElement(this.document, tag, fallback, filter);
        this.dependencies.dom.insert(element);
        this.dependencies.history.addStep();
    }
}
