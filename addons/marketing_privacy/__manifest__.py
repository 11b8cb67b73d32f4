{
    "name": "Marketing Privacy",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "summary": "Consents and the event log in the privacy lookup",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_base", "privacy_lookup"],
    "auto_install": True,
}
