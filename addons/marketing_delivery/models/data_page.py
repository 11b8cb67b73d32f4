import json
import time

from odoo import api, fields, models

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_base.masking import mask_address

from .addressee import FROM_CONSENT, FROM_MESSAGE

LINK_SECONDS = 24 * 3600
DOWNLOADS_AN_HOUR = (10, 3600)
SHOWN_ROWS = 30


class MarketingDataPage(models.AbstractModel):
    """One's own data: to read, to take away, to have deleted.

    Every message has a link to choose topics or to leave, and messages are forwarded.
    What is private is only behind a link of its own, which goes to the address itself
    and soon expires.
    """

    _name = "marketing.data.page"
    _inherit = ["marketing.public.page"]
    _description = "Own Data Page"

    # === THE PRIVATE LINK ===#

    @api.model
    def _send_link(self, person):
        """Send the private link to the address itself; return the notice to show."""
        if person.channel != "email" or not person.email:
            return None
        page = self._in_language(person.lang)
        company = page._get_company(person.company_id)
        return page.env["marketing.public.mail"]._send_link(
            person,
            "data-link",
            path=f"/mm/d/{page._get_token(person)}",
            subject=page.env._("Your data at %(company)s", company=company.name),
            template="marketing_delivery.data_link_mail",
            values={"hours": LINK_SECONDS // 3600},
        )

    @api.model
    def _get_token(self, person):
        kind, record_id = FROM_MESSAGE, person.recipient_id
        if not record_id:
            # the person's own row; the public user may not read it
            preferences = self.env["email.subscription.preference"].sudo()
            kind = FROM_CONSENT
            record_id = preferences._find_row(
                person.company_id, person.channel, person.address_key
            ).id
        expires = int(time.time()) + LINK_SECONDS
        return LinkSigner.from_env(self.env).sign(
            "data", record_id, kind, expires=expires
        )

    # === READING ===#

    @api.model
    def _render(self, person, token, *, notice=None):
        page = self._in_language(person.lang)
        data = page.env["marketing.person.data"]._collect(person)
        values = {
            "masked_address": mask_address(person.channel, person.email),
            "customer": page._name_customer(data["customer"]),
            "sections": page._prepare_sections(data),
            "notice": notice,
            "action_url": f"/mm/d/{token}",
            "delete_url": f"/mm/d/{token}/delete",
        }
        return page._render_page(
            "marketing_delivery.data_page", person.company_id, values
        )

    @api.model
    def _name_customer(self, customer):
        labels = {
            "name": self.env._("Name"),
            "email": self.env._("Email"),
            "phone": self.env._("Phone"),
            "street": self.env._("Street"),
            "street2": self.env._("Street, line 2"),
            "zip": self.env._("Postal code"),
            "city": self.env._("City"),
            "country": self.env._("Country"),
        }
        return [(labels[name], value) for name, value in customer.items()]

    @api.model
    def _prepare_sections(self, data):
        """Return (title, rows, how many more); a row is (title, day, details)."""
        sections = [
            (self.env._("Your consents"), self._list_consents(data)),
            (self.env._("What changed about them"), self._list_history(data)),
            (self.env._("Messages we sent you"), self._list_messages(data)),
            (
                self.env._("What we noted about your purchases and visits"),
                self._list_events(data),
            ),
        ]
        return [
            (title, rows[:SHOWN_ROWS], max(0, len(rows) - SHOWN_ROWS))
            for title, rows in sections
        ]

    @api.model
    def _list_consents(self, data):
        preferences = self.env["email.subscription.preference"]
        labels = dict(preferences._fields["status"]._description_selection(self.env))
        channels = self.env["marketing.preference.page"]._get_channel_labels()
        return [
            (
                channels[row["channel"]],
                self._say(row["taken_back_on"] or row["given_on"]),
                " · ".join(
                    filter(None, (labels[row["status"]], row["source"], *row["topics"]))
                ),
            )
            for row in data["consents"]
        ]

    @api.model
    def _list_history(self, data):
        return [
            (
                row["change"],
                self._say(row["date"]),
                " · ".join(
                    filter(None, (row["where"], row["details"], row["text_shown"]))
                ),
            )
            for row in data["consent_history"]
        ]

    @api.model
    def _list_messages(self, data):
        rows = []
        for row in data["messages"]:
            seen = [
                (self.env._("opened"), row["opened_on"]),
                (self.env._("clicked"), row["clicked_on"]),
                (self.env._("unsubscribed"), row["unsubscribed_on"]),
            ]
            details = ", ".join(label for label, moment in seen if moment)
            day = self._say(row["sent_on"]) or self.env._("not sent")
            rows.append((row["campaign"], day, details))
        return rows

    @api.model
    def _list_events(self, data):
        types = self.env["marketing.event.type"].sudo()  # names of types are no secret
        kinds = {row["type"] for row in data["events"]}
        found = types.search([("code", "in", list(kinds))])
        labels = {kind.code: kind.name for kind in found}
        return [
            (labels.get(row["type"], row["type"]), self._say(row["date"]), "")
            for row in data["events"]
        ]

    @api.model
    def _say(self, moment):
        if not moment:
            return ""
        return self._say_day(fields.Datetime.to_datetime(moment[:19].replace("T", " ")))

    @api.model
    def _download(self, person):
        """Return (file name, bytes), or None when it was asked for too often."""
        limits = self.env["marketing.api.limit"]
        who = f"{person.company_id}:{person.address_key}"
        if limits._take_page(("data-download", who, *DOWNLOADS_AN_HOUR)):
            return None
        page = self._in_language(person.lang)
        day = fields.Date.to_string(fields.Date.today())
        data = {
            "company": page._get_company(person.company_id).name,
            "generated_on": day,
            **page.env["marketing.person.data"]._collect(person),
        }
        text = json.dumps(data, ensure_ascii=False, indent=2, default=str)
        return f"my-data-{day}.json", text.encode()

    # === DELETING ===#

    @api.model
    def _render_deletion(self, person, token, *, errors=()):
        """Return the page that asks before anything is deleted."""
        page = self._in_language(person.lang)
        values = {
            "masked_address": mask_address(person.channel, person.email),
            "errors": list(errors),
            "action_url": f"/mm/d/{token}/delete",
            "back_url": f"/mm/d/{token}",
        }
        return page._render_page(
            "marketing_delivery.deletion_page", person.company_id, values
        )

    @api.model
    def _get_confirmation_error(self, person):
        """Return (id of the field, what to do) for who has not ticked the box."""
        page = self._in_language(person.lang)
        text = page.env._("Tick the box to say that this cannot be undone.")
        return ("confirm", text)

    @api.model
    def _delete(self, person):
        """Carry the request out; return the page that says what happened."""
        # the private link proved the address, its owner may ask for this
        requests = self.env["marketing.erasure.request"].sudo()
        requests._receive(
            self._get_company(person.company_id),
            person.channel,
            person.address_key,
            address=person.email,
            source="page",
        )
        return self._render_deleted(person)

    @api.model
    def _render_deleted(self, person):
        """Return what has become of the request, also to who comes again later."""
        # whether a request waits is the business of who made it
        waiting = (
            self.env["marketing.erasure.request"]
            .sudo()
            ._find_waiting(
                self._get_company(person.company_id), person.channel, person.address_key
            )
        )
        page = self._in_language(person.lang)
        values = {
            "waits": bool(waiting),
            "deadline": waiting and page._say_date(waiting.deadline),
        }
        return page._render_page(
            "marketing_delivery.deleted_page", person.company_id, values
        )
