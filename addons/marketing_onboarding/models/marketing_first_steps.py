from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

USER = "marketing_base.group_user"
MANAGER = "marketing_base.group_manager"
KEYS = ("provider", "consent", "segment", "template", "test", "campaign")
# Who can do a step that a marketing user cannot.
DOERS = {
    "provider": "marketing_base.group_administrator",
    "consent": "marketing_base.group_compliance",
}
NAMED = 3  # people who are named; more would be a list


#: key: title, what it is about, button
TEXTS = {
    "provider": (
        _lt("Connect a mail server"),
        _lt("Campaigns leave through a provider. Add one, then test it."),
        _lt("Open providers"),
    ),
    "consent": (
        _lt("Say who may be written to"),
        _lt(
            "Nothing is sent without consent. Import the consents you have"
            " together with their source, or record them one by one."
        ),
        _lt("Open consents"),
    ),
    "segment": (
        _lt("Choose a group of customers"),
        _lt("A segment holds customers with something in common."),
        _lt("Open segments"),
    ),
    "template": (
        _lt("Make a template from a design"),
        _lt("Use one of the supplied designs and change it to your own."),
        _lt("Open designs"),
    ),
    "test": (
        _lt("Send yourself a test"),
        _lt("Plan a campaign, press “Send test” on it, and look into your mailbox."),
        _lt("Open a campaign"),
    ),
    "campaign": (
        _lt("Send your first campaign"),
        _lt("Look at who will receive it, then send or schedule it."),
        _lt("Open campaigns"),
    ),
}


class MarketingFirstSteps(models.AbstractModel):
    """What a new database needs before its first campaign.

    Nothing is stored but whether somebody wants to see it: a step is done when the
    data says so. Odoo's own onboarding panels note a step as done when its dialog was
    closed, and only account's dashboard still shows them.
    """

    _name = "marketing.first.steps"
    _description = "First Steps"

    @api.model
    def get_first_steps(self):
        """Return what the screen shows, for the current company and user."""
        self._check_marketer()
        company, user = self.env.company, self.env.user
        sample = self.env["marketing.sample"]
        may_load = user.has_group(MANAGER)
        return {
            "company": company.name,
            "steps": [self._prepare_step(key, company) for key in KEYS],
            "hidden_for_me": user.marketing_first_steps_hidden,
            "hidden_for_all": company.marketing_first_steps_hidden,
            "is_manager": may_load,
            "sample": {
                "is_loaded": sample._is_loaded(company),
                "has_real_orders": may_load and sample._has_real_orders(company),
            },
        }

    @api.model
    def open_step(self, key):
        """Return the action of the screen on which a step is done."""
        self._check_marketer()
        if key not in KEYS:
            raise AccessError(self.env._("There is no such step."))
        return getattr(self, f"_open_{key}")()

    @api.model
    def hide(self, hidden=True, everybody=False):
        """Whether the app opens with this screen, for me or for all of the company."""
        self._check_marketer()
        hidden = bool(hidden)
        if not everybody:
            # superuser: people may not write their user; it is this one flag of theirs
            self.env.user.sudo().marketing_first_steps_hidden = hidden
            return
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Only marketing managers hide the first steps for everybody."
                )
            )
        # superuser: as above, for the current company
        self.env.company.sudo().marketing_first_steps_hidden = hidden

    @api.model
    def _get_opening_action(self):
        """What the Marketing app opens with: this, until a first campaign was sent."""
        company, user = self.env.company, self.env.user
        wanted = user.has_group(USER) and not (
            user.marketing_first_steps_hidden or company.marketing_first_steps_hidden
        )
        name = (
            "marketing_onboarding.first_steps_action"
            if wanted and not self._is_campaign_done(company)
            else "marketing_campaign.email_campaign_action"
        )
        return self.env["ir.actions.actions"]._for_xml_id(name)

    @api.model
    def _check_marketer(self):
        if not self.env.user.has_group(USER):
            raise AccessError(self.env._("The first steps are for marketing users."))

    # === ONE STEP ===#

    def _prepare_step(self, key, company):
        title, text, button = map(self.env._, TEXTS[key])
        done = getattr(self, f"_is_{key}_done")(company)
        doer = DOERS.get(key)
        waits = not done and doer and not self.env.user.has_group(doer)
        return {
            "key": key,
            "title": title,
            "text": text,
            "button": self.env._("Look at it") if waits else button,
            "is_done": done,
            "hint": False if done else self._get_hint(key, company),
            "waits_for": self._get_doers(doer, company) if waits else False,
        }

    def _get_doers(self, group, company):
        """Say who can do it: by name, or how somebody becomes one of them."""
        # superuser: names of colleagues with this right, of the current company
        doers = self.env.ref(group).sudo()
        people = doers._get_people(company).sorted("name")
        names = ", ".join(people[:NAMED].mapped("name"))
        if not names:
            return self.env._(
                "Nobody of your company has the right “%(right)s” yet. Ask whoever"
                " manages the users.",
                right=doers.name,
            )
        return self.env._(
            "This is done by %(names)s (%(right)s).", names=names, right=doers.name
        )
