from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

MONTHS_BEFORE = 1
MONTHS_AFTER = 3
KEY_PARTITIONS = 8
# waiting longer for the lock would queue every writer behind the waiting statement
LOCK_TIMEOUT = "3s"

_TABLES = """
    CREATE SEQUENCE IF NOT EXISTS marketing_event_id_seq AS bigint CACHE 20;
    CREATE TABLE IF NOT EXISTS marketing_event (
        id bigint NOT NULL DEFAULT nextval('marketing_event_id_seq'),
        xact_id bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
        source_id text NOT NULL,
        event_id text NOT NULL CHECK (length(event_id) BETWEEN 1 AND 128),
        event_type text NOT NULL,
        occurred_at timestamp NOT NULL CHECK (isfinite(occurred_at)),
        received_at timestamp NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC'),
        company_id integer,
        partner_id integer,
        campaign_id integer,
        recipient_id integer,
        properties jsonb NOT NULL DEFAULT '{}',
        PRIMARY KEY (id, occurred_at)
    ) PARTITION BY RANGE (occurred_at);
    CREATE TABLE IF NOT EXISTS marketing_event_default
        PARTITION OF marketing_event DEFAULT;
    CREATE INDEX IF NOT EXISTS marketing_event_xact_idx ON marketing_event (xact_id);
    CREATE INDEX IF NOT EXISTS marketing_event_partner_idx
        ON marketing_event (partner_id, occurred_at) WHERE partner_id IS NOT NULL;
    CREATE INDEX IF NOT EXISTS marketing_event_campaign_idx
        ON marketing_event (campaign_id, event_type, occurred_at)
        WHERE campaign_id IS NOT NULL;
    CREATE INDEX IF NOT EXISTS marketing_event_rejudged_idx
        ON marketing_event (recipient_id) WHERE event_type = 'campaign_rejudged';
    CREATE TABLE IF NOT EXISTS marketing_event_key (
        source_id text NOT NULL,
        event_id text NOT NULL,
        body bigint NOT NULL,
        conflicts integer NOT NULL DEFAULT 0,
        PRIMARY KEY (source_id, event_id)
    ) PARTITION BY HASH (source_id, event_id);
"""
_REFUSE_CHANGE = """
    CREATE OR REPLACE FUNCTION marketing_event_refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        -- set for one transaction by the erasure of a customer, which may only remove
        -- properties and whose event it was, and by the move of a row into the
        -- partition of its month
        IF TG_OP = 'UPDATE'
           AND current_setting('marketing_base.erasure', true) = 'on'
           AND to_jsonb(NEW) - '{properties,partner_id}'::text[]
             = to_jsonb(OLD) - '{properties,partner_id}'::text[]
           AND (NEW.partner_id IS NULL OR NEW.partner_id = OLD.partner_id)
           AND OLD.properties @> NEW.properties THEN
            RETURN NEW;
        ELSIF TG_OP = 'DELETE'
           AND TG_TABLE_NAME = 'marketing_event_default'
           AND current_setting('marketing_base.moving', true) = 'on' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'marketing_event is append-only'
            USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE OR REPLACE TRIGGER marketing_event_append_only
        BEFORE UPDATE OR DELETE ON marketing_event
        FOR EACH ROW EXECUTE FUNCTION marketing_event_refuse_change();
    CREATE OR REPLACE TRIGGER marketing_event_no_truncate
        BEFORE TRUNCATE ON marketing_event
        FOR EACH STATEMENT EXECUTE FUNCTION marketing_event_refuse_change();
"""


class MarketingEventPartition(models.Model):
    """The tables behind ``marketing.event``: partitions, keys and their guards."""

    _inherit = "marketing.event"

    def init(self):
        cr = self.env.cr
        cr.execute(_TABLES)
        for remainder in range(KEY_PARTITIONS):
            cr.execute(
                SQL(
                    """CREATE TABLE IF NOT EXISTS %s PARTITION OF marketing_event_key
                       FOR VALUES WITH (MODULUS %s, REMAINDER %s)""",
                    SQL.identifier(f"marketing_event_key_{remainder}"),
                    KEY_PARTITIONS,
                    remainder,
                )
            )
        cr.execute(_REFUSE_CHANGE)
        self._ensure_partitions()

    @api.model
    def _cron_ensure_partitions(self):
        """Keep the coming months ready; a busy table waits for tomorrow's run."""
        self.env.cr.execute(SQL("SET LOCAL lock_timeout = %s", LOCK_TIMEOUT))
        self._ensure_partitions()

    @api.model
    def _ensure_partitions(self):
        first = date.today().replace(day=1)
        for offset in range(-MONTHS_BEFORE, MONTHS_AFTER + 1):
            self._ensure_month(first + relativedelta(months=offset))

    @api.model
    def _ensure_month(self, first):
        """Attach the partition of one month, taking its rows out of the default one.

        ATTACH lets readers and writers of other months go on; ``PARTITION OF`` would
        lock the whole log.
        """
        name = f"marketing_event_{first:%Y_%m}"
        cr = self.env.cr
        cr.execute("SELECT to_regclass(%s)", [name])
        if cr.fetchone()[0]:
            return
        values = {
            "table": SQL.identifier(name),
            "low": first.isoformat(),
            "high": (first + relativedelta(months=1)).isoformat(),
        }
        for statement in self._get_attach_statements():
            cr.execute(SQL(statement, **values))

    @api.model
    def _get_attach_statements(self):
        return (
            "CREATE TABLE %(table)s (LIKE marketing_event INCLUDING ALL)",
            "SELECT set_config('marketing_base.moving', 'on', true)",
            """WITH moved AS (
                   DELETE FROM marketing_event_default
                    WHERE occurred_at >= %(low)s AND occurred_at < %(high)s
                RETURNING *)
               INSERT INTO %(table)s SELECT * FROM moved""",
            "SELECT set_config('marketing_base.moving', '', true)",
            """ALTER TABLE marketing_event ATTACH PARTITION %(table)s
               FOR VALUES FROM (%(low)s) TO (%(high)s)""",
        )
