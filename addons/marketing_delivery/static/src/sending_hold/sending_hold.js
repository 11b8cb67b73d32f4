import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { session } from "@web/session";

const ACTION = "marketing_delivery.marketing_installation_confirm_action";

/** A restored or copied database sends nothing: say so to marketers at each load. */
export const sendingHoldService = {
    dependencies: ["notification", "action"],
    start(env, { notification, action }) {
        const hold = session.marketing_sending_hold;
        if (!hold) {
            return;
        }
        const decide = {
            name: _t("Decide"),
            primary: true,
            onClick: () => {
                close();
                action.doAction(ACTION);
            },
        };
        const close = notification.add(hold.text, {
            title: _t("Marketing sends nothing"),
            type: "warning",
            sticky: true,
            buttons: hold.can_decide ? [decide] : [],
        });
    },
};

registry.category("services").add("marketing_sending_hold", sendingHoldService);
