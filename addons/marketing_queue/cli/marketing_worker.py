import logging
import optparse
import sys

from odoo.cli import Command
from odoo.modules import initialize_sys_path
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

_logger = logging.getLogger(__name__)


class MarketingWorker(Command):
    """Run the background jobs of one database with Celery"""

    name = "marketing_worker"

    def run(self, args):
        group = optparse.OptionGroup(config.parser, "Marketing worker options")
        group.add_option(
            "--queues",
            dest="marketing_queues",
            help="Comma-separated queues to serve [all: deliver,score]",
        )
        group.add_option(
            "--concurrency",
            dest="marketing_concurrency",
            type="int",
            help="Number of processes that run jobs [2]",
        )
        config.parser.add_option_group(group)
        config.parser.prog = self.prog
        config.parse_config(args, setup_logging=True)
        self._serve()

    def _serve(self):
        initialize_sys_path()
        # The addons path is known only now.
        from odoo.addons.marketing_queue import publisher

        if len(config["db_name"]) != 1:
            sys.exit("Name one database: marketing_worker -d DATABASE")
        if not publisher.broker_url():
            sys.exit("Set MARKETING_BROKER_URL, for example redis://127.0.0.1:6379/0")
        queues = (config.get("marketing_queues") or ",".join(publisher.QUEUES)).split(
            ","
        )
        unknown = set(queues) - set(publisher.QUEUES)
        if unknown:
            sys.exit(f"Unknown queues: {', '.join(sorted(unknown))}")
        load_server_wide_modules()
        from odoo.addons.marketing_queue import worker

        worker.main(
            config["db_name"][0], queues, config.get("marketing_concurrency") or 2
        )
