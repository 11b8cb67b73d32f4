import hashlib
import hmac
import math

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.marketing_queue.isolation import read_committed

from .ir_config_parameter import ADDRESS_SECRET

ADDRESS_LIMIT = "marketing_base.api_address_limit"
DEFAULT_ADDRESS_LIMIT = 1200
# Guessing keys empties an address's bucket this many times faster.
WRONG_KEY_COST = 20
# longer than the slowest bucket needs to fill again
KEEP_HOURS = 26
MINUTE = 60


class MarketingApiLimit(models.AbstractModel):
    """A bucket of tokens a key and a client address, filled again by time.

    The table is unlogged: after a crash everybody starts with a full bucket.
    """

    _name = "marketing.api.limit"
    _description = "API Rate Limit"

    def init(self):
        self.env.cr.execute(
            """CREATE UNLOGGED TABLE IF NOT EXISTS marketing_api_bucket (
                   name text PRIMARY KEY,
                   tokens double precision NOT NULL,
                   allowed boolean NOT NULL,
                   touched_at timestamptz NOT NULL)"""
        )

    @api.model
    def _take(self, address, key, *, wrong_key=False):
        """Count a request; return 0, or the seconds to wait when it is too many.

        It commits at once and by itself, so that a refused or failed request counts.
        """
        per_address = self._get_address_limit()
        cost = WRONG_KEY_COST if wrong_key else 1
        buckets = {
            self._address_name(address): (per_address, min(cost, per_address), MINUTE)
        }
        if key:
            buckets[f"key:{key.id}"] = (key.rate_limit, 1, MINUTE)
        return self._take_from(buckets, key)

    @api.model
    def _take_public(self, address, name, per_address, per_name):
        """Count a request without a key, apart from those of programs."""
        address = self._address_name(f"{name}:{address}")
        return self._take_from(
            {address: (per_address, 1, MINUTE), name: (per_name, 1, MINUTE)}
        )

    @api.model
    def _take_page(self, *uses):
        """Count uses of a page for shoppers; return 0, or the seconds to wait.

        Each use is ``(purpose, who, size, seconds)``: at most ``size`` in ``seconds``.
        The table gets a keyed hash of both words.
        """
        return self._take_from(
            {
                self._address_name(f"{purpose}:{who}"): (size, 1, seconds)
                for purpose, who, size, seconds in uses
            }
        )

    @api.model
    def _take_from(self, buckets, key=None):
        with self.env.registry.cursor() as cr:
            read_committed(cr)
            cr.execute(self._take_sql(sorted(buckets.items())))
            waits = [wait for allowed, wait in cr.fetchall() if not allowed]
            if key:
                key._touch(cr, key.id)
        return max(1, math.ceil(max(waits))) if waits else 0

    @api.model
    def _take_sql(self, buckets):
        """One statement; rows are taken in the order of their names."""
        rows = SQL(", ").join(
            SQL("(%s, %s::float8, %s::float8, %s::float8)", name, *values)
            for name, values in buckets
        )
        return SQL(
            """WITH asked(name, size, cost, seconds) AS (VALUES %(rows)s), taken AS (
                   INSERT INTO marketing_api_bucket AS bucket
                          (name, tokens, allowed, touched_at)
                   SELECT name, size - cost, TRUE, clock_timestamp()
                     FROM asked ORDER BY name
                       ON CONFLICT (name) DO UPDATE
                      SET (tokens, allowed, touched_at) = (
                          SELECT CASE WHEN level >= 1 THEN level - cost ELSE level END,
                                 level >= 1, clock_timestamp()
                            FROM asked, LATERAL (
                                 SELECT least(size, bucket.tokens + size / seconds *
                                        extract(epoch FROM clock_timestamp()
                                                - bucket.touched_at)) AS level) filled
                           WHERE asked.name = bucket.name)
                RETURNING name, allowed, tokens)
               SELECT allowed, (1 - tokens) * seconds / size
                 FROM taken JOIN asked USING (name)""",
            rows=rows,
        )

    @api.model
    def _get_address_limit(self):
        # sudo: a setting of the whole database
        text = self.env["ir.config_parameter"].sudo().get_param(ADDRESS_LIMIT)
        digits = (text or "").strip()
        return max(1, int(digits)) if digits.isdecimal() else DEFAULT_ADDRESS_LIMIT

    @api.model
    def _address_name(self, address):
        """A keyed hash: the table never holds the address of a client."""
        secret = self.env["ir.config_parameter"]._get_marketing_secret(ADDRESS_SECRET)
        message = f"client:{address}".encode()
        return hmac.new(bytes.fromhex(secret), message, hashlib.sha256).hexdigest()[:32]

    @api.autovacuum
    def _gc_buckets(self):
        """A bucket that nobody touched is full again and need not be kept."""
        self.env.cr.execute(
            """DELETE FROM marketing_api_bucket
                WHERE touched_at < now() - make_interval(hours => %s)""",
            [KEEP_HOURS],
        )
