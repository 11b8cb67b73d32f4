"""Odoo with several processes. It starts one of them by the file that it was started by."""

from odoo.cli.command import main

main()
