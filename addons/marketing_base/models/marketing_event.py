import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..events import MAX_IDENTIFIER, count_conflicts, insert_events
from .marketing_pii import PII


class MarketingEvent(models.Model):
    """What happened, written once: everything counted elsewhere is derived from here.

    The table is partitioned by month (see ``marketing_event_partition``) and carries no
    foreign keys: a reference from an append-only log would make merging and deleting
    customers fail.
    """

    _name = "marketing.event"
    _description = "Marketing Event"
    _inherit = ["marketing.event.source"]
    _auto = False
    _log_access = False
    _order = "occurred_at desc, id desc"
    _rec_name = "event_type"
    # Odoo does not see a partitioned table as a table: without this the registry
    # would report the model as having none
    _table_query = "SELECT * FROM marketing_event"

    xact_id = fields.Integer(string="Transaction", readonly=True)
    source_id = fields.Char(string="Source Code", readonly=True)
    event_id = fields.Char(string="Event Identifier", readonly=True)
    event_type = fields.Char(readonly=True)
    occurred_at = fields.Datetime(readonly=True)
    received_at = fields.Datetime(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Integer(string="Customer Id", readonly=True)
    campaign_id = fields.Integer(string="Campaign Id", readonly=True)
    recipient_id = fields.Integer(string="Recipient Id", readonly=True)
    properties = fields.Json(string="Raw Properties", readonly=True)

    type_name = fields.Char(string="Event", compute="_compute_type_name")
    customer_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_customer_id",
        groups=PII,
        search="_search_customer_id",
    )
    properties_text = fields.Text(
        string="Properties", compute="_compute_properties_text"
    )

    @api.depends("event_type")
    def _compute_type_name(self):
        names = self.env["marketing.event.type"]._get_names()
        for event in self:
            event.type_name = names.get(event.event_type, event.event_type)

    @api.depends("type_name")
    def _compute_display_name(self):
        for event in self:
            event.display_name = event.type_name

    @api.depends("partner_id")
    def _compute_customer_id(self):
        """Show who the id means today; nothing for deleted and hidden customers."""
        ids = [partner_id for partner_id in self.mapped("partner_id") if partner_id]
        meanings = self.env["marketing.identity"]._get_canonical_ids(ids)
        partners = self.env["res.partner"].browse(set(meanings.values())).exists()
        readable = {p.id: p for p in partners._filtered_access("read")}
        for event in self:
            event.customer_id = readable.get(meanings.get(event.partner_id))

    def _search_customer_id(self, operator, value):
        """Find the events of a customer, those before a merge included."""
        # Odoo checks the groups of a column, not those of a searched computation
        if not self.env.su and not self.env.user.has_groups(PII):
            raise AccessError(self.env._("You may not search for customers."))
        if operator not in ("in", "any"):
            return NotImplemented
        if operator == "any":
            domain = value
        elif all(isinstance(item, str) for item in value):
            domain = [("display_name", "in", value)]
        else:
            domain = [("id", "in", [item for item in value if item])]
        partners = (
            self.env["res.partner"].with_context(active_test=False).search(domain)
        )
        identities = self.env["marketing.identity"]
        return [("partner_id", "in", identities._get_all_ids(partners.ids))]

    @api.depends("properties")
    def _compute_properties_text(self):
        for event in self:
            event.properties_text = json.dumps(
                event.properties or {}, indent=2, ensure_ascii=False, sort_keys=True
            )

    @api.model
    def _record(self, events):
        """Check and insert events from code or from outside; return how many were new.

        The same (source, identifier) with another content is counted on the key row as
        a conflict; the first one stays.

        :raises ValidationError: unknown type or unusable identifier
        """
        events = list(events)
        known = self.env["marketing.event.type"]._get_codes()
        for event in events:
            if event.event_type not in known:
                raise ValidationError(
                    self.env._("Unknown event type %(code)s.", code=event.event_type)
                )
            if not 0 < len(str(event.event_id)) <= MAX_IDENTIFIER:
                raise ValidationError(
                    self.env._("An event identifier has 1 to 128 characters.")
                )
        inserted = insert_events(self.env.cr, events)
        if inserted < len(events):
            count_conflicts(self.env.cr, events)
        self.invalidate_model(flush=False)
        return inserted

    @api.model
    def _read_feed(self, after, limit, event_type=None):
        """Return final events in the order of their transactions, after a position.

        As projections do, it stops below the oldest transaction that may still commit:
        a reader that remembers (transaction, id) misses nothing.
        """
        domain = [("xact_id", "<", self.env["marketing.projection"]._get_horizon())]
        if event_type:
            domain.append(("event_type", "=", event_type))
        if after:
            xact_id, number = after
            domain += ["|", ("xact_id", ">", xact_id)]
            domain += ["&", ("xact_id", "=", xact_id), ("id", ">", number)]
        return self.search(domain, order="xact_id, id", limit=limit)

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("Events are recorded by the system only."))

    def write(self, vals):
        raise UserError(self.env._("Events are a log and cannot be changed."))

    def unlink(self):
        # also refused when a module is uninstalled, unlike by @api.ondelete
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("Events are a log and cannot be deleted."))
