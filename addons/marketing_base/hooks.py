"""What an ordinary model definition cannot do at install and at uninstall."""

from odoo.tools import SQL


def post_init_hook(env):
    """Give every existing company its own holdout salt.

    A field default would be computed once and shared by all existing rows.
    """
    env["res.company"].search([])._ensure_holdout_salt()


def uninstall_hook(env):
    """Drop what Odoo does not drop: it knows neither partitioned nor key tables."""
    env.cr.execute("DROP TABLE IF EXISTS marketing_event, marketing_event_key CASCADE")
    env.cr.execute("DROP TABLE IF EXISTS marketing_event_batch")
    env.cr.execute("DROP TABLE IF EXISTS marketing_api_bucket, marketing_api_answer")
    env.cr.execute("DROP FUNCTION IF EXISTS marketing_event_refuse_change() CASCADE")
    env.cr.execute("DROP TABLE IF EXISTS marketing_audit_log, marketing_audit_head")
    env.cr.execute("DROP FUNCTION IF EXISTS marketing_audit_refuse_change() CASCADE")
    env.cr.execute("DROP TABLE IF EXISTS email_subscription_history")
    for name in ("history_insert", "history_update", "history_delete") + (
        "refuse_change",
        "keep_address",
    ):
        env.cr.execute(
            SQL(
                "DROP FUNCTION IF EXISTS %s() CASCADE",
                SQL.identifier(f"email_subscription_{name}"),
            )
        )
    env.cr.execute("DROP SEQUENCE IF EXISTS marketing_event_id_seq")
