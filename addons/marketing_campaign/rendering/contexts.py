"""The values of all tags for many recipients, by one SQL statement."""

from odoo.tools import SQL


def recipients_target(recipient_ids):
    """Rows to fill in for messages; each tag's source sees these columns."""
    return SQL(
        """SELECT id, customer_id AS partner_id, company_id, email_address AS email,
                  campaign_id, creative_id
             FROM campaign_recipient WHERE id = ANY(%s)""",
        list(recipient_ids),
    )


def partners_target(partner_ids, company_id):
    """The same for a preview: the ids are those of the customers."""
    return _customers_target(SQL("id = ANY(%s)", list(partner_ids)), company_id)


def _customers_target(which, company_id):
    return SQL(
        """SELECT id, id AS partner_id, %s::int AS company_id, email,
                  NULL::int AS campaign_id, NULL::int AS creative_id
             FROM res_partner WHERE %s""",
        company_id,
        which,
    )


def contexts_sql(tags, joins, target):
    """SELECT id, language, then the value of each tag in order.

    `joins` maps a name to (names it needs, LEFT JOIN text). Sources and joins are
    text of the code, never of a person.
    """
    columns = [SQL(tag.source) for tag in tags]  # pylint: disable=sql-injection
    return SQL(
        "SELECT %s FROM %s",
        SQL(", ").join([SQL("target.id, partner.lang"), *columns]),
        _tables_sql(tags, joins, target),
    )


def missing_sql(tags, joins, members, company_id):
    """SELECT the number of customers, then for each tag of those without a value.

    `members` selects the ids of the customers.
    """
    target = _customers_target(SQL("id IN (%s)", members), company_id)
    missing = [
        # pylint: disable-next=sql-injection
        SQL(
            "count(*) FILTER (WHERE COALESCE(btrim((%s)::text), '') = '')",
            SQL(tag.source),
        )
        for tag in tags
    ]
    return SQL(
        "SELECT %s FROM %s",
        SQL(", ").join([SQL("count(*)"), *missing]),
        _tables_sql(tags, joins, target),
    )


def _tables_sql(tags, joins, target):
    """Target, its customer, and the tables that the tags read."""
    wanted = {}
    for tag in tags:
        for name in tag.joins:
            _add_join(name, joins, wanted)
    # pylint: disable-next=sql-injection
    tables = SQL(" ").join(SQL(text) for text in wanted.values())
    return SQL(
        """(%s) AS target
             LEFT JOIN res_partner partner ON partner.id = target.partner_id %s""",
        target,
        tables,
    )


def _add_join(name, joins, wanted):
    if name in wanted:
        return
    needs, text = joins[name]
    for other in needs:
        _add_join(other, joins, wanted)
    wanted[name] = text


class TemplateRenderer:
    """What the sender needs of a template; holds no record and no cursor."""

    def __init__(self, compiled, tags, joins, formatter, *, opens=True, clicks=True):
        self.compiled = compiled
        self.tags = [
            tags[key] for key in sorted(compiled.tags) if tags[key].kind != "link"
        ]
        self.joins = joins
        self.formatter = formatter
        self.opens = opens
        self.clicks = clicks

    def contexts(self, cr, rows):
        """{recipient id: context} of a claim."""
        return self.read(cr, recipients_target([row.id for row in rows]))

    def read(self, cr, target):
        """{id: context} of any target."""
        cr.execute(contexts_sql(self.tags, self.joins, target))
        return {row[0]: self._fill(row) for row in cr.fetchall()}

    def _fill(self, row):
        context = {}
        for tag, value in zip(self.tags, row[2:], strict=True):
            self.formatter.fill(context, tag, value, row[1])
        return context

    def render(self, row, context, links):
        """Content of one message."""
        return self.compiled.render(context, self._quieten(links))

    def render_slots(self, row, context, links):
        """The same, with the skeleton that all messages share."""
        return self.compiled.render_slots(context, self._quieten(links))

    def _quieten(self, links):
        return links if self.opens and self.clicks else QuietLinks(links, self)


class QuietLinks:
    """Links of a campaign that does not track opens or clicks."""

    def __init__(self, links, renderer):
        self.links = links
        self.renderer = renderer
        self.unsubscribe = links.unsubscribe
        self.view = links.view

    def click(self, position):
        if self.renderer.clicks:
            return self.links.click(position)
        return self.renderer.compiled.links[position]

    def pixel(self):
        return self.links.pixel() if self.renderer.opens else ""
