"""Points of a profit curve as plain values, for a screen."""


def list_points(curve, fixed_cost=0.0, fixed_profit=0.0):
    """Return a dictionary a point; what is fixed anyway is added to each."""
    columns = (curve.budget, curve.profit, curve.cost, curve.pieces, curve.stores)
    return [
        {
            "budget": round(float(budget) + fixed_cost, 2),
            "profit": round(float(profit) + fixed_profit, 2),
            "cost": round(float(cost) + fixed_cost, 2),
            "pieces": round(float(pieces)),
            "stores": round(float(stores)),
            "marginal": round(float(marginal), 4),
            "waves": [round(float(part), 2) for part in waves],
        }
        for budget, profit, cost, pieces, stores, marginal, waves in zip(
            *columns, curve.marginal, curve.waves, strict=True
        )
    ]
