"""A text larger than memory, cleaned and kept as shards of a few MB each; independent of any vocabulary or model.

A folder of shards holds `00000.txt` and so on, UTF-8, and `shards.json`, which tells of each how long it is and what
its digest is, and of all together how often each character occurs. Whatever is done with it holds a shard or two.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from rnnlab.data import kinds
from rnnlab.data.code_points import CODE_POINTS, count_characters, line_slices
from rnnlab.data.files import Tell
from rnnlab.data.json_objects import SEAL, parse_object, seal
from rnnlab.data.kinds import DIGEST, Kind, exactly, find_fault, listed, named, record, ruled, whole
from rnnlab.data.regular_files import read_regular
from rnnlab.data.text.cleaning import changes_told, clean, how_many
from rnnlab.errors import DataError

INDEX, FORMAT = "shards.json", 1
LARGEST_INDEX = 50_000_000
_UNSEEN, _MORE = ("controls", "invisible", "marks"), ("terminal", "overstrikes", "restored", "line_ends")
MOST_BYTES = 4  # of a character in UTF-8


_CHARACTER = Kind("a character", lambda name: len(name) == 1)
_FIELDS = {
    **{"format": exactly(FORMAT, f"{FORMAT}"), "name": kinds.text(), "source": kinds.text()},
    "notices": listed(kinds.text()),
    "shards": listed(record({"characters": whole(1), "sha256": DIGEST}), 1),
    "counts": named(whole(1), _CHARACTER),
}
_INDEX = ruled(
    record(_FIELDS, {SEAL: DIGEST}),
    "counts of all characters of the shards",
    lambda index: sum(index["counts"].values()) == sum(one["characters"] for one in index["shards"]),
)


@dataclass(frozen=True)
class Shards:
    """A text in shards. lengths: characters of each. counts: how often each character occurs in all of them.

    sha256 is that of the shards' own digests; source says in half a sentence where the text comes from.
    """

    folder: Path
    name: str
    source: str
    lengths: tuple[int, ...]
    digests: tuple[str, ...]
    counts: dict[str, int]
    notices: tuple[str, ...]

    @property
    def characters(self) -> int:
        """Length of all together."""
        return sum(self.lengths)

    @property
    def sha256(self) -> str:
        """What tells this text from another."""
        return hashlib.sha256("".join(self.digests).encode()).hexdigest()

    @property
    def alphabet(self) -> str:
        """The distinct characters, sorted by code point."""
        return "".join(sorted(self.counts))

    def read(self, number: int) -> str:
        """The text of a shard; DataError if it is gone, or not what it was."""
        try:
            content = read_regular(self.folder / _file(number), MOST_BYTES * self.lengths[number])
        except OSError as error:
            raise DataError(f"{_file(number)} of {self.name} cannot be read; make the shards anew.") from error
        text = content.decode("utf-8", "replace")
        if hashlib.sha256(content).hexdigest() != self.digests[number] or len(text) != self.lengths[number]:
            raise DataError(f"{_file(number)} of {self.name} has changed since it was made; make the shards anew.")
        return text


def is_shards(data: str) -> bool:
    """Whether a path is a folder of shards; no path is too odd to ask for."""
    with suppress(OSError, ValueError):
        return os.path.lexists(Path(data) / INDEX)  # whatever lies there: `open_shards` refuses what is no file
    return False


def open_shards(folder: str | Path) -> Shards:
    """Open a folder of shards; DataError if its index is damaged or of another version."""
    place = Path(folder)
    try:
        told = parse_object(read_regular(place / INDEX, LARGEST_INDEX))
        if find_fault(told, _INDEX) is not None or told.get(SEAL) not in (None, seal(told)):  # earlier ones have none
            raise ValueError("no index, or a changed one")
    except (OSError, ValueError) as error:
        raise DataError(f"{place.name}/{INDEX} is damaged or of another version; make the shards anew.") from error
    lengths, digests = zip(*((one["characters"], one["sha256"]) for one in told["shards"]), strict=True)
    return Shards(place, told["name"], told["source"], lengths, digests, told["counts"], tuple(told["notices"]))


def write_shards(
    pieces: Iterable[str],
    folder: str | Path,
    *,
    name: str,
    source: str,
    size: int = 8_000_000,
    progress: Tell | None = None,
    notices: Sequence[str] = (),
) -> Shards:
    """Clean a text piece by piece and write it as shards, into a new folder, whole or not at all.

    Args:
        pieces: the text's parts in their order, as `read_pieces` gives them: none ends within a line.
        name, source: what to call the text, and where it comes from.
        size: characters of a shard, about; the last one has half as many at least.
        notices: sentences on the text, read when the last piece has come, for the pieces may add to them.

    Raises:
        DataError: the folder is there or cannot be written, or the text is empty.
    """
    tell = progress or (lambda words: None)
    with beside(folder) as (place, staged):
        _write(pieces, staged, {"name": name, "source": source}, size, tell, notices)
        staged.chmod(0o755)
        staged.rename(place)
    return open_shards(place)


@contextmanager
def beside(folder: str | Path, flag: str = "--out", *, replaced: bool = False) -> Iterator[tuple[Path, Path]]:
    """A folder to be made, and one beside it to work in, which is taken away at the end; DataError if it cannot be.

    flag: names the folder. replaced: whether the folder may be there.
    """
    place = Path(folder).absolute()
    try:
        staged = _staged(place, flag, replaced)
        try:
            yield place, staged
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        raise DataError(f"{place.name[-60:]} cannot be written ({error.strerror}); choose another folder.") from error


def _staged(place: Path, flag: str, replaced: bool) -> Path:
    try:
        if place.exists() and not replaced:
            raise DataError(f"{place.name} exists; choose another folder for {flag}.")
        place.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{place.name}.new-", dir=place.parent))
    except ValueError as error:  # such as a zero byte in the name
        raise DataError(f"{place.name[-60:]!r} cannot be a folder; choose another for {flag}.") from error


def _write(
    pieces: Iterable[str], place: Path, told: dict[str, Any], size: int, tell: Tell, notices: Sequence[str]
) -> None:
    counts, shards, changed = np.zeros(CODE_POINTS, np.int64), [], dict.fromkeys((*_UNSEEN, *_MORE), 0)
    for number, text in enumerate(_sized(pieces, size)):
        cleaned = clean(text)
        changed = {name: count + getattr(cleaned, name) for name, count in changed.items()}
        content = cleaned.text.encode("utf-8", "ignore")
        kept = content.decode("utf-8")
        (place / _file(number)).write_bytes(content)
        counts += count_characters([kept])
        shards.append({"characters": len(kept), "sha256": hashlib.sha256(content).hexdigest()})
        tell(f"{how_many(number + 1, 'shard')}, {int(counts.sum()):,} characters")
    if np.count_nonzero(counts) < 2:
        raise DataError(f"{told['name']} holds no text; give plain text files with some pages of writing.")
    left_out = sum(changed.pop(name) for name in _UNSEEN)
    told_of = [f"{how_many(left_out, 'character')} that cannot be seen were left out."] if left_out else []
    told_of += changes_told(changed)
    found = {chr(point): int(counts[point]) for point in np.flatnonzero(counts)}
    index = {"format": FORMAT, **told, "shards": shards, "counts": found, "notices": [*notices, *told_of]}
    index |= {SEAL: seal(index)}
    (place / INDEX).write_text(json.dumps(index, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _sized(pieces: Iterable[str], size: int) -> Iterator[str]:
    """Pieces joined to about a size; what would be a last one of less than half is part of the one before it."""
    held, gathered, characters = "", [], 0
    for part in chain.from_iterable(line_slices(piece, max(1, size // 2)) for piece in pieces):
        gathered.append(part)
        characters += len(part)
        if characters >= size:
            if held:
                yield held
            held, gathered, characters = "".join(gathered), [], 0
    rest = "".join(gathered)
    if held and len(rest) < size / 2:
        held, rest = held + rest, ""
    yield from filter(None, (held, rest))


def _file(number: int) -> str:
    return f"{number:05}.txt"
