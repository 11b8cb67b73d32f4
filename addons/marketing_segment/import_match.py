"""Who is meant by the rows of an uploaded table: one statement for all of them."""

import re
from typing import NamedTuple

from odoo.tools import SQL

from odoo.addons.marketing_base.addresses import normalise_email

NEW, MATCHED, MEMBER = "new", "matched", "member"
#: What can become of a row; all but the first three are problems.
STATUSES = (MATCHED, NEW, MEMBER, "duplicate", "ambiguous", "unknown") + (
    "bad_address",
    "no_identifier",
)
PROBLEMS = ("duplicate", "ambiguous", "unknown", "bad_address", "no_identifier")

#: Names of columns, in lower case without spaces and signs.
ROLE_NAMES = {
    "email": {"email", "emailaddress", "mail", "emailnormalized", "courriel"},
    "id": {"id", "customerid", "partnerid", "contactid", "odooid", "customer"},
    "ref": {"ref", "reference", "customerreference", "internalreference", "number"}
    | {"customernumber"},
    "phone": {"phone", "mobile", "telephone", "tel", "phonenumber", "mobilephone"},
    "name": {"name", "fullname", "customername", "contactname", "displayname"},
}

# The first identifier of a row that anybody has decides; several customers with it are
# ambiguous. What two rows mean twice counts once, for the first of them.
_JUDGE = """
    WITH given AS (
        SELECT * FROM unnest(%(numbers)s::int[], %(ids)s::int[], %(emails)s::text[],
                             %(refs)s::text[], %(phones)s::text[])
                      AS given(number, id, email, ref, phone)
    ), visible AS MATERIALIZED (
        SELECT contact.id, customer.id AS customer_id, contact.email_normalized,
               contact.ref,
               regexp_replace(contact.phone_sanitized, '[^0-9+]', '', 'g') AS phone
          FROM res_partner contact
          JOIN res_partner customer ON customer.id = contact.commercial_partner_id
         WHERE contact.active AND customer.active
           AND COALESCE(customer.company_id, %(company)s) = %(company)s
           AND contact.id IN %(readable)s
    ), candidate AS (
        SELECT number, 1 AS place, customer_id FROM given JOIN visible USING (id)
         UNION ALL
        SELECT number, 2, customer_id
          FROM given JOIN visible ON email_normalized = email
         UNION ALL
        SELECT number, 3, customer_id
          FROM given JOIN visible ON visible.ref = given.ref
         UNION ALL
        SELECT number, 4, customer_id
          FROM given JOIN visible ON visible.phone = given.phone
    ), found AS (
        SELECT DISTINCT ON (number) number, MIN(customer_id) AS customer_id,
               COUNT(DISTINCT customer_id) AS customers
          FROM candidate GROUP BY number, place ORDER BY number, place
    )
    SELECT number, customers, found.customer_id, current.id IS NOT NULL
      FROM found
      LEFT JOIN segment_membership current
        ON current.segment_id = %(segment)s AND current.left_at IS NULL
       AND current.partner_id = found.customer_id
"""


class Row(NamedTuple):
    """The identifiers of one row, None where it has none that can be used."""

    number: int
    id: int | None
    email: str | None
    ref: str | None
    phone: str | None
    has_bad_email: bool
    name: str


class Verdict(NamedTuple):
    """What becomes of a row, and which customer it means."""

    status: str
    customer_id: int | None = None


def guess_role(header, samples, taken):
    """Return the role of a column by its name, else by what is in it."""
    name = re.sub(r"[^a-z]", "", header.lower())
    for role, names in ROLE_NAMES.items():
        if name in names and role not in taken:
            return role
    filled = [value for value in samples if value]
    addresses = sum(bool(normalise_email(value)) for value in filled)
    if filled and addresses * 2 > len(filled) and "email" not in taken:
        return "email"
    return "ignore"


def read_row(number, values, format_phone):
    """Return the :class:`Row` of {role: text}."""
    text = values.get("email", "")
    email = normalise_email(text)
    digits = values.get("id", "")
    is_id = digits.isascii() and digits.isdigit() and int(digits[:11]) < 2**31
    phone = values.get("phone", "")
    return Row(
        number,
        int(digits) if is_id else None,
        email,
        values.get("ref") or None,
        format_phone(phone) if phone else None,
        bool(text) and not email,
        values.get("name", ""),
    )


def judge_rows(env, segment, rows, readable, *, create):
    """Return {row number: Verdict}.

    :param readable: SQL of the ids of contacts that the user may read
    :param create: rows with a good address that nobody has become new contacts
    """
    if not rows:
        return {}
    found = _find_customers(env, segment, rows, readable)
    seen, verdicts = set(), {}
    for row in rows:
        verdict, key = _judge(row, found.get(row.number), create)
        if key in seen and verdict.status in (MATCHED, MEMBER, NEW):
            verdict = verdict._replace(status="duplicate")
        seen.add(key)
        verdicts[row.number] = verdict
    return verdicts


def _find_customers(env, segment, rows, readable):
    """Return {row number: (customers, one of them, is it a member)} of known ones."""
    numbers, ids, emails, refs, phones, *_rest = map(list, zip(*rows, strict=True))
    env.flush_all()
    # nothing is known about the size of the upload: a nested loop would be quadratic
    env.cr.execute("SELECT set_config('enable_nestloop', 'off', true)")
    found = env.execute_query(
        SQL(
            _JUDGE,
            numbers=numbers,
            ids=ids,
            emails=emails,
            refs=refs,
            phones=phones,
            company=segment.company_id.id,
            segment=segment.id,
            readable=readable,
        )
    )
    env.cr.execute("SELECT set_config('enable_nestloop', 'on', true)")
    return {number: rest for number, *rest in found}


def _judge(row, found, create):
    """Return (verdict, what a second row may not mean again)."""
    if found:
        customers, customer_id, is_member = found
        if customers > 1:
            return Verdict("ambiguous"), None
        return Verdict(MEMBER if is_member else MATCHED, customer_id), customer_id
    if row.has_bad_email:
        return Verdict("bad_address"), None
    if not (row.id or row.email or row.ref or row.phone):
        return Verdict("no_identifier"), None
    if create and row.email:
        return Verdict(NEW), row.email
    return Verdict("unknown"), None
