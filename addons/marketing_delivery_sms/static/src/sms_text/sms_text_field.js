import { onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { TextField, textField } from "@web/views/fields/text/text_field";

const DELAY = 300; // ms after the last key

/** The text of an SMS, and below it what a customer will see and what it takes. */
export class SmsTextField extends TextField {
    static template = "marketing_delivery_sms.SmsTextField";

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.keepLast = new KeepLast(); // a late answer for an older text is dropped
        this.size = useState({ segments: 0, text: "", problem: false });
        this.measureSoon = useDebounced((text) => this.measure(text), DELAY);
        onWillStart(() => this.measure(this.value));
        useRecordObserver((record) => {
            const { template_type, company_id } = record.data;
            const key = `${template_type} ${company_id && company_id.id}`;
            const text = record.data[this.props.name];
            if (key !== this.key || text !== this.text) {
                this.key = key;
                this.text = text;
                this.measureSoon(text);
            }
        });
        onWillUnmount(() => this.measureSoon.cancel());
    }

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    onInput(event) {
        this.text = event.target.value;
        this.measureSoon(this.text);
    }

    async measure(text) {
        if (!(text || "").trim()) {
            Object.assign(this.size, { segments: 0, text: "", problem: false });
            return;
        }
        const { template_type, company_id } = this.props.record.data;
        const size = await this.keepLast.add(
            this.orm.silent.call("email.template.marketing", "measure_sms", [
                text,
                template_type || "marketing",
                company_id ? company_id.id : false,
            ])
        );
        Object.assign(this.size, size);
    }

    get words() {
        const { segments, length, room, alphabet } = this.size;
        const text =
            segments === 1
                ? _t("1 segment: %(length)s of %(room)s characters (%(alphabet)s)")
                : _t("%(segments)s segments: %(length)s of %(room)s characters (%(alphabet)s)");
        const values = { segments, length, room, alphabet };
        return text.replace(/%\((\w+)\)s/g, (_match, name) => values[name]);
    }

    get foreign() {
        return [...(this.size.foreign || "")].slice(0, 10).join(" ");
    }
}

registry.category("fields").add("marketing_sms_text", {
    ...textField,
    component: SmsTextField,
    displayName: _t("Text Message"),
    fieldDependencies: [
        { name: "template_type", type: "selection" },
        { name: "company_id", type: "many2one", relation: "res.company" },
    ],
});
