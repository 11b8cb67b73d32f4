from odoo import http

from odoo.addons.marketing_base.api.call import Answer, page_schema
from odoo.addons.marketing_base.api.operation import PAGE, operation

from .api_plan_schema import (
    CHANGES,
    NEW_PLAN,
    ORDERS,
    PLAN,
    STATUSES,
    SUMMARY,
    read_lines,
    read_plan,
    read_wave,
    refuse,
    represent,
    summarise,
)

PATH = "/api/v1/campaigns/plans"
LINES_HELP = (
    "A line is found by `line`, or by its `store` when the store has one; a store that "
    "the plan does not have becomes a new line. All lines are taken or none."
)


class ApiPlans(http.Controller):
    @operation(
        "GET",
        PATH,
        scope="read:plans",
        summary="Plans of stores, newest first",
        query={**PAGE, "status": {"type": "string", "enum": list(STATUSES)}},
        answer=page_schema(SUMMARY),
    )
    def list_plans(self, call):
        status = call.query.get("status")
        domain = [("state", "=", status)] if status else []
        return call.page_of("campaign.plan", domain, summarise)

    @operation(
        "POST",
        PATH,
        scope="write:plans",
        summary="Create a plan",
        description=LINES_HELP,
        body=NEW_PLAN,
        answer=PLAN,
        status=201,
        idempotent=True,
    )
    def create_plan(self, call):
        plans = call.env["campaign.plan"]
        values = read_plan(call.body, plans) | {"company_id": call.env.company.id}
        plan = plans.create(values)
        _write_parts(plan, call.body)
        return represent(plan)

    @operation(
        "GET",
        f"{PATH}/<int:plan_id>",
        scope="read:plans",
        summary="One plan with its waves and lines",
        answer=PLAN,
        versioned=True,
    )
    def get_plan(self, call, plan_id):
        return represent(call.find("campaign.plan", plan_id))

    @operation(
        "PATCH",
        f"{PATH}/<int:plan_id>",
        scope="write:plans",
        summary="Change a plan that is not approved",
        description=f"Only what the body names changes. {LINES_HELP}",
        body=CHANGES,
        answer=PLAN,
        versioned=True,
        locked=True,
    )
    def change_plan(self, call, plan_id):
        plan = call.find("campaign.plan", plan_id)
        call.check_version(plan, represent)
        plan._check_open()
        if values := read_plan(call.body, plan):
            plan.write(values)
        _write_parts(plan, call.body)
        return represent(plan)

    @operation(
        "POST",
        f"{PATH}/<int:plan_id>/approve",
        scope="write:plans",
        summary="Approve a plan",
        description="As the button: only a marketing manager, and not the own plan "
        "where two people have to look at it.",
        answer=SUMMARY,
        idempotent=True,
    )
    def approve_plan(self, call, plan_id):
        plan = call.find("campaign.plan", plan_id)
        plan.action_approve()
        return summarise(plan)

    @operation(
        "POST",
        f"{PATH}/<int:plan_id>/execute",
        scope="write:plans",
        summary="Create the orders of an approved plan",
        description="Orders that exist already are not created again.",
        body={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "grouping": {
                    "type": "string",
                    "enum": ["wave", "master", "creative", "store"],
                    "default": "wave",
                }
            },
        },
        answer=ORDERS,
        idempotent=True,
    )
    def execute_plan(self, call, plan_id):
        plan = call.find("campaign.plan", plan_id)
        orders = plan._create_orders(call.body.get("grouping", "wave"))
        # superuser: whoever may create the orders is told which they are
        return Answer({"orders": [_represent_order(order) for order in orders.sudo()]})


def _write_parts(plan, body):
    """Write the waves and lines of a checked body, all or none."""
    known = {wave.name.strip().casefold(): wave for wave in plan.wave_ids}
    for number, data in enumerate(body.get("waves", [])):
        name = data["name"].strip().casefold()
        wave = known.get(name, plan.wave_ids.browse())
        values = read_wave(data, wave, number)
        if wave:
            wave.write(values)
        else:
            known[name] = wave.create(values | {"plan_id": plan.id})
    if "lines" in body:
        verdicts = plan._judge_rows(read_lines(body))
        refuse(verdicts)
        plan._write_verdicts(verdicts)
    plan.invalidate_recordset()


def _represent_order(order):
    return {
        "id": order.id,
        "name": order.name,
        "amount": order.amount_total,
        "currency": order.currency_id.name,
    }
