from odoo import api, fields, models

from . import audience_sql

# Customers a job: what a process that dies has to do again.
PART_SIZE = 100_000


class EmailCampaign(models.Model):
    """Writes the audience as rows, in parts, when sending starts.

    Each part is a job, so what is listed stays listed however often a process dies, and
    every part has all its attempts. Nothing is sent before the last one is written.
    """

    _inherit = "email.campaign"

    audience_parts = fields.Integer(readonly=True, copy=False)
    listed_parts = fields.Integer(readonly=True, copy=False)

    @api.model
    def _get_server_fields(self):
        parts = {"audience_parts": 0, "listed_parts": 0}
        return super()._get_server_fields() | parts

    def _enqueue_prepare(self):
        return self.env["marketing.job"]._enqueue(
            "email.campaign",
            "_prepare_recipients",
            {"campaign_id": self.id},
            key=f"campaign-prepare:{self.id}",
            queue="deliver",
        )

    def _forget_listed(self):
        """Take back what a listing wrote that was stopped half way.

        The segments may have changed since, and no sender has seen these rows.
        """
        if not self.listed_parts or self.prepared_at:
            return
        self.flush_recordset()
        self.env.cr.execute(
            """DELETE FROM campaign_recipient
                WHERE campaign_id = %s
                  AND state IN ('queued', 'skipped', 'held_out')""",
            [self.id],
        )
        # Superuser: only the server writes these.
        self.sudo().write(
            {
                "audience_size": self.audience_size - self.env.cr.rowcount,
                "audience_parts": 0,
                "listed_parts": 0,
            }
        )
        self.env["campaign.recipient"].invalidate_model(flush=False)

    @api.model
    def _prepare_recipients(self, campaign_id):
        """Write the next part of the audience; after the last one the sender begins.

        Nothing happens to a campaign that was paused or cancelled meanwhile: resuming
        comes back here.
        """
        campaign = self.browse(campaign_id).exists()
        campaign._hold_row()
        if campaign.status != "running" or campaign.prepared_at:
            return
        # Segments and template may have changed since the start was allowed.
        if problem := campaign._get_approval_problem():
            campaign._move("paused", status_reason=problem)
            return
        if not campaign.listed_parts:
            campaign.audience_parts = campaign._count_parts()
        campaign._write_part(campaign.listed_parts, campaign.audience_parts)
        campaign.listed_parts += 1
        if campaign.listed_parts < campaign.audience_parts:
            campaign._enqueue_prepare()
        else:
            campaign._end_listing()

    def _hold_row(self):
        """Wait for whoever holds the campaign: a job that gave way would be lost."""
        self.env.cr.execute(
            "SELECT FROM email_campaign WHERE id = ANY(%s) FOR NO KEY UPDATE",
            [self.ids],
        )

    def _count_parts(self):
        # Superuser: segments are judged as a whole, as for the audience itself.
        segments = self.sudo().segment_ids
        self.env.flush_all()
        [[members]] = self.env.execute_query(
            audience_sql.members_count_sql(
                [segment._members_sql() for segment in segments]
            )
        )
        return max(1, -(-members // PART_SIZE))

    def _write_part(self, number, parts):
        self.env.flush_all()
        self.env.cr.execute(
            audience_sql.insert_sql(
                self._judged_audience_sql((number, parts)),
                campaign_id=self.id,
                company_id=self.company_id.id,
                channel=self.channel,
                share=self._get_holdout_share(),
                extra=self._get_draw_sql(),
            )
        )
        self.audience_size += self.env.cr.rowcount
        self.env["campaign.recipient"].invalidate_model(flush=False)

    def _end_listing(self):
        self.prepared_at = fields.Datetime.now()
        self._refresh_statistics()
        self._enqueue_delivery()
        self._complete_if_done()
