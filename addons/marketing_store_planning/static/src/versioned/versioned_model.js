import { RelationalModel } from "@web/model/relational_model/relational_model";

/**
 * Sends with each change the version that the screen has read, of all records that the
 * change is meant for: the server refuses what somebody else has changed meanwhile.
 */
export class VersionedRecord extends RelationalModel.Record {
    _getChanges() {
        const changes = super._getChanges(...arguments);
        if (this.resId && "edit_version" in this.activeFields) {
            delete changes.edit_version;
            if (Object.keys(changes).length) {
                changes.edit_version = this._getReadVersions();
            }
        }
        return changes;
    }

    _getReadVersions() {
        const selected = this.selected ? this.model.root.selection || [] : [];
        const records = selected.includes(this) ? selected : [this];
        return Object.fromEntries(
            records.map((record) => [record.resId, record._values.edit_version])
        );
    }
}

export class VersionedModel extends RelationalModel {
    static Record = VersionedRecord;
}
