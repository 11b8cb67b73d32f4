import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What a check of a template has found, worst first. */
export class FindingsField extends Component {
    static template = "marketing_campaign.Findings";
    static props = { ...standardFieldProps };

    get groups() {
        const findings = this.props.record.data[this.props.name] || [];
        const kinds = [
            { key: "error", label: _t("Must be corrected"), icon: "fa-times-circle text-danger" },
            {
                key: "warning",
                label: _t("Should be looked at"),
                icon: "fa-exclamation-triangle text-warning",
            },
            { key: "info", label: _t("Good to know"), icon: "fa-info-circle text-info" },
        ];
        return kinds
            .map((kind) => ({
                ...kind,
                findings: findings.filter(({ severity }) => severity === kind.key),
            }))
            .filter(({ findings: found }) => found.length);
    }
}

registry.category("fields").add("marketing_findings", {
    component: FindingsField,
    supportedTypes: ["json"],
});
