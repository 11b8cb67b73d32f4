from odoo.tools import SQL

from ..models.customer_profile_scan import SCANNED


def read_scanned(env, table):
    """Return the rows of the profile, or of its copy, as far as the copy has them."""
    return env.execute_query(
        SQL(
            "SELECT %s FROM %s ORDER BY id",
            SQL(", ").join(map(SQL.identifier, SCANNED)),
            SQL.identifier(table),
        )
    )


def assert_scan_is_equal(case):
    """Fail unless the narrow copy is the profile, row by row."""
    case.env.flush_all()
    copy = read_scanned(case.env, "customer_profile_scan")
    case.assertEqual(copy, read_scanned(case.env, "customer_profile"))
