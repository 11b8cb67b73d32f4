"""Stores, printed creatives and their results of the demo.

Real: the number of a store, its share of the panel, who was mailed when, and who
redeemed a coupon. Everything else is invented or worked out, and marked so: see
``docs/store_planning.md``.
"""

import csv
from datetime import date, timedelta
from pathlib import Path

#: Each household of the panel stands for this many around the store.
HOUSEHOLDS = 100
REGIONS = {"North": "Lakes", "East": "Lakes", "South": "River", "West": "River"}
STATES = {"North": "us_30", "East": "us_39", "South": "us_18", "West": "us_15"}
TYPES = (("Neighbourhood", 0), ("Supermarket", 15), ("Supercenter", 25))
#: Kind of campaign: name of the piece, price breaks of the printer, postage.
PIECES = {
    "Type A": ("Savings Booklet", ((0, 0.62), (2500, 0.48), (10000, 0.39)), 0.18),
    "Type B": ("Coupon Postcard", ((0, 0.31), (2500, 0.24), (10000, 0.19)), 0.15),
    "Type C": ("Fold-out Leaflet", ((0, 0.44), (2500, 0.35), (10000, 0.28)), 0.16),
}
STREETS = ("Main Street", "Market Street", "Oak Avenue", "River Road", "Station Road")
CITIES = ("Millbrook", "Fairview", "Lakeside", "Brookdale", "Kingston", "Ashford")
NOTE = "Worked out: conversions, revenue and cost. Observed: pieces and responses."


def load_stores(env, folder: Path, weeks: int) -> tuple[int, int]:
    """Create all of it; return how many stores and results."""
    env = env(context={**env.context, "mail_create_nolog": True})
    stores = _load_stores(env, _read(folder / "stores.csv"))
    rows = [
        row for row in _read(folder / "store_results.csv") if row["store_id"] in stores
    ]
    creatives = _load_creatives(env, {(row["kind"], row["department"]) for row in rows})
    move = timedelta(weeks=weeks)
    values = [_prepare_result(row, stores, creatives, move) for row in rows]
    return len(stores), len(env["store.campaign.result"].create(values))


def _read(path: Path) -> list[dict]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def _load_stores(env, rows: list[dict]) -> dict:
    """Return {number in the source: store}."""
    regions = {
        name: env["marketing.store.region"].create({"name": name, "market": market})
        for name, market in REGIONS.items()
    }
    types = [
        (least, env["marketing.store.type"].create({"name": name}))
        for name, least in TYPES
    ]
    names = list(regions)
    values = []
    for place, row in enumerate(rows):
        region = names[place * len(names) // len(rows)]
        panel = int(row["households"])
        kind = [kind for least, kind in types if least <= panel][-1]
        values.append(
            {
                "number": f"STR-{int(row['store_id']):05d}",
                "region_id": regions[region].id,
                "store_type_id": kind.id,
                "households": panel * HOUSEHOLDS,
                **_invent_place(env, place, region),
            }
        )
    stores = env["marketing.store"].create(values)
    env["marketing.store.group"].create(
        {
            "name": "Largest stores",
            "store_ids": stores.filtered(lambda s: s.store_type_id == types[-1][1]).ids,
        }
    )
    return {row["store_id"]: store for row, store in zip(rows, stores, strict=True)}


def _invent_place(env, place: int, region: str) -> dict:
    """Return name and address of a store: nothing of it is in the source."""
    street = STREETS[place % len(STREETS)]
    city = CITIES[place // len(STREETS) % len(CITIES)]
    state = env.ref(f"base.state_{STATES[region]}")
    partner = env["res.partner"].create(
        {
            "name": f"Corner Market, {street}, {city}",
            "type": "delivery",
            "street": f"{100 + place} {street}",
            "city": city,
            "state_id": state.id,
            "country_id": state.country_id.id,
        }
    )
    return {"name": f"{city}, {street}", "partner_id": partner.id}


def _load_creatives(env, kinds: set) -> dict:
    """Return {(kind, department): creative}, each with a product and its prices."""
    printer = env["res.partner"].create({"name": "Riverside Print", "is_company": True})
    creatives = {}
    for kind, department in sorted(kinds):
        piece, breaks, postage = PIECES[kind]
        name = f"{piece}, {department}"
        product = env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "taxes_id": False,
                "seller_ids": [
                    (0, 0, {"partner_id": printer.id, "min_qty": least, "price": price})
                    for least, price in breaks
                ],
            }
        )
        creatives[kind, department] = env["store.creative"].create(
            {
                "name": name,
                "product_id": product.id,
                "postage": postage,
                "state": "active",
            }
        )
    return creatives


def _prepare_result(row: dict, stores: dict, creatives: dict, move: timedelta) -> dict:
    creative = creatives[row["kind"], row["department"]]
    pieces, responses = int(row["pieces"]), int(row["responses"])
    breaks, postage = PIECES[row["kind"]][1:]
    return {
        "store_id": stores[row["store_id"]].id,
        "creative_id": creative.id,
        "period_start": date.fromisoformat(row["period_start"]) + move,
        "period_end": date.fromisoformat(row["period_end"]) + move,
        "pieces": pieces,
        "responses": responses,
        "conversions": responses,
        "revenue": float(row["revenue"]),
        "cost": round(pieces * (breaks[0][1] + postage), 2),
        "source": "derived",
        "is_derived": True,
        "derived_note": NOTE,
    }
