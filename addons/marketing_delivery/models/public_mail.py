from odoo import api, models

LINKS_A_DAY = (3, 24 * 3600)
# no answering machine shall answer
_HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


class MarketingPublicMail(models.AbstractModel):
    """Messages that somebody asked for on a public page, such as a private link.

    They go through Odoo's own mail queue, not through the sender of campaigns: there
    is no campaign, no holdout and no cap to respect, one too many is harmless, and
    they must leave even when sending is on hold. The queue is woken after the commit,
    so no request waits for a mail server.
    """

    _name = "marketing.public.mail"
    _inherit = ["marketing.public.page"]
    _description = "Message Asked For on a Public Page"

    @api.model
    def _send_link(self, person, purpose, *, path, subject, template, values):
        """Send a person a link of their own, three a day; return the notice to show."""
        limits = self.env["marketing.api.limit"]
        who = f"{person.company_id}:{person.address_key}"
        if limits._take_page((purpose, who, *LINKS_A_DAY)):
            return "link_limit"
        base_url = self._get_company(person.company_id).get_base_url().rstrip("/")
        self._send(
            person.company_id,
            person.email,
            person.lang,
            subject=subject,
            template=template,
            values={**values, "url": f"{base_url}{path}"},
        )
        return "link_sent"

    @api.model
    def _send(
        self, company_id, address, lang, *, subject, template, values, really=True
    ):
        """Put one message into the queue; ``template`` gets the values and the frame.

        :param address: normalised, so it is one address and breaks out of no header
        :param really: if not, only the work is done, which costs the time
        """
        page = self._in_language(lang)
        body = page._render_page(template, company_id, values)
        if not really:
            return
        company = page._get_company(company_id)
        # visitors may not write mail; the sender is the company of the page
        mail = page.env["mail.mail"].sudo()
        mail.create(
            {
                "subject": subject,
                "body_html": body,
                "email_to": address,
                "email_from": company.email_formatted or False,
                "reply_to": company.email_formatted or False,
                "auto_delete": True,
                "headers": repr(_HEADERS),
            }
        )
        page.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
