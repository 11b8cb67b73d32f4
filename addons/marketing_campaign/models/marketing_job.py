from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

# A listing whose last job was given up, and that nobody has begun again since.
_ABANDONED = """
    SELECT campaign.id
      FROM email_campaign campaign
     WHERE campaign.status = 'running' AND campaign.prepared_at IS NULL
       AND EXISTS (SELECT FROM marketing_job job
                    WHERE job.key = 'campaign-prepare:' || campaign.id
                      AND job.state = 'failed')
       AND NOT EXISTS (SELECT FROM marketing_job job
                        WHERE job.key = 'campaign-prepare:' || campaign.id
                          AND job.state IN ('pending', 'running'))
     ORDER BY campaign.id
       FOR NO KEY UPDATE SKIP LOCKED
"""


class MarketingJob(models.Model):
    _inherit = "marketing.job"

    @api.model
    def _sweep(self):
        """Also tell people of campaigns that would seem to run for ever."""
        self._pause_unlisted()
        return super()._sweep()

    @api.model
    def _pause_unlisted(self):
        """Pause campaigns whose recipients could not be listed; resume tries again."""
        with self._control() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            rows = env.execute_query(SQL(_ABANDONED))
            for campaign in env["email.campaign"].browse([row[0] for row in rows]):
                campaign._pause_for(
                    campaign.env._(
                        "The recipients could not be listed, and the job was given up: "
                        "an administrator finds the reason among the jobs. Resume to "
                        "try again."
                    )
                )
