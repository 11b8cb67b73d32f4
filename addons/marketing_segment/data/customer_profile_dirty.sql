-- Marks of customers whose profile must be computed again. Append-only: a shopper's
-- checkout inserts here and never waits for, or touches, a row of a profile. No foreign
-- keys: a mark must not stand in the way of a merge or a deletion.
CREATE TABLE IF NOT EXISTS customer_profile_dirty (
    id bigserial PRIMARY KEY,
    partner_id integer NOT NULL,
    company_id integer, -- NULL: in every company
    xact_id bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint
);

-- Old and new rows are compared by EXCEPT, never by a join: the plan of a trigger is
-- kept from its first, small statement, and a nested loop over two large transition
-- tables would take hours.

-- Orders: only confirmed ones count, so a cart that changes leaves no mark.
CREATE OR REPLACE FUNCTION customer_profile_mark_order() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO customer_profile_dirty (partner_id, company_id)
        SELECT DISTINCT partner_id, company_id FROM new_rows WHERE state = 'sale';
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO customer_profile_dirty (partner_id, company_id)
        SELECT DISTINCT partner_id, company_id FROM old_rows WHERE state = 'sale';
    ELSE
        INSERT INTO customer_profile_dirty (partner_id, company_id)
        SELECT partner_id, company_id FROM (
            SELECT id, partner_id, company_id, date_order, amount_untaxed,
                   currency_id, currency_rate, source_id, campaign_id,
                   partner_shipping_id
              FROM old_rows WHERE state = 'sale'
            EXCEPT
            SELECT id, partner_id, company_id, date_order, amount_untaxed,
                   currency_id, currency_rate, source_id, campaign_id,
                   partner_shipping_id
              FROM new_rows WHERE state = 'sale') before
         UNION
        SELECT partner_id, company_id FROM (
            SELECT id, partner_id, company_id, date_order, amount_untaxed,
                   currency_id, currency_rate, source_id, campaign_id,
                   partner_shipping_id
              FROM new_rows WHERE state = 'sale'
            EXCEPT
            SELECT id, partner_id, company_id, date_order, amount_untaxed,
                   currency_id, currency_rate, source_id, campaign_id,
                   partner_shipping_id
              FROM old_rows WHERE state = 'sale') after;
    END IF;
    RETURN NULL;
END $$;

-- Order lines decide categories, prices and margin.
CREATE OR REPLACE FUNCTION customer_profile_mark_order_line() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    orders integer[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT order_id) INTO orders FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT order_id) INTO orders FROM old_rows;
    ELSE
        SELECT array_agg(DISTINCT order_id) INTO orders FROM (
            (SELECT id, order_id, product_id, price_subtotal, is_downpayment,
                    discount, product_uom_qty, purchase_price
               FROM old_rows
             EXCEPT
             SELECT id, order_id, product_id, price_subtotal, is_downpayment,
                    discount, product_uom_qty, purchase_price
               FROM new_rows)
            UNION ALL
            (SELECT id, order_id, product_id, price_subtotal, is_downpayment,
                    discount, product_uom_qty, purchase_price
               FROM new_rows
             EXCEPT
             SELECT id, order_id, product_id, price_subtotal, is_downpayment,
                    discount, product_uom_qty, purchase_price
               FROM old_rows)) changed;
    END IF;
    IF orders IS NOT NULL THEN
        INSERT INTO customer_profile_dirty (partner_id, company_id)
        SELECT DISTINCT partner_id, company_id
          FROM sale_order WHERE id = ANY (orders) AND state = 'sale';
    END IF;
    RETURN NULL;
END $$;

-- Who is touched by these refunds: their customer and that of each linked order.
CREATE OR REPLACE FUNCTION customer_profile_mark_refunds(moves integer[])
RETURNS void LANGUAGE sql AS $$
    INSERT INTO customer_profile_dirty (partner_id, company_id)
    SELECT partner_id, company_id
      FROM account_move WHERE id = ANY (moves) AND partner_id IS NOT NULL
     UNION
    SELECT o.partner_id, o.company_id
      FROM account_move_line aml
      JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = aml.id
      JOIN sale_order_line line ON line.id = link.order_line_id
      JOIN sale_order o ON o.id = line.order_id AND o.state = 'sale'
     WHERE aml.move_id = ANY (moves)
$$;

CREATE OR REPLACE FUNCTION customer_profile_mark_move() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    moves integer[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(id) INTO moves FROM new_rows
         WHERE move_type = 'out_refund' AND state = 'posted';
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO customer_profile_dirty (partner_id, company_id)
        SELECT DISTINCT partner_id, company_id FROM old_rows
         WHERE move_type = 'out_refund' AND state = 'posted'
           AND partner_id IS NOT NULL;
    ELSE
        WITH before AS (
            SELECT id, partner_id, company_id, invoice_date, date, currency_id
              FROM old_rows WHERE move_type = 'out_refund' AND state = 'posted'
        ), after AS (
            SELECT id, partner_id, company_id, invoice_date, date, currency_id
              FROM new_rows WHERE move_type = 'out_refund' AND state = 'posted'
        ), touched AS (
            (SELECT * FROM before EXCEPT SELECT * FROM after)
            UNION ALL
            (SELECT * FROM after EXCEPT SELECT * FROM before)
        ), marked AS (
            INSERT INTO customer_profile_dirty (partner_id, company_id)
            SELECT DISTINCT partner_id, company_id
              FROM touched WHERE partner_id IS NOT NULL
        )
        SELECT array_agg(DISTINCT id) INTO moves FROM touched;
    END IF;
    IF moves IS NOT NULL THEN
        PERFORM customer_profile_mark_refunds(moves);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION customer_profile_mark_move_line() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    moves integer[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT move_id) INTO moves FROM new_rows
         WHERE parent_state = 'posted' AND display_type = 'product';
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT move_id) INTO moves FROM old_rows
         WHERE parent_state = 'posted' AND display_type = 'product';
    ELSE
        WITH before AS (
            SELECT id, move_id, balance, price_subtotal
              FROM old_rows WHERE parent_state = 'posted' AND display_type = 'product'
        ), after AS (
            SELECT id, move_id, balance, price_subtotal
              FROM new_rows WHERE parent_state = 'posted' AND display_type = 'product'
        )
        SELECT array_agg(DISTINCT move_id) INTO moves FROM (
            (SELECT * FROM before EXCEPT SELECT * FROM after)
            UNION ALL
            (SELECT * FROM after EXCEPT SELECT * FROM before)) changed;
    END IF;
    IF moves IS NOT NULL THEN
        SELECT array_agg(id) INTO moves FROM account_move
         WHERE id = ANY (moves) AND move_type = 'out_refund' AND state = 'posted';
        PERFORM customer_profile_mark_refunds(moves);
    END IF;
    RETURN NULL;
END $$;

-- A link between a refund and an order may be made, or cut, after both exist.
CREATE OR REPLACE FUNCTION customer_profile_mark_link() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_profile_dirty (partner_id, company_id)
    SELECT DISTINCT side.partner_id, side.company_id
      FROM link_rows link
      JOIN account_move_line aml ON aml.id = link.invoice_line_id
      JOIN account_move move ON move.id = aml.move_id
       AND move.move_type = 'out_refund' AND move.state = 'posted'
      JOIN sale_order_line line ON line.id = link.order_line_id
      JOIN sale_order o ON o.id = line.order_id
     CROSS JOIN LATERAL (VALUES
           (o.partner_id, o.company_id), (move.partner_id, move.company_id)
           ) AS side (partner_id, company_id)
     WHERE side.partner_id IS NOT NULL;
    RETURN NULL;
END $$;

-- A contact that moves to another parent takes its orders along. The new parent is
-- found from the contact when the mark is taken. Clock, city and address of somebody
-- who never bought concern no profile.
CREATE OR REPLACE FUNCTION customer_profile_mark_partner() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    changed integer[];
BEGIN
    INSERT INTO customer_profile_dirty (partner_id)
    SELECT DISTINCT UNNEST(ARRAY[id, commercial_partner_id]) FROM (
        SELECT id, commercial_partner_id
          FROM old_rows WHERE commercial_partner_id IS NOT NULL
        EXCEPT
        SELECT id, commercial_partner_id FROM new_rows) moved;

    SELECT array_agg(id) INTO changed FROM (
        SELECT id, tz, country_id, city, email_normalized FROM new_rows
        EXCEPT
        SELECT id, tz, country_id, city, email_normalized FROM old_rows) contact;
    IF changed IS NOT NULL THEN
        INSERT INTO customer_profile_dirty (partner_id)
        SELECT partner_id
          FROM sale_order WHERE partner_id = ANY (changed) AND state = 'sale'
         UNION
        SELECT partner_id
          FROM sale_order WHERE partner_shipping_id = ANY (changed) AND state = 'sale'
         UNION
        SELECT partner_id FROM customer_profile WHERE partner_id = ANY (changed);
    END IF;
    RETURN NULL;
END $$;

-- A trigger with transition tables serves one kind of statement only.
DO $$
DECLARE
    target record;
BEGIN
    FOR target IN
        SELECT * FROM (VALUES
            ('sale_order', 'customer_profile_mark_order'),
            ('sale_order_line', 'customer_profile_mark_order_line'),
            ('account_move', 'customer_profile_mark_move'),
            ('account_move_line', 'customer_profile_mark_move_line')
        ) AS pair (relation, mark)
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %1$s_insert AFTER INSERT ON %2$I
             REFERENCING NEW TABLE AS new_rows
             FOR EACH STATEMENT EXECUTE FUNCTION %1$s()', target.mark, target.relation);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %1$s_update AFTER UPDATE ON %2$I
             REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
             FOR EACH STATEMENT EXECUTE FUNCTION %1$s()', target.mark, target.relation);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %1$s_delete AFTER DELETE ON %2$I
             REFERENCING OLD TABLE AS old_rows
             FOR EACH STATEMENT EXECUTE FUNCTION %1$s()', target.mark, target.relation);
    END LOOP;
END $$;

CREATE OR REPLACE TRIGGER customer_profile_mark_link_insert
AFTER INSERT ON sale_order_line_invoice_rel REFERENCING NEW TABLE AS link_rows
FOR EACH STATEMENT EXECUTE FUNCTION customer_profile_mark_link();

CREATE OR REPLACE TRIGGER customer_profile_mark_link_delete
AFTER DELETE ON sale_order_line_invoice_rel REFERENCING OLD TABLE AS link_rows
FOR EACH STATEMENT EXECUTE FUNCTION customer_profile_mark_link();

CREATE OR REPLACE TRIGGER customer_profile_mark_partner_update
AFTER UPDATE ON res_partner
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION customer_profile_mark_partner();
