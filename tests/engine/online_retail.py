"""Who bought what day for how much in the public data set Online Retail."""

import csv
import datetime
import functools
import io
from collections import defaultdict

import real_data


@functools.cache
def read_purchases():
    """Return {customer: [(invoice, day, amount)]} of lines that are purchases.

    Customers with an id, no cancellation, a positive quantity and price.
    """
    path = real_data.needed("online_retail/*.csv.gz")
    purchases = defaultdict(list)
    for row in csv.DictReader(io.StringIO(real_data.text(path))):
        if row["CustomerID"] in ("", "NA") or row["InvoiceNo"].startswith("C"):
            continue
        price, quantity = float(row["UnitPrice"]), float(row["Quantity"])
        if price > 0 and quantity > 0:
            day = datetime.date.fromisoformat(row["InvoiceDate"][:10])
            amount = price * quantity
            purchases[row["CustomerID"]].append((row["InvoiceNo"], day, amount))
    return dict(purchases)
