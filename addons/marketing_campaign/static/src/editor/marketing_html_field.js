import { MAIN_PLUGINS } from "@html_editor/plugin_sets";
import {
    MassMailingHtmlField,
    massMailingHtmlField,
} from "@mass_mailing/fields/html_field/mass_mailing_html_field";
import { MassMailingIframe } from "@mass_mailing/iframe/mass_mailing_iframe";
import { ThemeSelector } from "@mass_mailing/themes/theme_selector/theme_selector";
import { onWillStart } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { MergeTagPlugin } from "./tag_plugin";

/** The themes without the favourites, which belong to Odoo's own mailings. */
export class MarketingThemeSelector extends ThemeSelector {
    setup() {
        this.themeService = useService("mass_mailing.themes");
        this.themes = this.themeService.getThemes();
        this.favoriteTemplates = [];
        onWillStart(() => this.themeService.load());
    }
}

/** Loads our builder instead of the one of Odoo's own mailings. */
export class MarketingIframe extends MassMailingIframe {
    static template = "marketing_campaign.MarketingIframe";
}

/**
 * The mailing editor without the QWeb placeholder and visibility tools: our renderer
 * does not read them, so "VIP only" would go to everybody. Merge tags replace them.
 */
export class MarketingHtmlField extends MassMailingHtmlField {
    static components = {
        ...MassMailingHtmlField.components,
        MassMailingIframe: MarketingIframe,
        ThemeSelector: MarketingThemeSelector,
    };

    getSimpleEditorConfig() {
        const basic = registry.category("basic-editor-plugins").getAll();
        return {
            ...super.getSimpleEditorConfig(),
            Plugins: [...MAIN_PLUGINS, ...basic, MergeTagPlugin],
        };
    }

    getThemeSelectorConfig() {
        const { name, inlineField, record } = this.props;
        return {
            setThemeHTML: (html) =>
                this.mutex.exec(() =>
                    // the inlined half follows once the editor has loaded the theme
                    record.update({ [name]: html, [inlineField]: "" }).catch(() => {})
                ),
        };
    }

    /** No rule of Odoo's own mailings is turned into QWeb. */
    preprocessFilterDomains() {}
}

export const marketingHtmlField = {
    ...massMailingHtmlField,
    component: MarketingHtmlField,
    // the height and the width of the stock editor
    additionalClasses: ["o_field_mass_mailing_html"],
    extractProps({ options }) {
        const props = massMailingHtmlField.extractProps(...arguments);
        return { ...props, dynamicPlaceholder: false, inlineField: options.inline_field };
    },
    fieldDependencies: [],
};

registry.category("fields").add("marketing_html", marketingHtmlField);
