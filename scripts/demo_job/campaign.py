"""One campaign to the best customers, from the first click of the marketer to money."""

import math
import random
import time
from datetime import UTC, datetime
from pathlib import Path

from . import shoppers
from .web import WebSession

SEGMENT = "Champions"
TEMPLATE = "marketing_campaign.template_favourite_category"
STATISTICS = {
    "Audience": "total_recipients",
    "Left out": "total_skipped",
    "Held out": "total_held_out",
    "Sent": "total_sent",
    "Failed": "total_failed",
    "In doubt": "total_in_doubt",
    "Opened": "total_opened",
    "Clicked (human)": "total_clicked",
    "Unsubscribed": "total_unsubscribed",
    "Orders": "attributed_orders",
    "Revenue": "attributed_revenue",
}


def run(base: str, database: str, mail_folder: Path) -> None:
    """Play the whole story on the running server, and print what came of it."""
    marketer = WebSession(base, database, "mara", "mara")
    seen = {file.name for file in mail_folder.glob("*.eml")}
    campaign = _create(marketer)
    print(f"» Campaign {campaign} to {SEGMENT}: sending …", flush=True)
    marketer.call("email.campaign", "action_send_now", [campaign])
    _wait_until_sent(marketer, campaign)
    mails = shoppers.read_mails(mail_folder, seen)
    time.sleep(shoppers.PATIENCE)
    done = shoppers.react(mails)
    print(f"» {len(mails)} mails arrived; through their links: {done}", flush=True)
    _order(marketer, campaign, mails)
    _report(marketer, campaign, base, done["unsubscribed"])


def _create(marketer: WebSession) -> int:
    """Fill in a new campaign as on the form."""
    (segment,) = marketer.call(
        "customer.segment", "search", [("name", "=", SEGMENT)], limit=1
    )
    template = marketer.call(
        "ir.model.data", "check_object_reference", *TEMPLATE.split(".")
    )[1]
    now = datetime.now(UTC).strftime("%d %b %H:%M:%S")
    return marketer.call(
        "email.campaign",
        "create",
        [
            {
                "name": f"Thank you, champions ({now})",
                "segment_ids": [(6, 0, [segment])],
                "template_id": template,
            }
        ],
    )[0]


def _wait_until_sent(marketer: WebSession, campaign: int, seconds: int = 240) -> None:
    started = time.monotonic()
    shown = None

    def finished() -> bool:
        nonlocal shown
        row = marketer.read(
            "email.campaign", campaign, ["status", "total_sent", "total_recipients"]
        )
        line = f"  {row['status']}: {row['total_sent']} of {row['total_recipients']}"
        if line != shown:
            print(f"{line} ({time.monotonic() - started:.0f} s)", flush=True)
            shown = line
        return row["status"] in ("completed", "cancelled")

    if not shoppers.wait_until(finished, seconds):
        raise TimeoutError(
            "The campaign was not sent in time: see Marketing > Delivery > Jobs."
        )


def _order(marketer: WebSession, campaign: int, mails) -> None:
    """Some who clicked buy again from their favourite category."""
    clicked = sorted(
        (mail for mail in mails if mail.mood < shoppers.CLICKS), key=lambda m: m.mood
    )
    buyers = clicked[: math.ceil(len(clicked) * shoppers.ORDERS)]
    if not buyers:
        return
    dice = random.Random(campaign)
    orders = []
    for mail in buyers:
        profile = _profile(marketer, mail.address)
        product = _product(marketer, profile["favourite_category_id"], dice)
        line = {"product_id": product, "product_uom_qty": dice.randint(1, 4)}
        orders.append(
            {"partner_id": profile["partner_id"][0], "order_line": [(0, 0, line)]}
        )
    ids = marketer.call("sale.order", "create", orders)
    marketer.call("sale.order", "action_confirm", ids)
    print(f"» {len(ids)} of the {len(clicked)} who clicked ordered", flush=True)


def _profile(marketer: WebSession, address: str) -> dict:
    return marketer.call(
        "customer.profile",
        "search_read",
        [("partner_id.email_normalized", "=", address)],
        ["partner_id", "favourite_category_id"],
        limit=1,
    )[0]


def _product(marketer: WebSession, category, dice: random.Random) -> int:
    domain = [("categ_id", "=", category[0])] if category else []
    found = marketer.call(
        "product.product", "search", [*domain, ("list_price", ">", 0)], limit=50
    )
    return dice.choice(found)


def _report(marketer: WebSession, campaign: int, base: str, left: int) -> None:
    """Wait until the log is judged up to the last event, then print the table."""

    def judged() -> bool:
        marketer.call("email.campaign", "action_refresh", [campaign])
        fields = ["total_clicked", "total_unsubscribed", "attributed_orders"]
        row = marketer.read("email.campaign", campaign, fields)
        clicked, unsubscribed, orders = (row[field] for field in fields)
        return bool(clicked and orders and unsubscribed >= left)

    shoppers.wait_until(judged, 60, pause=2)
    fields = [*STATISTICS.values(), "currency_id"]
    row = marketer.read("email.campaign", campaign, fields)
    reasons = marketer.call("email.campaign", "get_progress", [campaign])["reasons"]
    currency = row["currency_id"][1]
    print("\n  Thank you, champions")
    for label, field in STATISTICS.items():
        amount = f"{row[field]:,.2f} {currency}" if "revenue" in field else row[field]
        print(f"  {label:<24}{amount:>16}")
        if field == "total_held_out":
            for reason in reasons:
                print(f"    {reason['label']:<22}{reason['count']:>16}")
    print(f"\n  {base}/odoo/campaigns/{campaign}", flush=True)
