import json
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ..event_catalogue import API, BROWSER, BUILT_IN, INTERNAL
from ..event_schema import SchemaProblem, compile_schema, read_schema

# What a built-in type is, the catalogue says; its name may be changed.
FIXED = {"code", "active", "door", "emitter", "property_schema"}


class TypeRule(NamedTuple):
    """What the intake asks of the events of one type."""

    door: str
    check: object


class MarketingEventType(models.Model):
    _name = "marketing.event.type"
    _description = "Marketing Event Type"
    _order = "category, sequence, code"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=100)
    category = fields.Selection(
        [
            ("campaign", "Campaign"),
            ("behaviour", "Customer Behaviour"),
            ("marketer", "Marketer"),
            ("system", "System"),
        ],
        required=True,
        default="behaviour",
    )
    description = fields.Text(translate=True)
    is_system = fields.Boolean(string="Built In", readonly=True)
    active = fields.Boolean(default=True)
    door = fields.Selection(
        [
            (INTERNAL, "Odoo Only"),
            (API, "Programs"),
            (BROWSER, "Programs and Browsers"),
        ],
        "Accepted From",
        required=True,
        default=API,
        help="Programs send events with an API key. Browsers are those of the visitors"
        " of your website, who may send anything: count nothing on them that has a"
        " value.",
    )
    emitter = fields.Char(
        "Recorded By", readonly=True, help="The addon that records events of this type."
    )
    property_schema = fields.Text(
        "Schema of the Properties",
        help="JSON Schema. An event from outside whose properties do not fit is"
        " refused and kept with the failed events. Empty: any properties.",
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "This event type exists already.")
    _code_format = models.Constraint(
        "CHECK(code ~ '^[a-z][a-z0-9_]{1,63}$')",
        "A code has 2 to 64 lower-case letters, digits and underscores.",
    )

    @api.constrains("property_schema")
    def _check_schema(self):
        for event_type in self:
            try:
                compile_schema(read_schema(event_type.property_schema))
            except SchemaProblem as problem:
                raise ValidationError(
                    self.env._(
                        "The schema of %(type)s cannot be used: %(reason)s"
                        " Place: %(place)s",
                        type=event_type.name,
                        reason=self._describe_problem(problem.code),
                        place=problem.place,
                    )
                ) from problem

    @api.model
    def _describe_problem(self, code):
        texts = {
            "not_json": self.env._("It is not valid JSON."),
            "not_an_object": self.env._("An object is needed here."),
            "not_a_schema": self.env._("A schema, an object, is needed here."),
            "too_large": self.env._("It is too large or nested too deep."),
            "unknown_keyword": self.env._(
                "This keyword is not supported; references and combinations of"
                " schemas are not."
            ),
            "unknown_type": self.env._("This is not a type of JSON."),
            "unknown_format": self.env._("Formats are date, date-time and uuid."),
            "not_a_name": self.env._(
                "A name has letters, digits and underscores, at most 64."
            ),
            "not_a_word": self.env._(
                "Listed values are numbers, or words of plain letters, digits and"
                " ._:/+- of at most 100 characters."
            ),
            "slow_pattern": self.env._(
                "This pattern could take very long: at most two repeats, none within"
                " another, no look-around and no back reference."
            ),
            "pattern_without_length": self.env._(
                "A pattern needs a maxLength of at most 256 beside it."
            ),
        }
        return texts.get(code) or self.env._("This value is of the wrong kind.")

    # === WHAT THE INTAKE ASKS === #

    @api.model
    @tools.ormcache()
    def _get_codes(self):
        """Return the codes that may be recorded."""
        # whoever records an event need not be allowed to read the registry
        types = self.sudo().search([])  # pylint: disable=no-search-all
        return frozenset(types.mapped("code"))

    @api.model
    def _get_rules(self):
        """Return a function from a code to its :class:`TypeRule`, or None.

        It holds for one batch, so that a batch asks for each type once.
        """
        known, found = self._get_codes(), {}

        def get_rule(code):
            if code not in found:
                found[code] = self._get_rule(code) if code in known else None
            return found[code]

        return get_rule

    @api.model
    @tools.ormcache("code")
    def _get_rule(self, code):
        """Compile the schema of a known type, once a process and change."""
        # as above: the code was found among the known ones
        event_type = self.sudo().search([("code", "=", code)])
        return TypeRule(
            event_type.door, compile_schema(read_schema(event_type.property_schema))
        )

    @api.model
    def _get_accepted_codes(self, doors):
        """Return the codes that a source may send, for its programmer."""
        # as above: codes are no secret to whoever may send events
        types = self.sudo().search([("door", "in", list(doors))])
        return sorted(types.mapped("code"))

    @api.model
    def _get_names(self):
        """Return the labels by code, in the language of the user."""
        everything = self.with_context(active_test=False)
        types = everything.search([])  # pylint: disable=no-search-all
        return {event_type.code: event_type.name for event_type in types}

    # === CHANGES === #

    @api.model
    def _sync_built_in(self):
        """Write what the catalogue says of the built-in types; at each update."""
        for event_type in self.with_context(active_test=False).search(
            [("code", "in", list(BUILT_IN))]
        ):
            entry = BUILT_IN[event_type.code]
            event_type.write(
                {
                    "is_system": True,
                    "door": entry.door,
                    "emitter": entry.emitter,
                    "property_schema": json.dumps(entry.schema, indent=2),
                }
            )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if FIXED & set(vals) and not self.env.su:
            self._check_built_in()
        self.env.registry.clear_cache()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _check_built_in(self):
        for event_type in self.filtered("is_system"):
            raise UserError(
                self.env._("The event type %(name)s is built in.", name=event_type.name)
            )

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
