from odoo.tests import tagged

from ..hooks import uninstall_hook
from .common import MarketingCase

# Tables and functions that Odoo does not know, and what hangs on them.
OURS = """
    SELECT relname FROM pg_class
     WHERE relkind IN ('r', 'p', 'S') AND relnamespace = 'public'::regnamespace
       AND (relname LIKE 'marketing\\_event%' AND relname NOT LIKE '%\\_type%'
            AND relname NOT LIKE 'marketing\\_event\\_failure%'
            OR relname LIKE 'marketing\\_audit%'
            OR relname IN ('marketing_api_bucket', 'marketing_api_answer',
                           'email_subscription_history'))
     UNION ALL
    SELECT proname FROM pg_proc
     WHERE proname LIKE 'marketing\\_%refuse%'
        OR proname LIKE 'email\\_subscription\\_%'
"""


@tagged("post_install", "-at_install")
class TestUninstall(MarketingCase):
    def get_ours(self):
        self.env.cr.execute(OURS)
        return {name for (name,) in self.env.cr.fetchall()}

    def test_nothing_is_left_behind(self):
        before = self.get_ours()
        self.assertLessEqual(
            {
                "marketing_event",
                "marketing_event_default",
                "marketing_event_id_seq",
                "marketing_event_key",
                "marketing_audit_log",
                "marketing_audit_head",
                "marketing_api_bucket",
                "email_subscription_history",
                "email_subscription_history_insert",
                "marketing_event_refuse_change",
                "marketing_audit_refuse_change",
            },
            before,
        )
        uninstall_hook(self.env)
        self.assertEqual(self.get_ours(), set())
