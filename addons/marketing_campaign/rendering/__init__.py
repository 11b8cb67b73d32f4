from .compiled import CompiledTemplate, Content, compile_short, compile_template
from .contexts import (
    TemplateRenderer,
    missing_sql,
    partners_target,
    recipients_target,
)
from .document import check_raw_html
from .formats import Formatter
from .links import Site
from .problems import TemplateProblem
from .shape import MAX_BYTES, check_size
from .tags import Tag

__all__ = [
    "MAX_BYTES",
    "CompiledTemplate",
    "Content",
    "Formatter",
    "Site",
    "Tag",
    "TemplateProblem",
    "TemplateRenderer",
    "check_raw_html",
    "check_size",
    "compile_short",
    "compile_template",
    "missing_sql",
    "partners_target",
    "recipients_target",
]
