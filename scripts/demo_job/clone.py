"""Set-based inserts that look as if Odoo had made each row.

One record is made by the ORM, with every default and stored computed field in place;
``INSERT … SELECT`` repeats it with what differs. So any 19.0 tree and any installed
addon gets complete rows, at the speed of PostgreSQL.
"""

from odoo.tools import SQL


def clone_rows(cr, table: str, model_id: int, source: SQL, different: dict) -> int:
    """Insert one copy of row ``model_id`` of ``table`` per row of ``source``.

    ``different`` maps column names to SQL expressions over ``source`` (alias ``s``);
    columns that the installed Odoo does not have are left out. Returns the count.
    """
    cr.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = %s",
        [table],
    )
    columns = [name for (name,) in cr.fetchall()]
    values = [
        SQL(different[name]) if name in different else SQL("m.%s", SQL.identifier(name))
        for name in columns
    ]
    cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s m, (%s) s WHERE m.id = %s",
            SQL.identifier(table),
            SQL(", ").join(SQL.identifier(name) for name in columns),
            SQL(", ").join(values),
            SQL.identifier(table),
            source,
            model_id,
        )
    )
    return cr.rowcount
