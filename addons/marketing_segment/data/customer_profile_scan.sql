-- The narrow copy of the profile, kept equal by PostgreSQL in the transaction of each
-- change, whoever makes it: refreshes, patterns, merges, deletions. Statements are
-- planned each time they run (EXECUTE): the first may be of one row, the next of all.
CREATE OR REPLACE FUNCTION customer_profile_scan_copy() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    names text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE customer_profile_scan;
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        EXECUTE 'DELETE FROM customer_profile_scan
                  WHERE id IN (SELECT id FROM old_rows)';
        RETURN NULL;
    END IF;
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO names
      FROM pg_attribute
     WHERE attrelid = 'customer_profile_scan'::regclass
       AND attnum > 0 AND NOT attisdropped;
    IF TG_OP = 'INSERT' THEN
        EXECUTE format('INSERT INTO customer_profile_scan (%1$s)
                        SELECT %1$s FROM new_rows', names);
    ELSE
        EXECUTE format('UPDATE customer_profile_scan old SET (%1$s) = ROW (%2$s)
                          FROM new_rows new
                         WHERE old.id = new.id AND (%3$s) IS DISTINCT FROM (%2$s)',
                       names, 'new.' || replace(names, ', ', ', new.'),
                       'old.' || replace(names, ', ', ', old.'));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER customer_profile_scan_insert AFTER INSERT ON customer_profile
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION customer_profile_scan_copy();

CREATE OR REPLACE TRIGGER customer_profile_scan_update AFTER UPDATE ON customer_profile
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION customer_profile_scan_copy();

CREATE OR REPLACE TRIGGER customer_profile_scan_delete AFTER DELETE ON customer_profile
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION customer_profile_scan_copy();

CREATE OR REPLACE TRIGGER customer_profile_scan_truncate
AFTER TRUNCATE ON customer_profile
FOR EACH STATEMENT EXECUTE FUNCTION customer_profile_scan_copy();
