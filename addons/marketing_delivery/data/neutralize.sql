-- a copy of a production database sends nothing until a person says so
UPDATE delivery_provider SET active = FALSE;
UPDATE email_campaign SET status = 'paused', status_reason = 'Neutralized copy'
 WHERE status = 'running';
-- and Celery workers, which Odoo's own neutralization does not stop, find no work
UPDATE marketing_job SET state = 'cancelled', finished_at = now() AT TIME ZONE 'UTC'
 WHERE state = 'pending' AND queue = 'deliver';
