"""An entry of the ledger: what was forecast of one session of one series, as a line of JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlab.data.json_objects import parse_object
from rnnlab.data.kinds import DAY, DIGEST, exactly, find_fault, number, record, text, whole
from rnnlab.data.prices.dates.opens import is_exchange
from rnnlab.hub import Kept, Ledger
from rnnlab.scoring.student import StudentT

MODEL = "model"
NAMES = (MODEL, "har_t", "garch_t")  # of an entry's densities
UNIT = "percent log return"
TIME = "%Y-%m-%dT%H:%M:%SZ"
LONGEST_LINE = 10_000  # bytes

_DENSITY = record({"location": number(), "scale": number(1e-9, 1e6), "dof": number(1.001, 1e9)})
_ENTRY = record(
    {
        **{"series": text(60), "last_day": DAY, "last_close": number(0), "rows": whole(1), "closes_sha256": DIGEST},
        **{"session": DAY, "exchange": text(20), "opens": text(40), "horizon": exactly(1, "1")},
        **{"model": text(200), "revision": text(64), "rnnlab": text(40), "unit": exactly(UNIT, UNIT)},
        "densities": record(dict.fromkeys(NAMES, _DENSITY)),
    }
)


@dataclass(frozen=True)
class Entry:
    """One line of the ledger.

    series: its name. last_day, last_close: the last day and close known, in its currency. rows, closes_sha256: how many
    closes there were, and their digest. session: the day that is forecast. exchange: its ISO code, "" if unknown.
    opens: when the session opens, UTC. model, revision: the checkpoint's name, and its commit on the Hub or else its
    seal. rnnlab: the version. densities: by NAMES, a Student-t's location, scale and dof, of the percent log return
    from last_day to session.
    """

    series: str
    last_day: str
    last_close: float
    rows: int
    closes_sha256: str
    session: str
    exchange: str
    opens: str
    model: str
    revision: str
    rnnlab: str
    densities: Mapping[str, Mapping[str, float]]
    horizon: int = 1
    unit: str = UNIT

    @property
    def night(self) -> tuple[str, str]:
        """What there is one entry of: a series and the last day known."""
        return self.series, self.last_day

    def json(self) -> dict[str, Any]:
        """All of it, as plain JSON."""
        return dataclasses.asdict(self)

    def line(self) -> bytes:
        """The entry as it is written."""
        return json.dumps(self.json(), allow_nan=False).encode() + b"\n"

    def density(self, name: str) -> StudentT:
        """One of its densities, of shape (1,), in percent."""
        one = self.densities[name]
        return StudentT(*(np.array([float(one[part])]) for part in ("location", "scale", "dof")))


def parameters(density: StudentT) -> dict[str, float]:
    """A single density's location, scale and dof, as an entry has them."""
    return {name: float(np.ravel(value)[0]) for name, value in vars(density).items()}


def read_line(line: bytes) -> Entry:
    """An entry from its line; ValueError, with what is wrong as half a sentence, if it is none."""
    if len(line) > LONGEST_LINE:
        raise ValueError("it is too long")
    found = parse_object(line)
    if fault := find_fault(found, _ENTRY):
        raise ValueError(fault.told())
    if found["exchange"] and not is_exchange(found["exchange"]):
        raise ValueError(f"its exchange {found['exchange']!r} is not known")
    return Entry(**{field.name: found[field.name] for field in dataclasses.fields(Entry)})


def lines_of(ledger: Ledger) -> Iterator[tuple[Kept, int, Entry | str]]:
    """Every line of a ledger: its file, its number there, and its entry, or what is wrong as half a sentence."""
    for kept in ledger.files:
        for place, line in enumerate(kept.content.splitlines(), 1):
            try:
                yield kept, place, read_line(line)
            except ValueError as error:
                yield kept, place, str(error)


def readable(ledger: Ledger) -> Iterator[Entry]:
    """The entries among a ledger's lines."""
    return (found for _, _, found in lines_of(ledger) if isinstance(found, Entry))
