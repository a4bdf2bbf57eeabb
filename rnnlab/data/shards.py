"""A text larger than memory, cleaned and kept as shards of a few MB each; knows no vocabulary and no model.

A folder of shards holds `00000.txt` and so on, UTF-8, and `shards.json`, which tells of each how long it is and what
its digest is, and of all together how often each character occurs. Whatever is done with it holds a shard or two.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import json
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

import numpy as np

from rnnlab.data.cleaning import clean, how_many, plain_line_ends
from rnnlab.data.code_points import CODE_POINTS, count_characters, line_slices
from rnnlab.data.encodings import codec_named
from rnnlab.data.headers import authors_own, find_stretches
from rnnlab.data.structure import structure_of
from rnnlab.errors import DataError

INDEX, FORMAT = "shards.json", 1
READ = 1 << 20  # bytes read at a time
LARGEST_INDEX = 50_000_000
LONGEST_LINE = 200_000_000  # characters, which are held at once
_CHANGES = ("controls", "invisible", "marks", "terminal", "overstrikes")  # of a cleaned text


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
        """The text of a shard.

        Raises:
            DataError: it is gone, or not what it was.
        """
        try:
            content = (self.folder / _file(number)).read_bytes()
        except OSError as error:
            raise DataError(f"{_file(number)} of {self.name} cannot be read; make the shards anew.") from error
        if hashlib.sha256(content).hexdigest() != self.digests[number]:
            raise DataError(f"{_file(number)} of {self.name} has changed since it was made; make the shards anew.")
        return content.decode("utf-8")


def is_shards(data: str) -> bool:
    """Whether a path is a folder of shards; no path is too odd to ask for."""
    try:
        return (Path(data) / INDEX).is_file()
    except (OSError, ValueError):
        return False


def open_shards(folder: str | Path) -> Shards:
    """Open a folder of shards; DataError if its index is damaged or of another version."""
    place = Path(folder)
    try:
        if (place / INDEX).stat().st_size > LARGEST_INDEX:
            raise ValueError("too large")
        told = json.loads((place / INDEX).read_text(encoding="utf-8"))
        shards = [(int(one["characters"]), str(one["sha256"])) for one in told["shards"]]
        counts = {str(character): int(count) for character, count in told["counts"].items()}
        if told["format"] != FORMAT or not shards or min(length for length, _ in shards) < 1:
            raise ValueError("of another version, or empty")
        if sum(counts.values()) != sum(length for length, _ in shards) or max(map(len, counts)) > 1:
            raise ValueError("counted wrongly")
        notices = tuple(map(str, told["notices"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(f"{place.name}/{INDEX} is damaged or of another version; make the shards anew.") from error
    lengths, digests = zip(*shards, strict=True)
    return Shards(place, str(told["name"]), str(told["source"]), lengths, digests, counts, notices)


def write_shards(
    pieces: Iterable[str],
    folder: str | Path,
    *,
    name: str,
    source: str,
    size: int = 8_000_000,
    progress: Callable[[str], None] | None = None,
    notices: Sequence[str] = (),
) -> Shards:
    """Clean a text piece by piece and write it as shards, into a new folder, whole or not at all.

    Args:
        pieces: the text's parts in their order, as `read_pieces` gives them: none ends within a line.
        folder: must not be there yet.
        name, source: what to call the text, and where it comes from.
        size: characters of a shard, about; the last one has half as many at least.
        progress: is told in half a sentence how far it is.
        notices: sentences on the text, read when the last piece has come, for the pieces may add to them.

    Raises:
        DataError: the folder is there or cannot be written, or the text is empty.
    """
    place = Path(folder).absolute()
    if place.exists():
        raise DataError(f"{place.name} exists; choose another folder for --out.")
    tell = progress or (lambda words: None)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{place.name}.new-", dir=place.parent))
        try:
            _write(pieces, staged, {"name": name, "source": source}, size, tell, notices)
            staged.chmod(0o755)
            staged.rename(place)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        raise DataError(f"{place.name} cannot be written ({error.strerror}); choose another folder.") from error
    return open_shards(place)


def read_pieces(
    files: Sequence[str | Path], encoding: str | None = None, tell: Callable[[str], None] | None = None
) -> Iterator[str]:
    """The text of files, gzip or not, one after the other, in pieces that end with a line.

    Headers and licences of Project Gutenberg are left out, for which each file is gone through twice.

    Args:
        files: their paths.
        encoding: of all of them, such as "KOI8-R"; UTF-8 if None.
        tell: is told of each file what was left out of it, and what it seems to be besides words.

    Raises:
        DataError: a file cannot be read, is not in the encoding, or has a line of over 200 million characters.
    """
    told = tell or (lambda words: None)
    for file in map(Path, files):
        found = find_stretches(_pieces(file, encoding))
        lines, first = 0, True
        for piece in authors_own(_pieces(file, encoding), found):
            lines += piece.count("\n")
            structure = structure_of(piece, file.name) if first else None
            if structure is not None:
                told(f"{file.name}: {structure.notice()}")
            first = False
            yield piece
        for notice in found.notices(lines):
            told(f"{file.name}: {notice}")


def _pieces(file: Path, encoding: str | None) -> Iterator[str]:
    """A file's text as it lies there but for its line ends, about a MB at a time."""
    codec = "utf-8" if encoding is None else codec_named(encoding)
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw) if packed else nullcontext(raw) as stream:
                for piece in _lines_of(stream, codec):
                    yield plain_line_ends(piece)[0]
    except UnicodeDecodeError as error:
        remedy = "save it as UTF-8, or name its encoding with --encoding" if encoding is None else "name another"
        raise DataError(f"{file.name} is not in {encoding or 'UTF-8'}; {remedy}.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{file.name} cannot be read; check its name, or give a plain text file.") from error
    except OverflowError as error:
        raise DataError(f"{file.name} has a line of over {LONGEST_LINE:,} characters; break it into lines.") from error


def _lines_of(stream: IO[bytes] | gzip.GzipFile, codec: str) -> Iterator[str]:
    """Whole lines, about a MB at a time; a line without an end is a piece by itself."""
    decoder = codecs.getincrementaldecoder(codec)()
    begun: list[str] = []
    while part := stream.read(READ):
        whole, end, rest = decoder.decode(part).rpartition("\n")
        if end:
            yield "".join([*begun, whole, end])
            begun = []
        begun.append(rest)
        if sum(map(len, begun)) > LONGEST_LINE:
            raise OverflowError
    if last := "".join([*begun, decoder.decode(b"", final=True)]):
        yield last


def _write(
    pieces: Iterable[str],
    place: Path,
    told: dict[str, Any],
    size: int,
    tell: Callable[[str], None],
    notices: Sequence[str],
) -> None:
    counts, shards, changed = np.zeros(CODE_POINTS, np.int64), [], dict.fromkeys(_CHANGES, 0)
    for number, text in enumerate(_sized(pieces, size)):
        cleaned = clean(text)
        for name in _CHANGES:
            changed[name] += getattr(cleaned, name)
        content = cleaned.text.encode("utf-8", "ignore")
        kept = content.decode("utf-8")
        (place / _file(number)).write_bytes(content)
        counts += count_characters([kept])
        shards.append({"characters": len(kept), "sha256": hashlib.sha256(content).hexdigest()})
        tell(f"{how_many(number + 1, 'shard')}, {int(counts.sum()):,} characters")
    if np.count_nonzero(counts) < 2:
        raise DataError(f"{told['name']} holds no text; give plain text files with some pages of writing.")
    left_out = changed["controls"] + changed["invisible"] + changed["marks"]
    found = [f"{how_many(left_out, 'character')} that cannot be seen were left out."] if left_out else []
    found += [f"{changed['terminal']:,} codes of a terminal were left out."] if changed["terminal"] else []
    struck = changed["overstrikes"]
    found += [f"{struck:,} letters struck twice or underlined were made plain."] if struck else []
    known = {chr(point): int(counts[point]) for point in np.flatnonzero(counts)}
    index = {"format": FORMAT, **told, "shards": shards, "counts": known, "notices": [*notices, *found]}
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
