from .findings import ERROR, INFO, WARNING, Finding
from .images import check_images
from .links import check_links
from .subject import check_preview, check_subject
from .weight import check_weight

__all__ = [
    "ERROR",
    "INFO",
    "WARNING",
    "Finding",
    "check_images",
    "check_links",
    "check_preview",
    "check_subject",
    "check_weight",
]
