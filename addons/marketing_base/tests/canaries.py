from contextlib import suppress

from odoo.exceptions import AccessError

CANARY = "kanari"


class CanaryMixin:
    """Tries each way of reading a model as a user, and looks for planted words.

    Fields are taken from the registry, so that a new one is tried without being named.
    """

    def collect(self, model, user, ids):
        """Return all that ``user`` gets to read of these records, as one text."""
        # without the right to export, nothing would be learned about exports
        user.sudo().group_ids += self.env.ref("base.group_allow_export")
        model = self.env[model].with_user(user)
        self.env.invalidate_all()
        seen = []
        for name, field in model._fields.items():
            for read in self.get_ways(model, name, field, ids):
                # some ways are closed to everybody, for example a group by JSON
                with suppress(Exception), self.env.cr.savepoint():
                    seen.append(repr(read()))
        seen.append(repr(model.name_search("")))
        seen.append(repr(model.browse(ids).read()))
        views = model.get_views([(False, "list"), (False, "form"), (False, "search")])
        self.assertTrue(views)
        return " ".join(seen)

    def get_ways(self, model, name, field, ids):
        records, domain = model.browse(ids), [("id", "in", ids)]
        spec = {name: {"fields": {"display_name": {}}} if field.relational else {}}
        yield lambda: records.read([name])
        yield lambda: model.search_read(domain, [name])
        yield lambda: model.web_search_read(domain, spec)
        yield lambda: records.export_data([name])
        yield lambda: [model.browse(i)[name] for i in ids if not field.relational]
        if field.store:
            yield lambda: model.formatted_read_group(domain, [name], ["__count"])
        if field.relational:
            yield lambda: records.export_data([f"{name}/display_name"])
            yield lambda: model.formatted_read_group(domain, [name], ["__count"])

    def assert_no_oracle(self, model, user, ids, domains):
        """No question about a planted word may be answered with the record."""
        model = self.env[model].with_user(user)
        for domain in domains:
            with suppress(AccessError, ValueError):
                found = model.search(domain + [("id", "in", ids)])
                self.assertFalse(found, domain)
        self.assertFalse(model.name_search(CANARY))
