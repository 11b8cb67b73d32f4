import { registry } from "@web/core/registry";
import { CountGraphRenderer } from "@marketing_base/count_graph/count_graph";
import { graphView } from "@web/views/graph/graph_view";

/** A plan and what became of it: no point where a line has no number, instead of 0. */
export class PlanGraphRenderer extends CountGraphRenderer {
    getLineChartData() {
        const data = super.getLineChartData();
        for (const dataset of data.datasets) {
            // only a number that was read has a domain
            const isKnown = (index) => dataset.domains[index]?.length > 0;
            dataset.data = dataset.data.map((number, index) =>
                isKnown(index) ? number : null
            );
        }
        return data;
    }
}

registry.category("views").add("marketing_plan_graph", {
    ...graphView,
    Renderer: PlanGraphRenderer,
});
