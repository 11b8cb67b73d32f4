import { MassMailingBuilder } from "@mass_mailing/builder/mass_mailing_builder";
import { MergeTagPlugin } from "@marketing_campaign/editor/tag_plugin";
import { registry } from "@web/core/registry";
import { BlockRulePlugin } from "./block_rule_plugin";

// tools whose output only Odoo's own mailings understand
const FOREIGN_PLUGINS = new Set(["mass_mailing.SnippetVisibility", "dynamicPlaceholder", "qweb"]);

export class MarketingBuilder extends MassMailingBuilder {
    get builderProps() {
        const props = super.builderProps;
        const plugins = props.Plugins.filter((plugin) => !FOREIGN_PLUGINS.has(plugin.id));
        props.Plugins = [...plugins, MergeTagPlugin, BlockRulePlugin];
        return props;
    }
}

registry.category("lazy_components").add("marketing_campaign.MarketingBuilder", MarketingBuilder);
