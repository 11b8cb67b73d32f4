"""The demo's printed mail: people, contacts and what is recommended next month."""

from odoo import SUPERUSER_ID, api
from odoo.fields import Command

# Passwords of a demonstration on this machine only.
REGIONAL = {"name": "Rita Regional", "login": "rita", "password": "rita"}
SELLER = {"name": "Sam Seller", "login": "sam", "password": "sam"}


def set_up_stores(env) -> None:
    """Who pays and prints, who sees one region, and who sees orders only."""
    company = env.company
    company.marketing_plan_partner_id = _contact(env, "Corner Market Direct Mail")
    company.marketing_plan_printer_id = _contact(env, "Riverside Print")
    rita = _user(env, REGIONAL, "marketing_store_planning.group_regional_manager")
    south = env["marketing.store.region"].search([("name", "=", "South")])
    south.user_ids = rita
    _user(env, SELLER, "sales_team.group_sale_salesman")


def recommend(registry) -> None:
    """Compute the performance matrix, as the screen's button would."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        company = env.company
        if not env["store.campaign.result"].search_count([], limit=1):
            return
        if not env["store.matrix"]._get_own():
            env["store.matrix"].create({})
    env["store.matrix"]._pump_compute(company.id)
    with registry.cursor() as cr:
        matrix = api.Environment(cr, SUPERUSER_ID, {})["store.matrix"]._get_own()
        told = matrix.message or f"from {matrix.drop_count:,} past drops"
        print(
            f"  Performance matrix of {matrix.period_start:%B %Y}: {told}", flush=True
        )


def _contact(env, name: str):
    contacts = env["res.partner"]
    found = contacts.search([("name", "=", name)], limit=1)
    return found or contacts.create({"name": name, "is_company": True})


def _user(env, values: dict, group: str):
    users = env["res.users"]
    found = users.search([("login", "=", values["login"])])
    groups = [Command.link(env.ref(group).id)]
    return found or users.create({**values, "group_ids": groups})
