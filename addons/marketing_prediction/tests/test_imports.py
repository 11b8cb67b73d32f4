import json
import os
import subprocess
import sys
from pathlib import Path

from odoo.tests import BaseCase, tagged

import odoo.addons

#: Loading the addons, and scoring with trees: what a web process and a worker do.
PROBE = """
import importlib, json, sys
import odoo.init
import odoo.addons
odoo.addons.__path__[:] = {paths!r}
for name in {addons!r}:
    importlib.import_module("odoo.addons." + name)
import datetime
import numpy as np
from odoo.addons.marketing_prediction.methods import METHODS
rows = dict.fromkeys(("tenure", "purchases", "silence", "total", "clicks"), 1.0)
for days in ("30", "90", "180", "365"):
    rows["count_" + days] = rows["spent_" + days] = 1.0
told = {{name: np.full(2, value) for name, value in rows.items()}}
told["tenure"], told["silence"] = np.full(2, 90.0), np.full(2, 90.0)
told["partner_id"] = np.array([1, 2])
data = {{"partner_id": np.array([1, 2]), "began": np.full(2, 20_000 - 90.0),
         "frequency": np.zeros(2), "recency": np.zeros(2), "total": np.full(2, 20.0),
         "margin_rate": np.full(2, 0.5), "told": told}}
parameters = {{
    "purchases": {{"r": 0.8, "alpha": 60.0, "a": 0.8, "b": 2.4}},
    "money": {{"p": 6.25, "q": 3.74, "v": 15.44}},
    "discount_rate": 0.1, "margin_rate": None, "seed": 1, "trees_days": 90,
    "cuts": {{"medium": 1, "high": 2, "whale": 3, "median": 1}},
    "trees": {{"columns": 19, "splits": [], "leaves": [[1.0] + [0.0] * 7]}},
}}
day = datetime.date(1970, 1, 1) + datetime.timedelta(days=20_000)
scores = METHODS["lifetime_value"].score(parameters, data, day, {{}})
value = scores["clv_12m"].tolist()
print(json.dumps({{"loaded": sorted(sys.modules), "value": value}}))
"""
#: Each takes a second and tens of megabytes, in every process that loads it.
HEAVY = ("lightgbm", "narwhals", "scipy.stats", "scipy.optimize", "pandas", "sklearn")


@tagged("post_install", "-at_install")
class TestImports(BaseCase):
    def test_neither_loading_nor_scoring_needs_the_libraries_of_fitting(self):
        folder = Path(__file__).resolve().parents[2]
        ours = sorted(file.parent.name for file in folder.glob("*/__manifest__.py"))
        code = PROBE.format(paths=list(odoo.addons.__path__), addons=ours)
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )
        self.assertFalse(done.returncode, done.stderr[-2000:])
        found = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual(set(HEAVY) & set(found["loaded"]), set())
        self.assertIn("odoo.addons.marketing_prediction.methods", found["loaded"])
        self.assertGreater(min(found["value"]), 0)
