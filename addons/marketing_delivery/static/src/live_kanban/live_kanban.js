import { onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { kanbanView } from "@web/views/kanban/kanban_view";

const EVENT = "marketing_delivery/progress";
const POLL = 10000; // the bus may be out of reach behind a proxy

/** Cards whose figures move while messages leave: read again when they do. */
export class LiveKanbanController extends kanbanView.Controller {
    setup() {
        super.setup();
        const bus = useService("bus_service");
        const refresh = () => this.model.isReady && this.model.root.load();
        bus.subscribe(EVENT, refresh);
        const timer = setInterval(() => !document.hidden && refresh(), POLL);
        onWillUnmount(() => {
            clearInterval(timer);
            bus.unsubscribe(EVENT, refresh);
        });
    }
}

registry.category("views").add("marketing_live_kanban", {
    ...kanbanView,
    Controller: LiveKanbanController,
});
