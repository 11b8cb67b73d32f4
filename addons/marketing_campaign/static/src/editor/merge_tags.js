import { rpcBus } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

/**
 * @typedef {Object} MergeTag
 * @property {string} key
 * @property {string} label
 * @property {string} help
 * @property {string} kind
 * @property {string} sample
 * @property {MergeTag[]} fields of a list
 */

/** The merge tags of this database, read once. */
export const mergeTagService = {
    dependencies: ["orm"],
    start(env, { orm }) {
        let tags;
        rpcBus.addEventListener("CLEAR-CACHES", () => (tags = undefined));
        return {
            /** @returns {Promise<MergeTag[]>} */
            load() {
                tags ||= orm.silent.call("email.template.marketing", "get_merge_tags");
                return tags;
            },
        };
    },
};

registry.category("services").add("marketing_merge_tags", mergeTagService);

/**
 * What inserting a tag adds to the document. Tags are atomic: the element is what is
 * stored and compiled on the server, its text only shows the author what it means.
 *
 * @param {Document} doc
 * @param {MergeTag} tag
 * @param {string} fallback text for customers without a value
 * @param {string} filter how the value is written, e.g. "upper"
 * @returns {HTMLElement}
 */
export function createTagElement(doc, tag, fallback = "", filter = "") {
    if (tag.kind === "link" || tag.kind === "url") {
        return createLink(doc, tag);
    }
    if (tag.kind === "list") {
        return createRepeat(doc, tag);
    }
    return createChip(doc, tag.key, tag.label, fallback, filter);
}

function createChip(doc, key, label, fallback = "", filter = "") {
    const chip = doc.createElement("span");
    chip.className = "o_mm_tag";
    chip.dataset.mmTag = key;
    chip.setAttribute("contenteditable", "false");
    if (fallback) {
        chip.dataset.mmDefault = fallback;
    }
    if (filter) {
        chip.dataset.mmFilter = filter;
    }
    chip.textContent = label;
    return chip;
}

function createLink(doc, tag) {
    const link = doc.createElement("a");
    const target = tag.kind === "url" ? `tag/${tag.key}` : tag.key.replace(/_url$/, "");
    link.setAttribute("href", `mm://${target}`);
    link.textContent = tag.label;
    return link;
}

function createRepeat(doc, tag) {
    const table = doc.createElement("table");
    table.className = "table o_table";
    const body = table.appendChild(doc.createElement("tbody"));
    const row = body.appendChild(doc.createElement("tr"));
    row.dataset.mmFor = `item in ${tag.key}`;
    const link = tag.fields.find(({ kind }) => kind === "url");
    for (const field of tag.fields.filter(({ kind }) => kind !== "url")) {
        const cell = row.appendChild(doc.createElement("td"));
        const paragraph = cell.appendChild(doc.createElement("p"));
        const chip = createChip(doc, `item.${field.key}`, field.label);
        if (link && !row.querySelector("a")) {
            const anchor = paragraph.appendChild(doc.createElement("a"));
            anchor.setAttribute("href", "#");
            anchor.dataset.mmHref = `item.${link.key}`;
            anchor.append(chip);
        } else {
            paragraph.append(chip);
        }
    }
    return table;
}
