{
    "name": "Test Marketing Jobs",
    "summary": "Jobs whose effects can be counted; installed by tests only",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_queue"],
    "data": ["security/ir.model.access.csv"],
}
