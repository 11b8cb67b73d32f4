import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";

// Equal circles: they show which region is which, the numbers say how large it is.
const SHAPES = {
    1: [{ x: 200, y: 150, r: 105, labelX: 200, labelY: 28 }],
    2: [
        { x: 145, y: 150, r: 105, labelX: 110, labelY: 28 },
        { x: 255, y: 150, r: 105, labelX: 290, labelY: 28 },
    ],
    3: [
        { x: 145, y: 140, r: 100, labelX: 85, labelY: 24 },
        { x: 255, y: 140, r: 100, labelX: 315, labelY: 24 },
        { x: 200, y: 228, r: 100, labelX: 200, labelY: 352 },
    ],
};
const PLACES = {
    1: { 1: [200, 150] },
    2: { 1: [95, 150], 2: [305, 150], 3: [200, 150] },
    3: {
        1: [100, 120],
        2: [300, 120],
        4: [200, 275],
        3: [200, 105],
        5: [137, 205],
        6: [263, 205],
        7: [200, 168],
    },
};
const NAME = 22;

/** Up to three segments as circles; each region is a button with its number. */
export class Venn extends Component {
    static template = "marketing_segment.Venn";
    static props = { segments: Array, regions: Array, open: Function };

    get circles() {
        return this.props.segments.map((segment, index) => ({
            ...SHAPES[this.props.segments.length][index],
            key: segment.id,
            color: `o_mm_circle_${index}`,
            title: segment.name,
            name: segment.name.length > NAME ? `${segment.name.slice(0, NAME - 1)}…` : segment.name,
        }));
    }

    get labels() {
        const places = PLACES[this.props.segments.length];
        return this.props.regions.map((region) => {
            const [x, y] = places[region.mask];
            const text = formatInteger(region.count);
            const width = Math.max(36, 9 * text.length + 16);
            return {
                ...region,
                x,
                y,
                text,
                width,
                title: _t("%(region)s: %(count)s customers", {
                    region: region.name,
                    count: text,
                }),
            };
        });
    }

    onKeydown(ev, region) {
        if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            this.props.open(region);
        }
    }
}
