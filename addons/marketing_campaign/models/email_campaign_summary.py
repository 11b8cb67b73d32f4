from odoo import models
from odoo.tools import format_datetime, formatLang

from odoo.addons.marketing_delivery.sender import allowance

DAY = 2  # place of the day in what was used


class EmailCampaign(models.Model):
    """What pressing Send means, in words: to whom, by which way, and when."""

    _inherit = "email.campaign"

    def action_confirm_send(self):
        """Ask once more, with the numbers of this moment."""
        self.ensure_one()
        self.check_access("write")
        estimated = self._try_estimate()
        checks = self._list_checks(estimated)
        self._raise_blocking(check for check in checks if check.key != "schedule")
        values = self._summarise_sending(estimated[0], checks)
        confirmation = self.env["email.campaign.confirmation"].create(
            {"campaign_id": self.id, **values}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send this campaign now?"),
            "res_model": confirmation._name,
            "res_id": confirmation.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _summarise_sending(self, estimate, checks):
        number = estimate["sendable"]
        headline = self.env._(
            "%(count)s customers will receive “%(name)s”.",
            count=self._format_number(number),
            name=self.name,
        )
        if number == 1:
            headline = self.env._(
                "One customer will receive “%(name)s”.", name=self.name
            )
        channels = dict(self._fields["channel"]._description_selection(self.env))
        return {
            "headline": headline,
            "left_out": self._describe_left_out(estimate),
            "channel_name": channels[self.channel],
            "provider_names": self._describe_providers(),
            "timing": "\n".join(self._list_timing(estimate)),
            "cost": self._describe_cost(number),
            "warnings": "\n".join(
                check.text for check in checks if check.level == "warning"
            ),
        }

    def _describe_left_out(self, estimate):
        counts = [
            (item["label"], item["count"])
            for item in estimate["reasons"]
            if item["count"]
        ]
        if estimate["held_out"]:
            counts.append((self.env._("Control group"), estimate["held_out"]))
        return ", ".join(
            f"{label}: {self._format_number(count)}" for label, count in counts
        )

    def _describe_providers(self):
        """Those there for certain mailboxes, the first of the others, its stand-ins."""
        providers = self._list_providers()
        only = providers.filtered("mailbox_ids")
        first, *others = (providers - only) or [self.env["delivery.provider"]]
        names = [
            self.env._(
                "%(provider)s for %(mailboxes)s",
                provider=provider.name,
                mailboxes=", ".join(provider.mailbox_ids.mapped("name")),
            )
            for provider in only
        ]
        if first and others:
            stand_ins = ", ".join(provider.name for provider in others)
            names.append(
                self.env._(
                    "%(provider)s; when it cannot: %(others)s",
                    provider=first.name,
                    others=stand_ins,
                )
            )
        elif first:
            names.append(first.name)
        return "; ".join(names)

    def _list_timing(self, estimate):
        return [
            *self._list_start(estimate),
            *self._list_quiet(),
            *self._list_limits(estimate["sendable"]),
        ]

    def _list_start(self, estimate):
        if self.use_send_window:
            return [check.text for check in self._list_opening_checks(estimate)[:1]]
        if self.spread_hours:
            return [
                self.env._(
                    "Within the next 24 hours, each message at an hour at which its"
                    " customer clicks."
                )
            ]
        if self.scheduled_date:
            when = format_datetime(self.env, self.scheduled_date)
            return [self.env._("Now, and not at the chosen time, %(when)s.", when=when)]
        return [self.env._("Now.")]

    def _list_quiet(self):
        """The hours of its own that a campaign has were checked against these."""
        quiet = None if self.use_send_window else self._get_quiet_hours()
        if not quiet or self.spread_hours:
            return []
        company = self.company_id
        return [
            self.env._(
                "Where a customer's clock is between %(start)s and %(end)s, the message"
                " waits until %(end)s.",
                start=self._format_minute(round(company.marketing_quiet_start * 60)),
                end=self._format_minute(round(company.marketing_quiet_end * 60)),
            )
        ]

    def _list_limits(self, number):
        """The daily limit that lets the fewest leave, if not everybody."""
        rooms = self._get_day_rooms()
        name, left = min(rooms, key=lambda room: room[1], default=("", number))
        if left >= number:
            return []
        return [
            self.env._(
                "The daily limit of %(name)s lets %(count)s leave today; the others"
                " follow by themselves on the next days.",
                name=name,
                count=self._format_number(left),
            )
        ]

    def _get_day_rooms(self):
        """[(whose limit, messages it still allows today)]; UTC days, as they count."""
        providers = self._list_providers()
        pools = self._get_pools(providers[:1])
        domain = self.env["delivery.domain"].browse(pools.domain or [])
        limits = {
            "company": (self.company_id.name, self.company_id.marketing_daily_limit),
            # Superuser: read for the sentence only, as the sender reads it.
            "domain": (self.sender_domain, domain.sudo().daily_limit),
            "topic": (self.topic_id.name, self.topic_id.daily_limit),
        }
        if len(providers) == 1:  # another one goes on where it stops
            limits["provider"] = (providers.name, providers.cap_per_day)
        return [
            (name, max(0, limit - self._get_used_today(scope, getattr(pools, scope))))
            for scope, (name, limit) in limits.items()
            if limit and getattr(pools, scope)
        ]

    def _get_used_today(self, scope, record_id):
        used = allowance.read_used(self.env.cr, scope, [record_id])
        return used[record_id][DAY] if record_id in used else 0

    def _describe_cost(self, number):
        provider = self._pick_provider()
        if not provider.cost_per_message:
            return False
        cost = self._price(provider, number)
        return formatLang(self.env, cost, currency_obj=self.currency_id)
