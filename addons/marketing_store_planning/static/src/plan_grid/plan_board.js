import { useEffect, useState, useSubEnv } from "@odoo/owl";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";

/** The plan that all lines of a list are of; undefined when they are of several. */
function findPlan(root) {
    const plan = root.context.default_plan_id;
    if (plan) {
        return plan;
    }
    const plans = new Set((root.records || []).map((line) => line.data.plan_id?.id));
    return plans.size === 1 ? [...plans][0] : undefined;
}

/** Changes with each line that was saved, added, moved or read again. */
function describe(root) {
    const lines = (root.records || []).map(
        (line) => `${line.resId}.${line._values.edit_version}`
    );
    return `${findPlan(root)}:${lines.join()}`;
}

/**
 * Totals of the plan and of its waves, as the server knows them: of all lines, not of
 * those that happen to be on the page. Read again after each change.
 */
export function usePlanBoard(model) {
    const orm = useService("orm");
    const keepLast = new KeepLast();
    const board = useState({ plan: null });
    useSubEnv({ planBoard: board });
    useEffect(
        () => {
            const plan = model.isReady && !model.useSampleModel && findPlan(model.root);
            if (!plan) {
                board.plan = null;
                return;
            }
            keepLast
                .add(orm.silent.call("campaign.plan", "get_board", [plan]))
                .then((read) => {
                    board.plan = read;
                });
        },
        () => [model.isReady && describe(model.root)]
    );
}
