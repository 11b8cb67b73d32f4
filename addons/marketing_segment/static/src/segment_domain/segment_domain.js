import { DomainSelector } from "@web/core/domain_selector/domain_selector";
import { registry } from "@web/core/registry";
import { condition } from "@web/core/tree_editor/condition_tree";
import { sortBy } from "@web/core/utils/arrays";
import { useService } from "@web/core/utils/hooks";
import { DomainField, domainField } from "@web/views/fields/domain/domain_field";
import { onWillStart } from "@odoo/owl";
import { SegmentFieldSelector } from "./segment_field_selector";
import { loadRuleFields, SegmentTreeEditor } from "./segment_tree_editor";

const PROFILE = "customer.profile";
const BOUGHT = "purchases";
const ORDERED = ["integer", "float", "monetary", "date", "datetime"];
/** Kinds of conditions that stand first in the list of fields. */
const ORDER = { activity: 0, segment: 0 };

/** The stock rule editor, offering only fields that the server accepts. */
export class SegmentDomainSelector extends DomainSelector {
    static components = { ...DomainSelector.components, TreeEditor: SegmentTreeEditor };

    setup() {
        super.setup();
        this.orm = useService("orm");
        onWillStart(async () => {
            const { paths, activities } = await loadRuleFields(this.orm);
            this.paths = paths;
            this.activities = activities;
            const inner = Object.keys(paths).filter((path) => path.includes("."));
            this.parents = new Set(inner.map((path) => path.split(".")[0]));
        });
    }

    /** A NOT stays on the group where it was set; only debug mode of the stock does that. */
    onPropsUpdated(props) {
        return super.onPropsUpdated({ ...props, isDebugMode: true });
    }

    /** A new rule starts with what segments ask most: who bought lately? */
    getDefaultCondition(fieldDefs) {
        const start = this.activities[BOUGHT]?.start;
        if (fieldDefs[BOUGHT] && start) {
            return condition(BOUGHT, "like", JSON.stringify(start));
        }
        return super.getDefaultCondition(fieldDefs);
    }

    /** "At least" is asked of numbers and dates; they are hardly ever equal to something. */
    getDefaultOperator(fieldDef) {
        return ORDERED.includes(fieldDef?.type) ? ">=" : super.getDefaultOperator(fieldDef);
    }

    isOffered(fieldDef, path, resModel) {
        if (!fieldDef.searchable) {
            return false;
        }
        if (resModel === PROFILE) {
            return fieldDef.name in this.paths || this.parents.has(fieldDef.name);
        }
        return `partner_id.${fieldDef.name}` in this.paths;
    }

    /** What customers did comes first: it is asked most, and its names say it all. */
    sortFields(fieldDefs) {
        const rank = (name) => ORDER[this.paths[name]] ?? (name === "partner_id" ? 1 : 2);
        return sortBy(sortBy(Object.keys(fieldDefs), (name) => fieldDefs[name].string), rank);
    }

    getPathEditorInfo(resModel, defaultCondition) {
        const info = super.getPathEditorInfo(resModel, defaultCondition);
        return {
            ...info,
            component: SegmentFieldSelector,
            extractProps: (params) => ({
                ...info.extractProps(params),
                filter: (fieldDef, path, model) => this.isOffered(fieldDef, path, model),
                sort: (fieldDefs) => this.sortFields(fieldDefs),
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
