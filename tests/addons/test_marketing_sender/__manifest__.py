{
    "name": "Test Marketing Sender",
    "summary": "Content without an editor; installed by tests and benchmarks only",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_delivery"],
}
