"""Files of safetensors that are damaged or forged: headers that lie, and numbers that no training leaves."""

from __future__ import annotations

import json
import math
import random
import struct
from typing import Any

BYTES = {
    "BOOL": 1,
    "U8": 1,
    "I8": 1,
    "I16": 2,
    "U16": 2,
    "F16": 2,
    "BF16": 2,
    "I32": 4,
    "U32": 4,
    "F32": 4,
    "F64": 8,
    "I64": 8,
    "U64": 8,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "F8_E8M0": 1,
    "F4": 1,
    "C64": 8,
    "X": 4,
    "": 1,
}
LENGTHS = (0, 1, 2, 3, 7, 2**31, 2**63 - 1, 2**64 - 1, -1, 1.0, None, "4", [])
INFINITE = (math.inf, -math.inf)
FLOATS = ("nan", "inf", "-inf", "3.4e38", "-3.4e38", "1e30", "1e-45", "-1", "0", "7.5")


def parsed(raw: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and data of a sound file."""
    length = int.from_bytes(raw[:8], "little")
    return json.loads(raw[8 : 8 + length]), raw[8 + length :]


def joined(header: Any, data: bytes) -> bytes:
    """A file of a header, sound or not, and data."""
    told = json.dumps(header).encode()
    told += b" " * (-len(told) % 8)
    return struct.pack("<Q", len(told)) + told + data


def names(header: dict[str, Any]) -> list[str]:
    """The tensors that a header names."""
    return [name for name in header if name != "__metadata__"]


def floats(raw: bytes) -> dict[str, tuple[float, ...]]:
    """The numbers of a sound file's tensors of float32 and float16, by name."""
    header, data = parsed(raw)
    letters = {"F32": "f", "F16": "e"}
    found = {}
    for name in names(header):
        own = data[slice(*header[name]["data_offsets"])]
        if letter := letters.get(header[name]["dtype"]):
            found[name] = tuple(one for (one,) in struct.iter_unpack(f"<{letter}", own[: len(own) // 4 * 4]))
    return found


def other_header(raw: bytes, draw: random.Random) -> bytes:
    """A tensor's type, shape, place or name is another, one is gone or one too many; the data stay."""
    header, data = parsed(raw)
    name = draw.choice(names(header))
    told = header[name]
    start, end = told["data_offsets"]
    ways = (
        lambda: told.update(dtype=draw.choice(list(BYTES))),
        lambda: told.update(dtype=draw.choice([one for one in BYTES if BYTES[one] == BYTES[told["dtype"]]])),
        lambda: told.update(shape=[*told["shape"][:-1], draw.choice(LENGTHS)]),
        lambda: told.update(shape=told["shape"][::-1]),
        lambda: told.update(shape=[1, *told["shape"]]),
        lambda: told.update(shape=[end - start]),
        lambda: told.update(shape=[0, 2**63 - 1], data_offsets=[start, start]),
        lambda: told.update(shape=draw.choice((None, {}, "x", [[]], [1] * 70))),
        lambda: told.update(data_offsets=[start, draw.choice((0, end + 4, 2**63, -4, None))]),
        lambda: told.update(data_offsets=[end, start]),
        lambda: told.update(data_offsets=header[draw.choice(names(header))]["data_offsets"]),
        lambda: header.pop(name),
        lambda: header.update({draw.choice(("", "x", "weight.999", "\ud800", name + " ")): header.pop(name)}),
        lambda: header.update({draw.choice(("x", "state.9.0", "best.0", "noise2")): dict(told)}),
        lambda: _swap(header, draw),
        lambda: header.update({"__metadata__": draw.choice((None, 5, [], {"a": 5}, {"format": "tf"}))}),
        lambda: told.pop(draw.choice(list(told))),
        lambda: told.update(extra=1),
    )
    draw.choice(ways)()
    return joined(header, data)


def without(raw: bytes, name: str) -> bytes:
    """A sound file that lacks a tensor."""
    header, data = parsed(raw)
    kept = [one for one in names(header) if one != name]
    return _rebuilt({one: (header[one], data[slice(*header[one]["data_offsets"])]) for one in kept})


def retyped(raw: bytes, draw: random.Random) -> bytes:
    """A sound file in which a tensor has another type, its numbers all 0."""
    header, data = parsed(raw)
    parts = {one: (header[one], data[slice(*header[one]["data_offsets"])]) for one in names(header)}
    name, kind = draw.choice(names(header)), draw.choice(("F16", "BF16", "F64", "I32", "U8", "I64", "F32"))
    parts[name] = (header[name] | {"dtype": kind}, bytes(math.prod(header[name]["shape"]) * BYTES[kind]))
    return _rebuilt(parts)


def _rebuilt(parts: dict[str, tuple[dict[str, Any], bytes]]) -> bytes:
    """A file of tensors, one after the other."""
    header, place = {}, 0
    for name, (told, own) in parts.items():
        header[name] = told | {"data_offsets": [place, place + len(own)]}
        place += len(own)
    return joined(header, b"".join(own for _, own in parts.values()))


def other_numbers(raw: bytes, draw: random.Random) -> bytes:
    """Some numbers of a tensor are others; of a generator's state, some bytes."""
    header, data = parsed(raw)
    name = draw.choice(names(header))
    told, data = header[name], bytearray(data)
    start, end = told["data_offsets"]
    size = BYTES[told["dtype"]]
    for _ in range(draw.choice((1, 1, 5, 200)) if end > start else 0):
        place = start + size * draw.randrange((end - start) // size)
        number = float(draw.choice(FLOATS))
        if told["dtype"] == "F32":
            data[place : place + 4] = struct.pack("<f", number)
        elif told["dtype"] == "F16":
            data[place : place + 2] = struct.pack(
                "<e", max(-65504, min(65504, number)) if abs(number) < 1e39 else number
            )
        else:
            data[place : place + size] = draw.randbytes(size)
    return joined(header, bytes(data))


def _swap(header: dict[str, Any], draw: random.Random) -> None:
    one, other = draw.choice(names(header)), draw.choice(names(header))
    header[one], header[other] = header[other], header[one]
