"""Runs of n characters as 64-bit numbers, alike computed over arrays and character by character."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.code_points import code_points

Hashes = NDArray[np.uint64]

WORD = (1 << 64) - 1  # all numbers are modulo 2⁶⁴
BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse
INVERSE = pow(BASE, -1, 1 << 64)
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB  # Steele, Lea & Flood (2014), SplitMix64


def mix(numbers: Hashes) -> Hashes:
    """(N,) numbers -> (N,) each scattered over all 64 bits, distinct ones staying distinct."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(_FIRST)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(_SECOND)
    return numbers ^ (numbers >> np.uint64(31))


def mix_one(number: int) -> int:
    """One number, as `mix` does."""
    number = ((number ^ (number >> 30)) * _FIRST) & WORD
    number = ((number ^ (number >> 27)) * _SECOND) & WORD
    return number ^ (number >> 31)


def symbols(points: NDArray[np.uint32]) -> Hashes:
    """(N,) code points -> (N,) numbers that stand for them in sums."""
    return mix(points.astype(np.uint64) + np.uint64(BASE))


def symbol(character: str) -> int:
    """One character's number, as `symbols` gives it."""
    return mix_one((ord(character) + BASE) & WORD)


def powers(base: int, count: int) -> Hashes:
    """(count,) the powers 0, 1, … of a base modulo 2⁶⁴."""
    found = np.full(count, base, np.uint64)
    found[:1] = 1
    return np.cumprod(found, dtype=np.uint64)


def sums(points: NDArray[np.uint32]) -> Hashes:
    """(N,) code points -> (N + 1,) sums over those before each place of symbol · BASEᵖˡᵃᶜᵉ."""
    terms = symbols(points) * powers(BASE, len(points))
    return np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)])


def gram_hashes(text: str, length: int) -> Hashes:
    """A text of N characters -> (N − length + 1,) the number of each run of so many, by where it begins."""
    points = code_points(text)
    count = len(points) - length + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    added = sums(points)
    return mix((added[length:] - added[:-length]) * powers(INVERSE, count) + np.uint64(length))
