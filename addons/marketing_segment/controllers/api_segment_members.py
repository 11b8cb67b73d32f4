from odoo import http
from odoo.tools import SQL

from odoo.addons.marketing_base.api.call import page_schema
from odoo.addons.marketing_base.api.operation import IDENTIFIER, PAGE, operation
from odoo.addons.marketing_base.api.problems import Problem
from odoo.addons.marketing_base.api.values import MOMENT_OR_NULL, utc

MEMBER = {
    "title": "SegmentMember",
    "type": "object",
    "required": ["customer_id", "since"],
    "properties": {"customer_id": IDENTIFIER, "since": MOMENT_OR_NULL},
}
NEW_MEMBERS = {
    "type": "object",
    "required": ["customer_ids"],
    "additionalProperties": False,
    "properties": {
        "customer_ids": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            "items": IDENTIFIER,
        }
    },
}
ADDED = {
    "title": "SegmentMembersAdded",
    "type": "object",
    "required": ["added", "customer_count"],
    "properties": {
        "added": {"type": "integer"},
        "customer_count": {"type": "integer"},
    },
}
_MEMBERS = """
    SELECT member.id, stored.added_at
      FROM %(members)s AS member(id)
      LEFT JOIN segment_membership stored
             ON stored.partner_id = member.id AND stored.segment_id = %(segment)s
            AND stored.left_at IS NULL
     WHERE member.id > %(after)s
     ORDER BY member.id
     LIMIT %(limit)s
"""


class ApiSegmentMembers(http.Controller):
    @operation(
        "GET",
        "/api/v1/segments/<int:segment_id>/members",
        scope="read:segments",
        summary="Members of a segment, by customer number",
        description="Who is in it at this moment. `since` is null for those who came "
        "after the last refresh, and where entries are not remembered.",
        query=PAGE,
        answer=page_schema(MEMBER),
    )
    def list_members(self, call, segment_id):
        segment = call.find("customer.segment", segment_id)
        after = call.cursor(1) or [0]
        rows = call.env.execute_query(
            SQL(
                _MEMBERS,
                members=segment._members_sql(),
                segment=segment.id,
                after=after[0],
                limit=call.limit + 1,
            )
        )
        shown = rows[: call.limit]
        items = [{"customer_id": id_, "since": utc(since)} for id_, since in shown]
        more = len(rows) > call.limit
        return call.page(items, [shown[-1][0]] if more else None, more=more)

    @operation(
        "POST",
        "/api/v1/segments/<int:segment_id>/members",
        scope="write:segments",
        summary="Add customers to a fixed list",
        description="Contacts are added as the customer they belong to. Archived ones "
        "and those of another company are left out, as is who is in it already.",
        body=NEW_MEMBERS,
        answer=ADDED,
        idempotent=True,
    )
    def add_members(self, call, segment_id):
        segment = call.find("customer.segment", segment_id)
        wanted = sorted(set(call.body["customer_ids"]))
        partners = call.env["res.partner"].search([("id", "in", wanted)])
        if len(partners) < len(wanted):
            missing = set(wanted) - set(partners.ids)
            numbers = ", ".join(map(str, sorted(missing)[:10]))
            raise Problem(422, f"No such customers: {numbers}.")
        added = segment._add_members(partners, "api")
        return {"added": added, "customer_count": segment.customer_count}
