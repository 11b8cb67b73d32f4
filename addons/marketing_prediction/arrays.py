"""What a row of aggregated columns becomes: arrays in one order, a fingerprint."""

import hashlib

import numpy as np

from odoo.tools import SQL


def read_arrays(env, steps, names, parameters, order=("partner_id",)):
    """Run WITH items, of which the last selects ``columns``; return its arrays.

    :param steps: texts of SQL with the ``parameters`` in them
    """
    columns = [SQL("array_agg(%s::float8)", SQL.identifier(name)) for name in names]
    parameters = {**parameters, "columns": SQL(", ").join(columns)}
    env.flush_all()
    query = SQL(", ").join(SQL(step, **parameters) for step in steps)
    [row] = env.execute_query(SQL("WITH %s", query))
    return to_arrays(names, row, order)


def to_arrays(names, row, order=("partner_id",)):
    """Return ``{name: array}`` of one row of ``array_agg``, sorted by ``order``."""
    arrays = {
        name: np.array(values or [], dtype=np.float64)
        for name, values in zip(names, row, strict=True)
    }
    places = np.lexsort([arrays[name] for name in reversed(order)])
    arrays = {name: array[places] for name, array in arrays.items()}
    arrays["partner_id"] = arrays["partner_id"].astype(np.int64)
    return arrays


def hash_arrays(arrays, names):
    """Return a fingerprint of some of the arrays, in the order of ``names``."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
