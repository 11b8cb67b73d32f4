import { DomainSelector } from "@web/core/domain_selector/domain_selector";
import { registry } from "@web/core/registry";
import { condition } from "@web/core/tree_editor/condition_tree";
import { useService } from "@web/core/utils/hooks";
import { DomainField, domainField } from "@web/views/fields/domain/domain_field";
import { onWillStart } from "@odoo/owl";
import { SegmentTreeEditor } from "./segment_tree_editor";

const PROFILE = "customer.profile";

/** The stock rule editor, offering only fields that the server accepts. */
export class SegmentDomainSelector extends DomainSelector {
    static components = { ...DomainSelector.components, TreeEditor: SegmentTreeEditor };

    setup() {
        super.setup();
        this.orm = useService("orm");
        onWillStart(async () => {
            const paths = await this.orm.cache().call("customer.segment", "get_allowed_paths", []);
            this.allowed = new Set(paths);
            this.parents = new Set(paths.filter((p) => p.includes(".")).map((p) => p.split(".")[0]));
        });
    }

    /** A NOT stays on the group where it was set; only debug mode of the stock does that. */
    onPropsUpdated(props) {
        return super.onPropsUpdated({ ...props, isDebugMode: true });
    }

    /** A new rule starts with what segments ask most: who bought lately? */
    getDefaultCondition(fieldDefs) {
        if (fieldDefs.recency_days) {
            return condition("recency_days", "<", 30);
        }
        return super.getDefaultCondition(fieldDefs);
    }

    isOffered(fieldDef, path, resModel) {
        if (!fieldDef.searchable) {
            return false;
        }
        if (resModel === PROFILE) {
            return this.allowed.has(fieldDef.name) || this.parents.has(fieldDef.name);
        }
        return this.allowed.has(`partner_id.${fieldDef.name}`);
    }

    getPathEditorInfo(resModel, defaultCondition) {
        const info = super.getPathEditorInfo(resModel, defaultCondition);
        return {
            ...info,
            extractProps: (params) => ({
                ...info.extractProps(params),
                filter: (fieldDef, path, model) => this.isOffered(fieldDef, path, model),
            }),
        };
    }
}

/** Its own count is hidden: the segment's count also knows company and rights. */
export class SegmentDomainField extends DomainField {
    static components = { ...DomainField.components, DomainSelector: SegmentDomainSelector };
}

registry.category("fields").add("segment_domain", {
    ...domainField,
    component: SegmentDomainField,
});
