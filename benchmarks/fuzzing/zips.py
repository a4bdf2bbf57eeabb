"""A checkpoint's folder as a zip, sound or as no honest program packs one."""

from __future__ import annotations

import random
import stat
import struct
import warnings
import zipfile
from pathlib import Path

from benchmarks.fuzzing import records

ENTRY, LOCAL, END = b"PK\1\2", b"PK\3\4", b"PK\5\6"
# Where a number stands in an entry of the list of files, and how many bytes it has.
FIELDS = {
    "version": (6, 2),
    "flags": (8, 2),
    "method": (10, 2),
    "crc": (16, 4),
    "packed": (20, 4),
    "size": (24, 4),
    "name": (28, 2),
    "extra": (30, 2),
    "comment": (32, 2),
    "disk": (34, 2),
    "kind": (38, 4),
    "place": (42, 4),
}
OF_END = {"disk": (4, 2), "here": (8, 2), "all": (10, 2), "bytes": (12, 4), "start": (16, 4), "comment": (20, 2)}
NAMES = (
    "../x",
    "/etc/passwd",
    "C:\\x",
    "a/../../x",
    "config.json",
    "CONFIG.JSON",
    "ｃonfig.json",
    "config.json\0x",
    "con",
    "x" * 60_000,
    "\u202econfig.json",
    "\udcff",
    "__MACOSX/config.json",
    "a/config.json",
    "config.json/",
    "",
    ".",
    "..",
)


def packed(folder: Path, file: Path, draw: random.Random, method: int | None = None) -> None:
    """Write a folder's ordinary files into a zip, at its root or in a folder of it."""
    below = draw.choice(("", f"{folder.name}/", "deep/er/"))
    chosen = draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)) if method is None else method
    with zipfile.ZipFile(file, "w", chosen) as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                archive.write(one, below + str(one.relative_to(folder)))


def forge(file: Path, draw: random.Random) -> None:
    """Damage a zip in one way."""
    raw = file.read_bytes()
    draw.choice((_spoil, _spoil, _lie, _lie, _lie_at_end, _odd_entry, _odd_entry, _overlap, _many, _commented))(
        file, raw, draw
    )


def _spoil(file: Path, raw: bytes, draw: random.Random) -> None:
    if draw.random() < 0.5:
        file.write_bytes(records.spoilt(raw, draw))
    else:  # where the list of files is
        start = raw.index(ENTRY)
        file.write_bytes(raw[:start] + records.spoilt(raw[start:], draw))


def _set(raw: bytes, place: int, field: tuple[int, int], number: int) -> bytes:
    at, size = place + field[0], field[1]
    return raw[:at] + (number % 256**size).to_bytes(size, "little") + raw[at + size :]


def _found(raw: bytes, mark: bytes) -> list[int]:
    places, at = [], raw.find(mark)
    while at >= 0:
        places.append(at)
        at = raw.find(mark, at + 4)
    return places


def _lie(file: Path, raw: bytes, draw: random.Random) -> None:
    """An entry says something else of a file than what is there."""
    field = FIELDS[draw.choice(list(FIELDS))]
    number = draw.choice((0, 1, 8, 9, 12, 14, 99, 255, 2**16 - 1, 2**31, 2**32 - 1, draw.randrange(2**32)))
    file.write_bytes(_set(raw, draw.choice(_found(raw, ENTRY)), field, number))


def _lie_at_end(file: Path, raw: bytes, draw: random.Random) -> None:
    field = OF_END[draw.choice(list(OF_END))]
    number = draw.choice((0, 1, 22, 2**16 - 1, 2**31, 2**32 - 1, len(raw), draw.randrange(2**32)))
    file.write_bytes(_set(raw, _found(raw, END)[-1], field, number))


def _odd_entry(file: Path, raw: bytes, draw: random.Random) -> None:
    """One more file, of an odd name, kind or packing."""
    entry = zipfile.ZipInfo("x")
    entry.filename = draw.choice(NAMES)
    kinds = (stat.S_IFREG, stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK, stat.S_IFDIR, 0xF000)
    entry.external_attr = (draw.choice(kinds) | 0o777) << 16
    entry.compress_type = draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with warnings.catch_warnings(), zipfile.ZipFile(file, "a") as archive:
        warnings.simplefilter("ignore")
        try:
            archive.writestr(entry, draw.choice((b"", b"{}", bytes(6_000_000))))
        except (UnicodeEncodeError, struct.error):
            archive.writestr("x", b"")


def _overlap(file: Path, raw: bytes, draw: random.Random) -> None:
    """Several entries are made of the same bytes."""
    places = _found(raw, ENTRY)
    one, other = draw.choice(places), draw.choice(places)
    copied = raw[one + 16 : one + 28] + raw[other + 28 : other + 42] + raw[one + 42 : one + 46]
    file.write_bytes(raw[: other + 16] + copied + raw[other + 46 :])


def _many(file: Path, raw: bytes, draw: random.Random) -> None:
    """A great many entries without a file."""
    count = draw.choice((1001, 20_000, 300_000))
    entry = ENTRY + bytes(24) + struct.pack("<HHHHHII", 7, 0, 0, 0, 0, 0, 0)
    listed = b"".join(entry + b"%07d" % number for number in range(count))
    end = struct.pack("<4s4H2LH", END, 0, 0, min(count, 65_535), min(count, 65_535), len(listed), 0, 0)
    file.write_bytes(listed + end)


def _commented(file: Path, raw: bytes, draw: random.Random) -> None:
    """What looks like another end stands in the comment, or before the beginning."""
    comment = draw.choice((END + bytes(18), b"x" * 60_000, raw[-22:], b"PK\6\7" + bytes(16) + END + bytes(18)))
    end = _found(raw, END)[-1]
    told = _set(raw[: end + 22], end, OF_END["comment"], len(comment)) + comment
    file.write_bytes(draw.choice((told, comment + raw, raw + raw)))
