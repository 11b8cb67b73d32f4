from odoo import models

from odoo.addons.marketing_delivery.sender.content import Content

PAGE = (
    "<html><body><p>Hello %s</p>"
    "<a href='%s'>Offer</a><a href='%s'>Stop</a></body></html>"
)


class PlainRenderer:
    """A greeting, a link and the way out; ``poison`` addresses cannot be rendered."""

    def contexts(self, cr, rows):
        cr.execute(
            "SELECT id, email_address FROM campaign_recipient WHERE id = ANY(%s)",
            [[row.id for row in rows]],
        )
        return dict(cr.fetchall())

    def render(self, row, context, links):
        if context.startswith("poison"):
            raise ZeroDivisionError("the template divides by zero")
        name = context.partition("@")[0]
        html = PAGE % (name, links.click(0), links.unsubscribe())
        return Content(f"Hello {name}", html, f"Hello {name}\n{links.unsubscribe()}\n")


class EmailCampaign(models.Model):
    _inherit = "email.campaign"

    def _register_hook(self):
        """Win over any addon that has content of its own: the sender is tested here."""
        super()._register_hook()
        self.env.registry[self._name]._get_renderer = lambda campaign: PlainRenderer()
