import { registry } from "@web/core/registry";
import { formatInteger } from "@web/views/fields/formatters";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";

/** The stock graph of whole numbers, without "0.50 opens" on its axis. */
export class CountGraphRenderer extends GraphRenderer {
    getScaleOptions() {
        const scales = super.getScaleOptions();
        const { fields, measure } = this.model.metaData;
        const isWhole = measure === "__count" || fields[measure]?.type === "integer";
        if (scales.y && isWhole) {
            Object.assign(scales.y.ticks, {
                precision: 0,
                callback: (value) => formatInteger(value),
            });
        }
        return scales;
    }
}

registry.category("views").add("marketing_count_graph", {
    ...graphView,
    Renderer: CountGraphRenderer,
});
