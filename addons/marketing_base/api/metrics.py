"""Prometheus' text format, version 0.0.4."""

from typing import NamedTuple

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metric(NamedTuple):
    """One family; ``samples`` are (labels, value), ``kind`` is gauge or counter."""

    name: str
    kind: str
    help: str
    samples: list


def render(metrics):
    lines = []
    for metric in metrics:
        lines.append(f"# HELP {metric.name} {_escape(metric.help)}")
        lines.append(f"# TYPE {metric.name} {metric.kind}")
        lines += [_sample(metric.name, *sample) for sample in metric.samples]
    return "\n".join(lines) + "\n"


def _sample(name, labels, value):
    pairs = ",".join(
        f'{key}="{_escape(str(text))}"' for key, text in sorted(labels.items())
    )
    labelled = f"{name}{{{pairs}}}" if pairs else name
    return f"{labelled} {_number(value)}"


def _escape(text):
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value):
    value = float(value)
    # every digit: a counter that is rounded stands still
    return str(int(value)) if value.is_integer() else repr(value)
