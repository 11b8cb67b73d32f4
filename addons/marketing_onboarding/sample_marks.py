"""How made-up records are known again: a mark each, and one domain for addresses."""

from odoo.tools import SQL

from odoo.addons.marketing_base.addresses import normalised_sql

# Reserved for examples (RFC 2606): no mail server on earth takes its mail.
DOMAIN = "sample-customers.example.com"
REASON = "sample_address"
# Module of the marks in ir.model.data; no addon can have this name.
MODULE = "__marketing_sample__"


def is_sample_address(address):
    return bool(address) and address.strip(" ").lower().endswith(f"@{DOMAIN}")


def is_sample_address_sql(address):
    """Return SQL: whether the text expression ``address`` was made up by us."""
    return SQL(
        "COALESCE(right(%s, %s) = %s, FALSE)",
        normalised_sql("email", address),
        len(DOMAIN) + 1,
        f"@{DOMAIN}",
    )


def mark_name(company, record):
    """Return the name of a record's mark.

    It holds the id: merging contacts moves marks to the contact that is kept, and that
    one may be real.
    """
    return f"company_{company.id}_{record._table}_{record.id}"
