"""Pictures: what readers without them see, and how heavy they are."""

from odoo.tools.translate import LazyTranslate

from .findings import ERROR, INFO, WARNING, Finding
from .places import place_of

_lt = LazyTranslate(__name__)

MAX_IMAGE = 300 * 1024  # bytes of one picture
MAX_IMAGES = 1024 * 1024  # bytes of all of them
MIN_WORDS = 20  # a mail of pictures only looks like spam


def check_images(root, weights):
    """`weights` maps the src of pictures of this database to bytes."""
    images = root.xpath(".//img")
    findings = []
    for image in images:
        findings += _check_image(image, weights.get(image.get("src")))
    total = sum(weights.get(image.get("src"), 0) for image in images)
    if total > MAX_IMAGES:
        message = _lt("All pictures together weigh %(size)s KB.", size=total // 1024)
        findings.append(Finding(WARNING, "heavy_images", message, _lt("Body")))
    if images and len(root.text_content().split()) < MIN_WORDS:
        message = _lt("Almost no words: mail programs that hide pictures show nothing.")
        findings.append(Finding(WARNING, "only_images", message, _lt("Body")))
    return findings


def _check_image(image, weight):
    source = (image.get("src") or "").strip()
    place = place_of(image)
    if not source:
        yield Finding(ERROR, "empty_image", _lt("This picture has no address."), place)
    elif source.startswith("data:"):
        message = _lt("Gmail does not show pictures that are written into the mail.")
        yield Finding(ERROR, "embedded_image", message, place)
    elif source.startswith("http:"):
        message = _lt("Many mail programs do not load pictures without https.")
        yield Finding(WARNING, "insecure_image", message, place)
    if not (image.get("alt") or "").strip():
        is_link = any(parent.tag == "a" for parent in image.iterancestors())
        if is_link or image.get("alt") is None:
            message = _lt("This picture has no alternative text.")
            severity = WARNING if is_link else INFO
            yield Finding(severity, "missing_alt", message, place)
    if weight and weight > MAX_IMAGE:
        message = _lt("This picture weighs %(size)s KB.", size=weight // 1024)
        yield Finding(WARNING, "heavy_image", message, place)
