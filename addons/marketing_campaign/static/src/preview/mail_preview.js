import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A whole mail in a frame without any right, as wide as a desktop or a phone. */
export class MailPreviewField extends Component {
    static template = "marketing_campaign.MailPreview";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ device: this.env.isSmall ? "phone" : "desktop" });
        this.devices = [
            { key: "desktop", label: _t("Desktop"), icon: "fa-desktop" },
            { key: "phone", label: _t("Phone"), icon: "fa-mobile" },
        ];
    }

    get document() {
        return String(this.props.record.data[this.props.name] || "");
    }
}

registry.category("fields").add("marketing_mail_preview", {
    component: MailPreviewField,
    supportedTypes: ["html"],
});

/** The top of a mail, small, for a card. */
export class MailThumbnailField extends MailPreviewField {
    static template = "marketing_campaign.MailThumbnail";
}

registry.category("fields").add("marketing_mail_thumbnail", {
    component: MailThumbnailField,
    supportedTypes: ["html"],
});
