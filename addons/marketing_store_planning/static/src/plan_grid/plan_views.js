import { useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import {
    formatInteger,
    formatMonetary,
} from "@web/views/fields/formatters";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { KanbanHeader } from "@web/views/kanban/kanban_header";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

import { VersionedModel } from "../versioned/versioned_model";
import { usePlanBoard } from "./plan_board";
import { PlanTotals } from "./plan_totals";

export class PlanGridController extends ListController {
    static template = "marketing_store_planning.PlanGrid";
    static components = { ...ListController.components, PlanTotals };

    setup() {
        super.setup();
        usePlanBoard(this.model);
    }
}

export class PlanBoardController extends KanbanController {
    static template = "marketing_store_planning.PlanBoard";
    static components = { ...KanbanController.components, PlanTotals };

    setup() {
        super.setup();
        usePlanBoard(this.model);
    }
}

/** Above a column of the board: stores, pieces and cost of the wave, and its limits. */
export class WaveHeader extends KanbanHeader {
    static template = "marketing_store_planning.WaveHeader";

    setup() {
        super.setup();
        this.board = useState(this.env.planBoard);
    }

    get isByWave() {
        return this.group.groupByField.name === "wave_id";
    }

    get title() {
        const isLoose = this.isByWave && !this.group.value;
        return isLoose ? _t("Without a wave") : this.group.displayName;
    }

    get wave() {
        if (!this.board.plan || !this.isByWave) {
            return undefined;
        }
        return this.board.plan.waves[this.group.value || 0];
    }

    integer(value) {
        return formatInteger(value);
    }

    money(value) {
        return formatMonetary(value, { currencyId: this.board.plan.currency_id });
    }
}

export class PlanBoardRenderer extends KanbanRenderer {
    static components = { ...KanbanRenderer.components, KanbanHeader: WaveHeader };
}

const views = registry.category("views");
views.add("campaign_plan_grid", {
    ...listView,
    Controller: PlanGridController,
    Model: VersionedModel,
});
views.add("campaign_plan_board", {
    ...kanbanView,
    Controller: PlanBoardController,
    Model: VersionedModel,
    Renderer: PlanBoardRenderer,
});
