"""What the figures of a profile should be, by plain Python over plain rows.

Written from docs/methods.md and not from the statement that it checks.
"""

from collections import Counter, defaultdict
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np

from odoo.addons.marketing_engine.shrinkage import fit_shares

UTC = ZoneInfo("UTC")


def local(order):
    return order["date_order"].replace(tzinfo=UTC).astimezone(ZoneInfo(order["zone"]))


def share(part, whole, enough):
    return part / whole if enough and whole else None


class Oracle:
    """Expected figures of {partner id: orders}, each order with its `lines`.

    Amounts are in the company's currency; `recent` says whether it is in the window.
    """

    def __init__(self, histories, today):
        self.histories, self.today = histories, today
        gaps = [self.find_gaps(orders) for orders in histories.values()]
        medians = sorted(median(each) for each in gaps if each)
        self.usual = medians[(len(medians) - 1) // 2] if medians else 30

    def find_gaps(self, orders):
        days = sorted({order["date_order"].date() for order in orders})
        return [(after - day).days for day, after in zip(days, days[1:], strict=False)]

    def expect(self, partner_id):
        orders = self.histories[partner_id]
        return {
            **self.find_rhythm(orders),
            **self.find_goods(orders),
            **self.find_season(orders),
            "price_elasticity": self.find_elasticity(orders),
        }

    def find_rhythm(self, orders):
        gaps = self.find_gaps(orders)
        last = max(order["date_order"] for order in orders).date()
        first = min(order["date_order"] for order in orders).date()
        gap = median(gaps) if gaps else None
        limit = max(30, min(365, 3.32 * (gap if len(gaps) >= 3 else self.usual)))
        silent, tenure = (self.today - last).days, (self.today - first).days
        recent = [order for order in orders if order["recent"]]
        weekend = sum(local(order).weekday() >= 5 for order in recent)
        stage = "active" if silent <= limit else "at_risk"
        return {
            "inter_purchase_days": gap,
            "tenure_days": tenure,
            "lifecycle_stage": "new"
            if tenure < 30
            else "inactive"
            if silent > 2 * limit
            else stage,
            "weekend_share": share(weekend, len(recent), len(recent) >= 4),
        }

    def find_goods(self, orders):
        recent = [order for order in orders if order["recent"]]
        by_category, count, paid, bargains = Counter(), 0, 0, 0
        for order in recent:
            given = -sum(
                line["amount"] for line in order["lines"] if line["amount"] < 0
            )
            whole = sum(line["amount"] for line in order["lines"])
            coupon = given and given >= 0.1 * (whole + given)
            for line in order["lines"]:
                by_category[line["categ_id"]] += line["amount"]
                if line["amount"] > 0:
                    count += 1
                    paid += line["amount"]
                    if line["discount"] >= 10 or coupon:
                        bargains += line["amount"]
        spent = sum(amount for amount in by_category.values() if amount > 0)
        top = max(by_category.values(), default=0)
        lines = [line for order in orders for line in order["lines"]]
        costed = [line for line in lines if line["cost"] > 0]
        revenue = sum(line["amount"] for line in lines)
        known = sum(line["amount"] for line in costed)
        kept = known - sum(line["cost"] for line in costed)
        return {
            "category_count": sum(amount > 0 for amount in by_category.values()),
            "top_category_share": share(top, spent, count >= 4),
            "discount_share": share(bargains, paid, len(recent) >= 4),
            "margin_rate": share(kept, known, known > 0 and known >= revenue / 2),
        }

    def find_season(self, orders):
        end = self.today.replace(day=1)
        start = end.replace(year=end.year - 1)
        by_month, count = Counter(), 0
        for order in orders:
            if start <= order["date_order"].date() < end:
                by_month[order["date_order"].month] += order["amount"]
                count += 1
        seen = min(order["date_order"] for order in orders).date() < start
        total = sum(by_month.values())
        peak = min(by_month, key=lambda month: (-by_month[month], month), default=None)
        enough = seen and count >= 4 and total > 0
        return {
            "seasonality_ratio": share(12 * by_month[peak], total, True)
            if enough
            else None,
            "peak_month": str(peak) if enough else None,
        }

    def find_elasticity(self, orders):
        """Regression with a dummy for each product that was bought twice."""
        groups = defaultdict(list)
        for line in (line for order in orders for line in order["lines"]):
            if line["amount"] > 0:
                price = float(line["amount"] / line["quantity"])
                groups[line["product_id"]].append((price, float(line["quantity"])))
        groups = [np.log(rows) for rows in groups.values() if len(rows) > 1]
        if not groups:
            return None
        centred = np.concatenate([rows - rows.mean(axis=0) for rows in groups])
        x, y = centred.T
        left = len(x) - len(groups) - 1
        if left < 8 or x @ x < len(x) * 0.05**2:
            return None
        slope = x @ y / (x @ x)
        error = np.sqrt(((y - slope * x) ** 2).sum() / left / (x @ x))
        return round(float(slope), 3) if error <= 0.5 else None

    def find_preferred(self, slot, size):
        """Return {partner id: the most likely slot of the next order}."""
        counts = np.zeros((len(self.histories), size))
        for row, orders in enumerate(self.histories.values()):
            for order in orders:
                if order["recent"]:
                    counts[row, slot(local(order))] += 1
        expected = fit_shares(counts).posterior(counts)
        # equal to the sixth decimal is equal
        best = np.round(expected, 6).argmax(axis=1)
        return dict(zip(self.histories, best.tolist(), strict=True))
