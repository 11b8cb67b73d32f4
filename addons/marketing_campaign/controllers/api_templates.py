from odoo import http

from odoo.addons.marketing_base.api.call import Answer, page_schema
from odoo.addons.marketing_base.api.operation import IDENTIFIER, PAGE, operation

TYPES = ("marketing", "transactional", "notification", "system")
CATEGORIES = ("newsletter", "promotion", "welcome", "win_back", "announcement")
CATEGORIES += ("loyalty", "event")
_TEXT_OR_NULL = {"type": ["string", "null"], "maxLength": 100_000}
_LINE = {"type": "string", "minLength": 1, "maxLength": 1000, "pattern": r"\S"}
_CONTENT = {
    "name": {**_LINE, "maxLength": 200},
    "description": _TEXT_OR_NULL,
    "template_type": {"type": "string", "enum": list(TYPES)},
    "category": {"type": ["string", "null"], "enum": [*CATEGORIES, None]},
    "subject_template": _LINE,
    "preview_text": {"type": ["string", "null"], "maxLength": 1000},
    "html_content": {"type": "string", "maxLength": 300_000},
    "text_content": _TEXT_OR_NULL,
}
_BODIES = ("html_content", "text_content")
SUMMARY = {
    "title": "Template",
    "type": "object",
    "required": ["id", "name", "template_type", "subject_template", "is_system"],
    "properties": {
        "id": IDENTIFIER,
        "name": {"type": "string"},
        "description": {"type": ["string", "null"]},
        "template_type": {"type": "string"},
        "category": {"type": ["string", "null"]},
        "subject_template": {"type": "string"},
        "preview_text": {"type": ["string", "null"]},
        "is_system": {
            "type": "boolean",
            "description": "Supplied with the software: read-only.",
        },
    },
}
TEMPLATE = {
    **SUMMARY,
    "title": "Template with its content",
    "required": [*SUMMARY["required"], *_BODIES, "merge_tags"],
    "properties": {
        **SUMMARY["properties"],
        "html_content": {"type": "string"},
        "text_content": {"type": ["string", "null"]},
        "merge_tags": {"type": "array", "items": {"type": "string"}},
    },
}
CHECKED = (
    "Tags and conditions are checked as in the editor: what would not work answers 422"
    " with its place. The HTML that comes back is cleaned and has its styles inlined."
)


class ApiTemplates(http.Controller):
    @operation(
        "GET",
        "/api/v1/templates",
        scope="read:templates",
        summary="Templates, newest first",
        description="Those of the company and those for all, without content.",
        query={**PAGE, "template_type": {"type": "string", "enum": list(TYPES)}},
        answer=page_schema(SUMMARY),
    )
    def list_templates(self, call):
        wanted = call.query.get("template_type")
        domain = [("template_type", "=", wanted)] if wanted else []
        return call.page_of("email.template.marketing", domain, _summarise)

    @operation(
        "GET",
        "/api/v1/templates/<int:template_id>",
        scope="read:templates",
        summary="One template with its content",
        answer=TEMPLATE,
        versioned=True,
    )
    def get_template(self, call, template_id):
        return _represent(call.find("email.template.marketing", template_id))

    @operation(
        "POST",
        "/api/v1/templates",
        scope="write:templates",
        summary="Create a template of the company",
        description=CHECKED,
        body={
            "type": "object",
            "required": ["name", "subject_template", "html_content"],
            "properties": _CONTENT,
            "additionalProperties": False,
        },
        answer=TEMPLATE,
        status=201,
        idempotent=True,
    )
    def create_template(self, call):
        company = call.key.company_id
        values = {**call.body, "company_id": company.id}
        template = call.env["email.template.marketing"].create(values)
        location = f"/api/v1/templates/{template.id}"
        return Answer(_represent(template), headers={"Location": location})

    @operation(
        "PATCH",
        "/api/v1/templates/<int:template_id>",
        scope="write:templates",
        summary="Change a template",
        description=f"Only what the body names changes. {CHECKED}",
        body={
            "type": "object",
            "minProperties": 1,
            "properties": _CONTENT,
            "additionalProperties": False,
        },
        answer=TEMPLATE,
        versioned=True,
        locked=True,
    )
    def change_template(self, call, template_id):
        template = call.find("email.template.marketing", template_id)
        call.check_version(template, _represent)
        template.write(call.body)
        return _represent(template)


def _summarise(template):
    return {
        "id": template.id,
        "name": template.name,
        "description": template.description or None,
        "template_type": template.template_type,
        "category": template.category or None,
        "subject_template": template.subject_template,
        "preview_text": template.preview_text or None,
        "is_system": template.is_system,
    }


def _represent(template):
    return {
        **_summarise(template),
        "html_content": str(template.html_content or ""),
        "text_content": template.text_content or None,
        "merge_tags": template.merge_tags.split(", ") if template.merge_tags else [],
    }
