"""Made-up stores and what they sent; the same each time, no database here."""

from random import Random

from dateutil.relativedelta import relativedelta

SEED = 20
MONTHS = 9
VALUE = 46.0  # revenue of a conversion, in units of the company's currency
COST = 0.5  # of a piece with its postage
BASE_RATE = 0.026
#: Region: its towns. The last town of each has opened a month ago.
REGIONS = {
    "West": ("Alder Bay", "Cedar Point", "Elm Harbor", "Juniper", "Laurel", "Myrtle"),
    "East": ("Ashford", "Birchwood", "Hazel Park", "Maplewood", "Oakdale", "Rowan"),
    "South": ("Acacia", "Cypress", "Magnolia", "Olive Grove", "Palmetto", "Willow"),
}
#: Creative: (vendor's price breaks, how well it does by region).
CREATIVES = {
    "Spring Sale": (
        ((0, 0.45), (5000, 0.36)),
        {"West": 1.0, "East": 0.9, "South": 1.5},
    ),
    "Fall Promo": (
        ((0, 0.45), (5000, 0.36)),
        {"West": 1.2, "East": 1.3, "South": 0.6},
    ),
    "Loyalty Thanks": (
        ((0, 0.60), (5000, 0.50)),
        {"West": 1.4, "East": 1.2, "South": 1.1},
    ),
}


def stores():
    """Return [(number, town, region, households)]."""
    random = Random(SEED)
    return [
        (f"SAMPLE-{place + 1:02d}", town, region, random.randrange(1200, 4200, 100))
        for place, (region, town) in enumerate(
            (region, town) for region, towns in REGIONS.items() for town in towns
        )
    ]


def results(today):
    """Return [(store, creative, values)] of the months before ``today``.

    A store sends one creative a month. How well a store does is drawn once, what comes
    back each time with the spread of counts.
    """
    random = Random(SEED + 1)
    skill = {number: random.uniform(0.7, 1.3) for number, *_rest in stores()}
    newest = {towns[-1] for towns in REGIONS.values()}
    names = list(CREATIVES)
    first = today + relativedelta(day=1)
    found = []
    for place, (number, town, region, households) in enumerate(stores()):
        for month in range(1, MONTHS + 1):
            if town in newest:
                break
            name = names[(place + month) % len(names)]
            pieces = households // 2
            expected = pieces * BASE_RATE * skill[number] * CREATIVES[name][1][region]
            spread = random.gauss(0, 1) * expected**0.5
            conversions = min(pieces, max(0, round(expected + spread)))
            start = first - relativedelta(months=month)
            values = {
                "period_start": start,
                "period_end": start + relativedelta(days=13),
                "pieces": pieces,
                "responses": conversions,
                "conversions": conversions,
                "revenue": round(conversions * VALUE, 2),
                "cost": round(pieces * COST, 2),
            }
            found.append((number, name, values))
    return found
