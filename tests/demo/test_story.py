"""The whole story on a running server: purchases, segment, mail, click, order.

Small made-up purchases in the demo's own file format; everything else is what
``scripts/demo`` runs: its loader, a real Odoo, a real mail server, real links.
"""

import csv
import os
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from demo_job import campaign, shoppers, web
from runtime import databases, odoo, paths, postgres, processes, server

DATABASE = "mm_story"
HOUSEHOLDS = 120
#: Of the campaign that was played, and of the newsletters before it.
PLAYED = "(SELECT id FROM email_campaign WHERE name LIKE 'Thank you%')"
BEFORE = "(SELECT id FROM email_campaign WHERE name LIKE 'Offers of %')"


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Play the story once; yield the database's name and the mail folder."""
    folder = tmp_path_factory.mktemp("purchases")
    mail = tmp_path_factory.mktemp("mail")
    patch = pytest.MonkeyPatch()
    patch.setattr(paths, "MAIL", mail)
    patch.setattr(server, "NAME", "odoo-story")
    patch.setattr(server, "MAIL_NAME", "mailserver-story")
    patch.setattr(odoo, "HTTP_PORT", processes.free_port())
    patch.setattr(paths, "ODOO_CONF", paths.RUN / "odoo-story.conf")
    patch.setenv("ODOO_RC", str(paths.RUN / "odoo-story.conf"))
    odoo.write_configuration(odoo.find())
    databases.copy(os.environ["MM_TEST_TEMPLATE"], DATABASE)
    try:
        write_purchases(folder)
        run_in_odoo("demo_job.load", DATABASE, folder)
        port = server.start_mail_server(paths.PYTHON)
        run_in_odoo("demo_job.prepare", DATABASE, port, server.url())
        server.start_odoo(DATABASE)
        campaign.run(server.url(), DATABASE, mail)
        yield mail
    finally:
        server.stop_odoo()
        processes.stop("mailserver-story")
        patch.undo()


def run_in_odoo(module, *arguments):
    path = f"{os.environ['PYTHONPATH']}:{paths.ROOT / 'scripts'}"
    command = [paths.PYTHON, "-m", module, *arguments]
    environment = {**os.environ, "PYTHONPATH": path}
    subprocess.run(list(map(str, command)), env=environment, check=True)


def write_purchases(folder):
    """Some buy each week until yesterday, some bought once long ago."""
    products = [(number, "GROCERY", f"SHELF {number % 7}") for number in range(1, 60)]
    write(
        folder / "products.csv",
        "product_id,department,category,product_type,brand,package_size,price",
        [(*product, f"THING {product[0]}", "", "1 LB", 2.5) for product in products],
    )
    baskets, lines, last = [], [], datetime(2017, 12, 31, 18, 0)
    for household in range(1, HOUSEHOLDS + 1):
        for visit in range(1 + household % 12):
            basket = household * 1000 + visit
            bought = last - timedelta(days=(household % 40) + visit * 9)
            baskets.append((basket, household, bought.isoformat(sep=" ")))
            for number in range(1, 2 + visit % 4):
                product = 1 + (household * 5 + number) % 59
                lines.append((basket, product, number, round(2.5 * number, 2)))
    write(folder / "baskets.csv", "basket_id,household_id,bought_at", baskets)
    write(folder / "lines.csv", "basket_id,product_id,quantity,sales_value", lines)
    write_stores(folder)


def write_stores(folder):
    """Three stores and one printed campaign."""
    stores = [(store, 12 * store) for store in range(1, 4)]
    write(folder / "stores.csv", "store_id,households", stores)
    results = [
        (store, "Type A", "Grocery", "2017-11-13", "2017-12-19", 8, 2, 61.5)
        for store, _households in stores
    ]
    columns = (
        "store_id,kind,department,period_start,period_end,pieces,responses,revenue"
    )
    write(folder / "store_results.csv", columns, results)


def write(file, header, rows):
    with file.open("w", newline="") as stream:
        stream.write(header + "\n")
        csv.writer(stream).writerows(rows)


def value(sql):
    return postgres.psql(sql, DATABASE)


def test_every_basket_became_a_sale_order_with_its_total(story):
    assert int(value("SELECT count(*) FROM sale_order WHERE name LIKE 'CJ%'")) == sum(
        1 + household % 12 for household in range(1, HOUSEHOLDS + 1)
    )
    differing = (
        "SELECT count(*) FROM sale_order o WHERE name LIKE 'CJ%' AND amount_untaxed "
        "<> (SELECT sum(price_subtotal) FROM sale_order_line WHERE order_id = o.id)"
    )
    assert value(differing) == "0"


def test_every_customer_has_a_profile_that_equals_the_orders(story):
    differing = """
        SELECT count(*) FROM customer_profile p
        FULL JOIN (SELECT partner_id, count(*) n, sum(amount_untaxed) total
                   FROM sale_order WHERE state = 'sale' AND name LIKE 'CJ%'
                   GROUP BY 1) o USING (partner_id)
        WHERE p.order_count < o.n OR p.revenue < o.total OR p.id IS NULL
    """
    assert value(differing) == "0"


def test_printed_mail_is_recommended_for_each_store(story):
    told = "SELECT state || ' ' || drop_count FROM store_matrix"
    assert value(told) == "done 3"
    best = "SELECT count(DISTINCT store_id) FROM store_matrix_cell WHERE is_recommended"
    assert value(best) == "3"


def test_the_campaign_accounts_for_everybody(story):
    assert value(f"SELECT status FROM email_campaign WHERE id = {PLAYED}") == (
        "completed"
    )
    audience, settled = value(
        "SELECT total_recipients || ' ' || total_sent + total_failed + total_skipped "
        "+ total_held_out + total_in_doubt + total_cancelled FROM email_campaign "
        f"WHERE id = {PLAYED}"
    ).split()
    assert audience == settled != "0"
    unexplained = (
        "SELECT count(*) FROM campaign_recipient "
        "WHERE state NOT IN ('sent', 'queued') AND reason IS NULL"
    )
    assert value(unexplained) == "0"


def test_the_mail_server_got_exactly_the_sent_messages(story):
    mails = shoppers.read_mails(story, set())
    sent = value(
        "SELECT email_address FROM campaign_recipient "
        f"WHERE state = 'sent' AND campaign_id = {PLAYED}"
    )
    assert sorted(mail.address for mail in mails) == sorted(sent.splitlines())


def test_no_one_without_consent_was_written_to(story):
    wrong = f"""
        SELECT count(*) FROM campaign_recipient r
        WHERE state = 'sent' AND campaign_id = {PLAYED}
        AND NOT EXISTS (SELECT 1 FROM email_subscription_preference c
                        WHERE c.address_key = r.address_key
                          AND c.company_id = r.company_id
                          AND c.consent_given_at < r.sent_at)
    """
    assert value(wrong) == "0"


def test_human_clicks_count_and_the_scanner_does_not(story):
    humans = int(value(f"SELECT total_clicked FROM email_campaign WHERE id = {PLAYED}"))
    clickers = [
        m for m in shoppers.read_mails(story, set()) if m.mood < shoppers.CLICKS
    ]
    assert humans == len(clickers) > 0
    machine = "SELECT count(*) FROM delivery_click WHERE verdict = 'machine'"
    assert int(value(machine)) >= 3


def test_an_order_after_a_click_is_the_campaigns(story):
    orders, revenue = value(
        "SELECT attributed_orders || ' ' || attributed_revenue FROM email_campaign "
        f"WHERE id = {PLAYED}"
    ).split()
    assert int(orders) > 0
    assert float(revenue) > 0


def test_the_one_click_unsubscribe_ended_the_consent(story):
    ended = (
        "SELECT count(*) FROM email_subscription_preference p "
        "JOIN campaign_recipient r USING (address_key) "
        f"WHERE NOT p.is_subscribed AND r.state = 'sent' AND r.campaign_id = {PLAYED}"
    )
    assert value(ended) == "1"


def test_the_newsletters_before_it_were_judged_like_any_other(story):
    messages, clicked, opened = value(
        "SELECT count(*) || ' ' || count(clicked_at) || ' ' || count(opened_at) "
        f"FROM campaign_recipient WHERE campaign_id IN {BEFORE}"
    ).split()
    assert int(messages) > 1000
    assert 0 < int(clicked) < int(opened) < int(messages)
    events = value(
        "SELECT count(*) FROM marketing_event "
        f"WHERE event_type = 'email_clicked' AND campaign_id IN {BEFORE}"
    )
    assert events == clicked
    without_a_month = (
        f"SELECT count(*) FROM marketing_event_default WHERE campaign_id IN {BEFORE}"
    )
    assert value(without_a_month) == "0"


def test_models_are_fitted_and_say_what_is_missing(story):
    """120 households are too few for anything: each model says so, none is used."""
    verdicts = value("SELECT DISTINCT verdict FROM prediction_model")
    assert verdicts == "not_enough"
    assert int(value("SELECT count(DISTINCT kind) FROM prediction_model")) == 5


def test_the_server_has_loaded_nothing_that_only_fitting_needs(story):
    """It has shown profiles and models, tracked clicks, and run the jobs itself."""
    marketer = web.WebSession(server.url(), DATABASE, "mara", "mara")
    words = {"reason": {}, "challenge_text": {}, "metrics_table": {}}
    models = marketer.call("prediction.model", "web_search_read", [], words)
    assert models["length"] == 5
    said = {"clv_explanation": {}, "churn_explanation": {}}
    assert marketer.call("customer.profile", "web_search_read", [], said, limit=9)
    loaded = Path(f"/proc/{processes.running('odoo-story')}/maps").read_text()
    assert "/numpy/" in loaded
    assert "/lightgbm/" not in loaded
    assert "/scipy/stats/" not in loaded


def test_the_log_of_the_server_is_clean(story):
    log = (paths.LOGS / "odoo-story.log").read_text()
    noise = [line for line in log.splitlines() if databases.NOISE.search(line)]
    assert noise == []
