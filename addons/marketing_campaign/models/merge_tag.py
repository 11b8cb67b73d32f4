from odoo import api, models

from . import merge_tag_sql as sources
from .merge_tag_list import COMPANY_TAGS, PERSON_TAGS, SHOPPING_TAGS


class MarketingMergeTag(models.AbstractModel):
    """Registry of the merge tags.

    An addon adds its own by `_inherit`: it extends `_get_tags` (and `_get_joins` when
    its source needs another table) and returns what super() returns plus its own.
    """

    _name = "marketing.merge.tag"
    _description = "Registry of merge tags"

    @api.model
    def _get_tags(self):
        """Mapping key -> rendering.Tag, in the order people see them."""
        tags = (*PERSON_TAGS, *SHOPPING_TAGS, *COMPANY_TAGS)
        return {tag.key: tag for tag in tags}

    @api.model
    def _get_joins(self):
        """Mapping name -> (names it needs, LEFT JOIN text) for the sources of tags."""
        return sources.JOINS

    @api.model
    def _get_choice_words(self, langs):
        """Mapping (tag key, language) -> {value: word}."""
        choices = [tag for tag in self._get_tags().values() if tag.kind == "choice"]
        return {
            (tag.key, lang): {
                value: self.with_context(lang=lang).env._(label)
                for value, label in tag.choices.items()
            }
            for tag in choices
            for lang in langs
        }

    @api.model
    def _describe(self, tag, formatter):
        """A tag as plain texts in the user's language, its sample as in a mail."""
        context = {}
        formatter.fill(context, tag, tag.sample, self.env.lang)
        fields = tag.fields.values()
        sample = context[tag.key]
        return {
            "key": tag.key,
            "label": self.env._(tag.label),
            "help": self.env._(tag.help) if tag.help else "",
            "kind": tag.kind,
            "sample": "" if tag.kind == "list" else sample or "",
            "fields": [self._describe(field, formatter) for field in fields],
        }

    @api.model
    def _get_sample_context(self, tags, formatter):
        """Context of sample values, for a preview without a customer."""
        context = {}
        for tag in tags:
            formatter.fill(context, tag, tag.sample, None)
        return context
