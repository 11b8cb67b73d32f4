import os
import time

from odoo import fields, models


class TestMarketingEffect(models.Model):
    """One row for each time that a job's work took effect."""

    _name = "test.marketing.effect"
    _description = "Effect of a Test Job"

    name = fields.Char(required=True)
    value = fields.Integer()
    pid = fields.Integer()
    began_at = fields.Float()
    ended_at = fields.Float()

    def _record(self, name, seconds=0):
        """Take effect first, so that a kill during the wait must undo it."""
        effect = self.create(
            {"name": name, "pid": os.getpid(), "began_at": time.time()}
        )
        self.env.flush_all()
        time.sleep(seconds)
        effect.ended_at = time.time()

    def _increment(self, name):
        """Read and write a shared row: concurrent jobs collide."""
        effect = self.search([("name", "=", name)])
        value = effect.value
        time.sleep(0.02)
        effect.value = value + 1

    def _fail(self, name):
        self._record(name)
        raise ArithmeticError(name)

    def _pump(self, name, slices, seconds=0):
        """Take effect in own short transactions; return whether there is more."""
        with self.env.registry.cursor() as cr:
            cr.execute(
                "INSERT INTO test_marketing_effect (name, pid) VALUES (%s, %s)",
                [name, os.getpid()],
            )
        time.sleep(seconds)
        with self.env.registry.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM test_marketing_effect WHERE name = %s", [name]
            )
            return cr.fetchone()[0] < slices
