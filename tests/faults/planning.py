"""Orders of an approved plan, in forked processes that stop at a named place.

Each function runs in a process that the launcher forks. One that is given a ``point``
touches the file ``here`` when it gets there and waits, so that a test can kill it, or
let it go on (the file ``here.go``).
"""

import time
from pathlib import Path

WAVES, STORES = 3, 2  # stores a wave
POINTS = {
    "parts claimed": ("campaign.plan", "_claim_groups"),
    "orders made": ("sale.order", "create"),
    "one order linked": ("campaign.plan.execution", "write"),
    "plan executed": ("campaign.plan", "_move"),
}
COMMITTED = "committed"


def prepare(registry, name):
    """Approve a plan of :data:`WAVES` waves, with whatever it needs."""
    with registry.cursor() as cr:
        env = _environment(cr)
        company = env.company
        company.marketing_plan_partner_id = env["res.partner"].create({"name": name})
        product = env["product.product"].create(
            {"name": name, "type": "consu", "standard_price": 0.5}
        )
        creative = env["store.creative"].create(
            {"name": name, "product_id": product.id, "state": "active"}
        )
        plan = env["campaign.plan"].create({"name": name})
        for number in range(WAVES):
            wave = env["campaign.plan.wave"].create(
                {"name": f"Week {number}", "plan_id": plan.id}
            )
            for place in range(STORES):
                label = f"{name}-{number}-{place}"
                store = env["marketing.store"].create({"number": label, "name": label})
                env["campaign.plan.line"].create(
                    {
                        "plan_id": plan.id,
                        "store_id": store.id,
                        "creative_id": creative.id,
                        "quantity": 100,
                        "wave_id": wave.id,
                    }
                )
        plan.action_approve()


def execute(registry, name, point="", here=""):
    """Press “Create Orders”."""
    stop = _Stop(here)
    if point in POINTS:
        _wrap(registry, point, stop)
    with registry.cursor() as cr:
        _find(cr, name)._create_orders("wave")
    if point == COMMITTED:
        stop()


def reopen(registry, name, point="", here=""):
    """Press “Open Again”."""
    if point:
        _wrap(registry, point, _Stop(here))
    with registry.cursor() as cr:
        _find(cr, name).action_reopen()


def _find(cr, name):
    return _environment(cr)["campaign.plan"].search([("name", "=", name)])


def _environment(cr):
    # a test reads the names of the points, and has no Odoo
    from odoo import SUPERUSER_ID, api

    return api.Environment(cr, SUPERUSER_ID, {})


class _Stop:
    """Say so and wait, once."""

    def __init__(self, here):
        self._here = Path(here)

    def __call__(self):
        if self._here.exists():
            return
        self._here.touch()
        released = Path(f"{self._here}.go")
        while not released.exists():
            time.sleep(0.005)


def _wrap(registry, point, stop):
    model, name = POINTS[point]
    owner = registry[model]
    original = getattr(owner, name)

    def wrapped(*arguments, **options):
        result = original(*arguments, **options)
        arguments[0].env.flush_all()
        stop()
        return result

    setattr(owner, name, wrapped)
