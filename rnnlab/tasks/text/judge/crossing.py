"""The cross-loss matrix: each network's bits per character on each author's held-out pages."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rnnlab.data.text.cleaning import listed
from rnnlab.data.text.documents import split_at
from rnnlab.data.text.prompts import adapt_all
from rnnlab.data.text.vocab import encode_compactly
from rnnlab.errors import DataError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import told
from rnnlab.summary import Table
from rnnlab.tasks.text.data import open_beside
from rnnlab.tasks.text.judge.score import characters_of, windowed_losses
from rnnlab.tasks.text.writer import Writer, open_writing, reading, text_learnt


@dataclass(frozen=True)
class Pages:
    """An author's held-out pages. of: the networks whose training held them out, or whose place they take."""

    of: tuple[int, ...]
    title: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class CrossLosses:
    """bits: a row a network, a column an author, bits per character in windows of 256 characters (docs/writing.md).

    models: the networks. authors: titles of the columns. own: of each column, the rows of the
    networks trained on that text. notices: on the data.
    """

    models: tuple[str, ...]
    authors: tuple[str, ...]
    own: tuple[tuple[int, ...], ...]
    bits: tuple[tuple[float, ...], ...]
    notices: tuple[str, ...] = ()

    @property
    def least(self) -> tuple[int, ...]:
        """Of each author, the network that is surprised least."""
        columns = range(len(self.authors))
        return tuple(min(range(len(self.models)), key=lambda row: self.bits[row][column]) for column in columns)

    @property
    def verdict(self) -> str:
        """One sentence made from the figures."""
        others = [self.authors[column] for column, row in enumerate(self.least) if row not in self.own[column]]
        if not others:
            return "Each author's pages surprise the network least that was trained on that author."
        return f"Another network than the author's own is surprised least by the pages of {listed(others)}."

    def table(self) -> Table:
        """In words; the least of each column is marked."""
        marks = [[" *" if row == self.least[column] else "" for column in self._columns] for row in self._rows]
        lines = tuple(
            (self.models[row], *(f"{self.bits[row][column]:.3f}{marks[row][column]}" for column in self._columns))
            for row in self._rows
        )
        caption = "Bits per character of each network on each author's held-out pages; * the least of a column."
        return Table(caption, ("network", *self.authors), lines)

    def json(self) -> dict[str, Any]:
        """As JSON."""
        columns = dict(zip(self.authors, self._columns, strict=True))
        matrix = {
            model: {author: row[column] for author, column in columns.items()}
            for model, row in zip(self.models, self.bits, strict=True)
        }
        least = {author: self.models[row] for author, row in zip(self.authors, self.least, strict=True)}
        return {"bits_per_char": matrix, "least": least, "verdict": self.verdict, "notices": list(self.notices)}

    @property
    def _rows(self) -> range:
        return range(len(self.models))

    @property
    def _columns(self) -> range:
        return range(len(self.authors))


def cross_losses(
    models: Sequence[str], data: Sequence[str] = (), *, caller: Caller = OWNER, device: str = "auto"
) -> CrossLosses:
    """Score each network on each author's held-out pages.

    Args:
        models: two networks or more.
        data: a text for each, in their order; by default the one that it was trained on, by its name in the catalog. A
            checkpoint holds no text: where that is not on this machine, the author has no column, and a notice says so.
        caller, device: as of `rnnlab.tasks.text.use.drafts`.

    Raises:
        RnnlabError: a network cannot be opened, the texts are not as many as the networks, or none is on this machine.
    """
    if len(models) < 2 or len(set(models)) < len(models):
        raise DataError("A cross-loss matrix is of two different networks or more; name another one.")
    if data and len(data) != len(models):
        raise DataError(f"{len(data)} texts were given for {len(models)} networks; give one for each, in their order.")
    writers = [open_writing(model, caller=caller, device=device) for model in models]
    notices: list[str] = []
    found = _distinct(_all_pages(writers, [told(model) for model in models], data, notices))
    if not found:
        raise DataError(" ".join(notices))
    bits = [
        [_bits(writer, told(model), pages, notices) for pages in found]
        for model, writer in zip(models, writers, strict=True)
    ]
    own = tuple(pages.of for pages in found)
    titles = tuple(pages.title for pages in found)
    return CrossLosses(tuple(map(told, models)), titles, own, tuple(map(tuple, bits)), tuple(notices))


def _all_pages(
    writers: Sequence[Writer], names: Sequence[str], data: Sequence[str], notices: list[str]
) -> Iterator[Pages]:
    for number, writer in enumerate(writers):
        how, first = reading(writer.checkpoint), writer.checkpoint.provenance["data"][0]
        title, sha256 = text_learnt(writer.checkpoint)
        try:
            corpus = open_beside(data[number] if data else first.get("name", title), how)
        except DataError as error:
            if data:
                raise
            notices.append(f"The text of {names[number]} is not on this machine, give it with --data: {error}")
            continue
        _, held_out = split_at(corpus.documents, 1 - how.validation)
        if corpus.sha256 != sha256:
            notices.append(
                f"{names[number]} was trained on another text than {corpus.name}; where they overlap, it is favoured."
            )
            title = corpus.name
        yield Pages((number,), title, held_out)


def _distinct(found: Iterator[Pages]) -> list[Pages]:
    """A column for each text: networks trained on one share it; another part of a text is told apart by a number."""
    columns: list[Pages] = []
    for pages in found:
        same = [number for number, one in enumerate(columns) if one.texts == pages.texts]
        if same:
            columns[same[0]] = dataclasses.replace(columns[same[0]], of=columns[same[0]].of + pages.of)
            continue
        alike = sum(one.title.partition(" (part ")[0] == pages.title for one in columns)
        columns.append(dataclasses.replace(pages, title=f"{pages.title} (part {alike + 1})") if alike else pages)
    return columns


def _bits(writer: Writer, name: str, pages: Pages, notices: list[str]) -> float:
    """Bits a character of pages, in windows, each from an empty state."""
    readable = adapt_all(writer.vocabulary.alphabet, pages.texts)
    texts = tuple(filter(None, readable.texts))
    if sum(map(len, texts)) < 2:
        raise DataError(f"The vocabulary of {name} has no character of {pages.title}; leave one of the two out.")
    if changed := readable.rewritten + readable.left_out:
        total = sum(map(len, pages.texts))
        notices.append(
            f"Of {total:,} characters of {pages.title}, {changed:,} are unknown to {name}: {readable.rewritten:,} were "
            f"written otherwise and {readable.left_out:,} left out."
        )
    if writer.vocabulary.boundary is None:
        texts = ("\n".join(texts),)
    ids = encode_compactly(writer.vocabulary, texts)
    lengths = characters_of(writer.vocabulary)
    losses = windowed_losses(writer.model, ids, lengths)
    return float(losses.sum()) / int(lengths[ids[1:]].sum()) / math.log(2)
