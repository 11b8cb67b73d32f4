import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { isBinarySize } from "@web/core/utils/binary";
import { imageUrl } from "@web/core/utils/urls";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** A notification, about as a desktop shows it. */
export class PushCard extends Component {
    static template = "marketing_delivery_push.PushCard";
    static props = {
        ...standardWidgetProps,
        title: { type: String },
        body: { type: String },
        picture: { type: String },
    };

    /** Tags as a customer without a value would see them, or by their name. */
    show(text) {
        return (text || "").replace(
            /\{\{\s*(\w+)[^}]*?(?:or\s*'([^']*)'\s*)?\}\}/g,
            (_match, name, fallback) => fallback ?? `[${name}]`,
        );
    }

    get title() {
        return this.show(this.props.record.data[this.props.title]);
    }

    get body() {
        return this.show(this.props.record.data[this.props.body]);
    }

    get site() {
        return window.location.host;
    }

    get picture() {
        const { record, picture } = this.props;
        const value = record.data[picture];
        if (!value) {
            return false;
        }
        if (isBinarySize(value)) {
            return imageUrl(record.resModel, record.resId, picture, {
                unique: record.data.write_date,
            });
        }
        return `data:image/png;base64,${value}`;
    }
}

registry.category("view_widgets").add("marketing_push_card", {
    component: PushCard,
    extractProps: ({ attrs }) => ({
        title: attrs.title_field,
        body: attrs.body_field,
        picture: attrs.picture_field,
    }),
});
