"""Run by ``odoo shell``: two companies, records in both, and a key of the first."""

import os
from pathlib import Path

from odoo.tests import new_test_user

env = globals()["env"]
companies = env["res.company"].create([{"name": "API shop"}, {"name": "Other shop"}])
user = new_test_user(
    env,
    "api_machine",
    "marketing_base.group_administrator",
    company_id=companies[0].id,
    company_ids=[(6, 0, companies[0].ids)],
)
for company in companies:
    env["customer.segment"].create(
        [{"name": f"Segment {number}", "company_id": company.id} for number in range(3)]
    )
    env["email.campaign"].create(
        [{"name": f"Draft {number}", "company_id": company.id} for number in range(3)]
    )
    env["email.template.marketing"].create(
        [
            {
                "name": f"Template {number}",
                "subject_template": "Hello",
                "html_content": "<p>Hello</p>",
                "company_id": company.id,
            }
            for number in range(3)
        ]
    )
env["ir.config_parameter"].set_param("marketing_base.api_address_limit", "10000000")
key = env["marketing.api.key"].create(
    {
        "name": "Fuzzer",
        "company_id": companies[0].id,
        "user_id": user.id,
        "rate_limit": 100_000,
        "scope_ids": [(6, 0, env["marketing.api.scope"].search([]).ids)],
    }
)
Path(os.environ["MM_API_TOKEN"]).write_text(key._draw())
env.cr.commit()
