-- a copy must not take the events out of the original's queue
UPDATE delivery_provider SET ses_queue_url = NULL;
