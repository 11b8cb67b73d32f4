"""What comes to the bounce mailbox about letters sent by SMTP."""

from email.utils import formatdate
from pathlib import Path

SAMPLES = (
    Path(__file__).resolve().parents[2]
    / "addons"
    / "marketing_delivery"
    / "tests"
    / "notices"
)
# role -> samples, each of which may come twice
STORIES = {
    "gone": ("postfix_unknown_user",),
    "full": ("gmail_over_quota",),
    "late": ("postfix_delayed",),
    "angry": ("arf_abuse",),
}


def write(letters):
    """Return the notices as text, the worst ones twice."""
    return [
        _fill(sample, letter)
        for letter in letters
        for sample in STORIES.get(letter.role, ())
        for _time in range(2 if sample != "postfix_delayed" else 1)
    ]


def _fill(sample, letter):
    text = (SAMPLES / f"{sample}.eml").read_text()
    for mark, value in (
        ("{return_path}", letter.return_path),
        ("{send_key}", letter.key),
        ("{address}", letter.address),
        (f"notice.{sample}@", f"{sample}.{letter.key}@"),
    ):
        text = text.replace(mark, value)
    lines = text.splitlines()
    # that of the notice itself; the copy below keeps its own
    place = next(n for n, line in enumerate(lines) if line.startswith("Date: "))
    lines[place] = f"Date: {formatdate()}"
    return "\r\n".join(lines) + "\r\n"
