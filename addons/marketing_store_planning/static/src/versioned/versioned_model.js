import { RelationalModel } from "@web/model/relational_model/relational_model";

/**
 * Sends with each change the version that the screen has read, of all records that the
 * change is meant for: the server refuses what somebody else has changed meanwhile.
 * Who discards a refused change sees what the others have done.
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

    async _save() {
        try {
            const isSaved = await super._save(...arguments);
            this.isRefused = false;
            return isSaved;
        } catch (error) {
            this.isRefused = Boolean(this.resId);
            throw error;
        }
    }

    _discard() {
        super._discard(...arguments);
        if (this.isRefused) {
            this.isRefused = false;
            // not awaited: it waits for the end of what discards
            this.load();
        }
    }
}

/** Reads the lines again when one change of many was refused. */
export class VersionedList extends RelationalModel.DynamicRecordList {
    async _multiSave() {
        try {
            return await super._multiSave(...arguments);
        } catch (error) {
            await this._load(this.offset, this.limit, this.orderBy, this.domain);
            throw error;
        }
    }
}

export class VersionedModel extends RelationalModel {
    static Record = VersionedRecord;
    static DynamicRecordList = VersionedList;
}
