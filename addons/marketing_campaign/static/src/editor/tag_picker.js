import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { fuzzyLookup } from "@web/core/utils/search";

const WRITTEN_AS_TEXT = ["text", "choice", "date"];

/** Searchable list of merge tags with what each means and looks like. */
export class TagPicker extends Component {
    static template = "marketing_campaign.TagPicker";
    static props = {
        close: Function,
        onSelect: Function,
    };

    setup() {
        this.tagService = useService("marketing_merge_tags");
        this.list = useRef("list");
        this.state = useState({ query: "", fallback: "", filter: "", active: 0 });
        this.tags = [];
        this.filters = [
            { key: "", label: _t("As it is") },
            { key: "upper", label: _t("ALL CAPITALS") },
            { key: "lower", label: _t("no capitals") },
            { key: "title", label: _t("Each Word With A Capital") },
            { key: "capitalize", label: _t("First letter a capital") },
        ];
        useAutofocus();
        onWillStart(async () => {
            const tags = await this.tagService.load();
            this.tags = tags.filter((tag) => tag.kind !== "url");
        });
    }

    get results() {
        const query = this.state.query.trim();
        if (!query) {
            return this.tags;
        }
        return fuzzyLookup(query, this.tags, (tag) => [tag.label, tag.key]);
    }

    onInput() {
        this.state.active = 0;
    }

    onKeydown(ev) {
        const last = this.results.length - 1;
        if (ev.key === "Enter" && this.results.length) {
            this.select(this.results[this.state.active]);
        } else if (ev.key === "Escape") {
            this.props.close();
        } else if (ev.key === "ArrowDown") {
            this.state.active = Math.min(this.state.active + 1, last);
        } else if (ev.key === "ArrowUp") {
            this.state.active = Math.max(this.state.active - 1, 0);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    select(tag) {
        const filter = WRITTEN_AS_TEXT.includes(tag.kind) ? this.state.filter : "";
        this.props.onSelect(tag, this.state.fallback.trim(), filter);
        this.props.close();
    }
}
