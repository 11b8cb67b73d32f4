{
    "name": "Marketing Queue",
    "summary": "Background jobs kept in PostgreSQL, run by Odoo or by Celery",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["base"],
    "data": [
        "security/ir.model.access.csv",
        "data/ir_cron.xml",
        "views/marketing_job_views.xml",
    ],
}
