"""Outcomes of randomised e-mail tests, one per arm, for the tests of the engine."""

import csv
import io
import statistics
from dataclasses import dataclass
from pathlib import Path

import real_data

CONTROL, MENS, WOMENS = "No E-Mail", "Mens E-Mail", "Womens E-Mail"


@dataclass(frozen=True)
class Arm:
    """What happened in one arm."""

    customers: int
    visits: int
    conversions: int
    spend: tuple[float, ...] = ()

    @property
    def moments(self):
        """Return mean, sample standard deviation and size, as ``welch`` takes them."""
        mean = statistics.fmean(self.spend)
        return mean, statistics.stdev(self.spend, mean), len(self.spend)


# Hillstrom's whole file, 64,000 customers: the published counts of each arm.
PUBLISHED = {
    CONTROL: Arm(21_306, 2_262, 122),
    MENS: Arm(21_307, 3_894, 267),
    WOMENS: Arm(21_387, 3_238, 189),
}


def files():
    """Return the committed sample, and Hillstrom's customers where they are at hand."""
    sample = Path(__file__).parent / "fixtures" / "mail_test.csv"
    return [sample, *real_data.find("hillstrom/*.csv.gz")]


def read_arms(path):
    """Return the arms of a file, by name."""
    rows = list(csv.DictReader(io.StringIO(real_data.text(path))))
    return {name: _arm(rows, name) for name in (CONTROL, MENS, WOMENS)}


def _arm(rows, name):
    mine = [row for row in rows if row["segment"] == name]
    return Arm(
        customers=len(mine),
        visits=sum(int(row["visit"]) for row in mine),
        conversions=sum(int(row["conversion"]) for row in mine),
        spend=tuple(float(row["spend"]) for row in mine),
    )
