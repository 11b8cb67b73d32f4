from odoo import models

# No foreign keys: an entry must outlive the user, the company and the record it names.
_TABLES = """
    CREATE TABLE IF NOT EXISTS marketing_audit_log (
        id bigint PRIMARY KEY CHECK (id > 0),
        created_at timestamp NOT NULL,
        event text NOT NULL,
        company_id integer,
        user_id integer NOT NULL,
        user_login text NOT NULL,
        res_model text,
        res_id bigint,
        res_name text,
        changes jsonb NOT NULL DEFAULT '{}',
        note text,
        previous_hash text NOT NULL,
        hash text NOT NULL
    );
    CREATE INDEX IF NOT EXISTS marketing_audit_log_record_idx
        ON marketing_audit_log (res_model, res_id);
    CREATE TABLE IF NOT EXISTS marketing_audit_head (
        id integer PRIMARY KEY CHECK (id = 1),
        last_id bigint NOT NULL,
        last_hash text NOT NULL
    );
    INSERT INTO marketing_audit_head VALUES (1, 0, repeat('0', 64))
        ON CONFLICT DO NOTHING;
"""
_REFUSE_CHANGE = """
    CREATE OR REPLACE FUNCTION marketing_audit_refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'marketing_audit_log is append-only'
            USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE OR REPLACE TRIGGER marketing_audit_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON marketing_audit_log
        FOR EACH STATEMENT EXECUTE FUNCTION marketing_audit_refuse_change();
"""


class MarketingAuditTable(models.Model):
    """The table behind ``marketing.audit.log`` and its guard.

    Whoever owns the database can drop the trigger. Then the chain of hashes shows it.
    """

    _inherit = "marketing.audit.log"

    def init(self):
        self.env.cr.execute(_TABLES)
        self.env.cr.execute(_REFUSE_CHANGE)
