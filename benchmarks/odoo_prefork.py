"""Odoo with several processes: started by a file, as it starts one of them by that."""

from odoo.cli.command import main

main()
