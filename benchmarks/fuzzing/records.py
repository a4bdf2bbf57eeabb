"""JSON that is damaged or forged: values of other kinds, fields gone, doubled or odd, and files that are no JSON."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

ODD_TEXTS = (
    "",
    "x",
    "a" * 3000,
    "\ud800",
    "\udfff\ud800",
    "\0",
    "\x1b[31m",
    "\n",
    "\u202e",
    "é日本",
    "<script>",
    "%s%n",
)
ODD_NAMES = ("../../etc/passwd", "/dev/zero", "float64", "cuda", "auto", "density", "tutorial", "text", "__class__")
ODD_DAYS = ("2015-13-40", "20150812", "2015-W33-3", "0001-01-01", "9999-12-31", "2015-08-12T00:00", "1999-01-01")
WORDS = (*ODD_TEXTS, *ODD_NAMES, *ODD_DAYS, "1", "NaN", "null", "true", "0" * 64, "G" * 64)
NUMBERS = (
    0,
    1,
    -1,
    2,
    7,
    255,
    2**31,
    2**53 + 1,
    10**18,
    -(10**18),
    10**308,
    10**400,
    0.0,
    -0.0,
    0.5,
    1.0,
    1.5,
    -1.5,
    1e-320,
    1e308,
    -1e308,
    3.4e39,
    float("nan"),
    float("inf"),
    float("-inf"),
)
DEEP: Any = 0
for _ in range(60):
    DEEP = [DEEP]
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], [None], {"a": 1}, {"": {}}, [0] * 200, DEEP)
NUMERALS = ("1e999", "-1e999", "0" * 40 + "1", "1" + "0" * 5000, "0." + "3" * 3000, "1E400", "+1", ".5", "0x10", "１")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all that an object or a list holds, however deep."""
    if not isinstance(value, dict | list):
        return []
    keys = value if isinstance(value, dict) else range(len(value))
    found = [(*path, key) for key in keys]
    return found + [deeper for key in keys for deeper in places(value[key], (*path, key))]


def chosen(record: Any, draw: random.Random) -> tuple[Any, Any]:
    """A container in a record and a key of it, drawn level by level, so that long lists do not count more."""
    inner = record
    while True:
        key = draw.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
        if not isinstance(inner[key], dict | list) or not inner[key] or draw.random() < 0.15:
            return inner, key
        inner = inner[key]


def odd_value(old: Any, draw: random.Random) -> Any:
    """Something in a value's place: of another kind as often as near it."""
    if isinstance(old, bool):
        near = [int(old), str(old).lower(), not old, None]
    elif isinstance(old, int | float) and abs(old) < 1e300:
        near = [float(old), -old, old + 1, old * 1e300, str(old), bool(old), [old], int(old), 1 - old, old / 3]
    elif isinstance(old, str):
        near = [old + "x", old[:-1], old.upper(), [old], old[::-1], old + "\ud800", list(old[:9]), f" {old}"]
    elif isinstance(old, list):
        near = [old[:-1], old * 2, old[::-1], dict(enumerate(map(str, old))), [*old, None], [*old, *old[:1]], old[:1]]
    else:
        near = [list(old.items()) if isinstance(old, dict) else [], {}, None]
    return copy.deepcopy(
        draw.choice([draw.choice(near), draw.choice(WORDS), draw.choice(NUMBERS), draw.choice(OTHERS)])
    )


def change(record: dict[str, Any], draw: random.Random) -> str:
    """Change one field of a record in place, and tell how."""
    inner, key = chosen(record, draw)
    how = draw.choices(("value", "gone", "added", "renamed", "swapped"), (70, 12, 6, 6, 6))[0]
    if how == "value":
        inner[key] = odd_value(inner[key], draw)
    elif how == "gone":
        del inner[key]
    elif isinstance(inner, list):
        inner.insert(draw.randrange(len(inner) + 1), odd_value(inner[key], draw))
    elif how == "added":
        inner[draw.choice(WORDS)] = odd_value(inner[key], draw)
    elif how == "renamed":
        inner[draw.choice([key.upper(), key + " ", key[:-1], draw.choice(WORDS)])] = inner.pop(key)
    else:
        other = draw.choice(list(inner))
        inner[key], inner[other] = inner[other], inner[key]
    return how


def written(record: Any, draw: random.Random) -> bytes:
    """JSON as another program might lay it out; what UTF-8 cannot say is escaped."""
    text = json.dumps(record, indent=draw.choice((None, 1, 4)), ensure_ascii=draw.random() < 0.5)
    return text.encode("utf-8") if not any("\ud800" <= one < "\ue000" for one in text) else json.dumps(record).encode()


def broken(raw: bytes, draw: random.Random) -> bytes:
    """The bytes of a JSON file changed as no program that writes JSON would."""
    text = raw.decode("utf-8")
    first = text.index('"', 1)
    name = text[first:].partition(":")[0]
    digits = [place for place, one in enumerate(text) if one.isdigit() and not text[place - 1].isalnum()]
    place = draw.choice(digits) if digits else 0
    ways = (
        lambda: text.replace("{", f"{{{name}: {draw.choice(('0', 'null', '[]'))}, ", 1).encode(),  # a name twice
        lambda: (text[: text.rindex("}")] + f", {name}: 0}}").encode(),
        lambda: (text[:place] + draw.choice(NUMERALS) + text[place + 1 :]).encode(),
        lambda: raw.replace(b"e", b"\xed\xa0\x80", 1),  # half of a character, which UTF-8 has not
        lambda: raw.replace(b"e", b"\xff", 1),
        lambda: raw.replace(b'"', b'"\\ud83d', 1),
        lambda: b"\xef\xbb\xbf" + raw,
        lambda: text.encode("utf-16"),
        lambda: text.encode("utf-32-le"),
        lambda: raw + draw.choice((b"x", b"{}", b"\0", b"\n\n", b"]")),
        lambda: draw.choice((b"", b"[]", b"null", b"{}", b"0", b'"x"', b"[" * 200_000, b'{"a":' * 100_000, b"\0" * 99)),
        lambda: text.replace("true", "True").replace("null", "None").replace(",", ",,", 1).encode(),
        lambda: text.replace(":", ": //\n", 1).encode(),
    )
    return draw.choice(ways)()


def spoilt(raw: bytes, draw: random.Random) -> bytes:
    """Any file's bytes damaged: some flipped, cut anywhere, doubled, blanked, or with others in between."""
    data = bytearray(raw)
    how = draw.randrange(6)
    if not data or how == 0:
        for _ in range(draw.choice((1, 1, 2, 8)) if data else 0):
            data[draw.randrange(min(len(data), draw.choice((64, 2000, len(data)))))] ^= 1 << draw.randrange(8)
    elif how == 1:
        del data[draw.randrange(len(data)) :]
    elif how == 2:
        start = draw.randrange(len(data))
        del data[start : start + draw.choice((1, 2, 8, 100))]
    elif how == 3:
        start, length = draw.randrange(len(data)), draw.choice((1, 4, 64, 512))
        data[start : start + length] = bytes(draw.choice((0, 255)) for _ in range(length))
    elif how == 4:
        start = draw.randrange(len(data))
        data[start:start] = draw.randbytes(draw.choice((1, 3, 16)))
    else:
        start = draw.randrange(len(data))
        data += data[start : start + 200]
    return bytes(data)
