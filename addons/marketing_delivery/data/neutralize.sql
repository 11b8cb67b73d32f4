-- a copy of a production database sends nothing until a person says so
UPDATE delivery_provider SET active = FALSE;
UPDATE email_campaign SET status = 'paused', status_reason = 'Neutralized copy'
 WHERE status = 'running';
