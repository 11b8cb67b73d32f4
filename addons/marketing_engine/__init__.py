"""Numeric core of the marketing suite.

Plain Python on numpy and ``scipy.special``: no module of this package imports Odoo,
so the same code runs in the server, in a worker and in an ordinary test run. It has
no manifest on purpose; Odoo does not list it as a module and reaches it as
``odoo.addons.marketing_engine``.
"""
