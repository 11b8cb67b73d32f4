import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { fuzzyLookup } from "@web/core/utils/search";

/** Searchable list of merge tags with what each looks like. */
export class TagPicker extends Component {
    static template = "marketing_campaign.TagPicker";
    static props = {
        close: Function,
        onSelect: Function,
    };

    setup() {
        this.tagService = useService("marketing_merge_tags");
        this.list = useRef("list");
        this.state = useState({ query: "", fallback: "", active: 0 });
        this.tags = [];
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
        this.props.onSelect(tag, this.state.fallback.trim());
        this.props.close();
    }
}
