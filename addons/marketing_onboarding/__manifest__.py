{
    "name": "Marketing First Steps",
    "summary": "What to do first in a new database, and sample data to try things with",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_campaign"],
    "data": ["views/first_steps_views.xml"],
    "assets": {
        "web.assets_backend": ["marketing_onboarding/static/src/**/*"],
        "web.assets_tests": ["marketing_onboarding/static/tests/tours/**/*"],
    },
    "auto_install": True,
    "uninstall_hook": "_leave",
}
