from odoo import api, models

from ..api.problems import Problem

KEEP_HOURS = 48


class MarketingApiAnswer(models.AbstractModel):
    """What was answered to an Idempotency-Key, stored together with the work.

    No model with rows: nobody reads the table but the API itself. An answer to a
    request that failed is not kept, so that it can be tried again.
    """

    _name = "marketing.api.answer"
    _description = "Stored API Answer"

    def init(self):
        self.env.cr.execute(
            """CREATE TABLE IF NOT EXISTS marketing_api_answer (
                   key_id int NOT NULL
                       REFERENCES marketing_api_key ON DELETE CASCADE,
                   name text NOT NULL,
                   request_hash text NOT NULL,
                   status int,
                   content text,
                   created_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
                   PRIMARY KEY (key_id, name));
               CREATE INDEX IF NOT EXISTS marketing_api_answer_created_at_idx
                   ON marketing_api_answer (created_at)"""
        )

    @api.model
    def _claim(self, key_id, name, request_hash):
        """Reserve the name; return (status, content) when it was answered before.

        Of two requests at once the second waits for the first; then its snapshot is
        too old, and the framework's repetition finds the answer.

        :raises Problem: 409, the name belongs to another request
        """
        cr = self.env.cr
        cr.execute(
            """INSERT INTO marketing_api_answer (key_id, name, request_hash)
               VALUES (%s, %s, %s) ON CONFLICT DO NOTHING""",
            [key_id, name, request_hash],
        )
        if cr.rowcount:
            return None
        cr.execute(
            """SELECT request_hash, status, content FROM marketing_api_answer
                WHERE key_id = %s AND name = %s""",
            [key_id, name],
        )
        known_hash, status, content = cr.fetchone()
        if known_hash != request_hash:
            raise Problem(409, "This Idempotency-Key was used for another request.")
        return status, content

    @api.model
    def _store(self, key_id, name, status, content):
        self.env.cr.execute(
            """UPDATE marketing_api_answer SET status = %s, content = %s
                WHERE key_id = %s AND name = %s""",
            [status, content, key_id, name],
        )

    @api.autovacuum
    def _gc_answers(self):
        self.env.cr.execute(
            """DELETE FROM marketing_api_answer WHERE created_at
                   < (now() AT TIME ZONE 'UTC') - make_interval(hours => %s)""",
            [KEEP_HOURS],
        )
