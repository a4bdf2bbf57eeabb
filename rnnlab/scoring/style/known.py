"""A set of hashed words or phrases that tells whether it holds one, and from which none can be read (Bloom 1970)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.scoring.style.words import mix

PROBES = 5
BITS = 10  # for each member: it takes 0.9 % of what it does not hold for a member


@dataclass(frozen=True)
class Known:
    """A Bloom filter. bits: (M / 8,) uint8. members: how many it was made of."""

    bits: NDArray[np.uint8]
    members: int

    @classmethod
    def of(cls, numbers: NDArray[np.uint64], bits: int = BITS) -> Known:
        """Take in (N,) numbers, with so many bits for each that differs."""
        distinct = np.unique(numbers)
        size = 8 * max(1, -(-bits * len(distinct) // 8))
        flags = np.zeros(size, np.uint8)
        for probe in range(PROBES):
            flags[_places(distinct, probe, size)] = 1
        return cls(np.packbits(flags), len(distinct))

    def holds(self, numbers: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """(N,) numbers -> (N,) whether each is a member; a few that are none are taken for one."""
        size = 8 * len(self.bits)
        held = np.ones(len(numbers), bool)
        for probe in range(PROBES):
            places = _places(numbers, probe, size)
            held &= (self.bits[places >> 3] >> (7 - (places & 7)).astype(np.uint8)) & 1 == 1
        return held

    def json(self) -> dict[str, Any]:
        """As JSON."""
        return {"members": self.members, "bits": base64.b64encode(self.bits.tobytes()).decode()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Known:
        """Open what `json` gave; ValueError if the bits are no base64 or none."""
        try:
            bits = np.frombuffer(base64.b64decode(value["bits"], validate=True), np.uint8)
        except binascii.Error as error:
            raise ValueError("bits that are no base64") from error
        if not len(bits):
            raise ValueError("no bits")
        return cls(bits, int(value["members"]))


def _places(numbers: NDArray[np.uint64], probe: int, size: int) -> NDArray[np.int64]:
    step = np.uint64((0x9E3779B97F4A7C15 * (probe + 1)) % 2**64)
    return (mix(numbers + step) % np.uint64(size)).astype(np.int64)
