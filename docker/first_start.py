"""Run once in ``odoo shell`` on a fresh database: no default password stays."""

import os

# `env` is the shell's
env.ref("base.user_admin").password = os.environ["ODOO_ADMIN_PASSWORD"]  # noqa: F821
parameters = env["ir.config_parameter"]  # noqa: F821
if url := os.environ.get("ODOO_BASE_URL"):
    parameters.set_param("web.base.url", url)
    parameters.set_param("web.base.url.freeze", "True")
parameters.set_param("marketing.first_start", "done")
env.cr.commit()  # noqa: F821
