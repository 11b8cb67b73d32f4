import { BaseOptionComponent } from "@html_builder/core/utils";
import { Plugin } from "@html_editor/plugin";
import { withSequence } from "@html_editor/utils/resource";
import { onWillStart } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** Who sees a block, and over which list it is repeated. */
export class BlockRuleOption extends BaseOptionComponent {
    static template = "marketing_campaign.BlockRuleOption";
    static selector = "section, .s_hr, .row > [class*='col'], tr";
    static exclude = ".o_mail_wrapper_td";

    setup() {
        super.setup();
        const tags = useService("marketing_merge_tags");
        this.lists = [];
        onWillStart(async () => {
            this.lists = (await tags.load()).filter((tag) => tag.kind === "list");
        });
    }
}

export class BlockRulePlugin extends Plugin {
    static id = "marketingBlockRule";
    resources = {
        builder_options: [withSequence(Infinity, BlockRuleOption)],
    };
}
