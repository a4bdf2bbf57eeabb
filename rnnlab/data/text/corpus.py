"""Turns a text file into the text of one author, cleaned and cut into documents.

A text is trained on as it is written, so what is not the author's must go (rnnlab.data.text.text_files). Whatever was
changed is said in a notice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from rnnlab.data.code_points import alphabet_of, slices
from rnnlab.data.files import label_of, refusal
from rnnlab.data.text.cleaning import compose, how_many
from rnnlab.data.text.documents import check_rule, shuffled, split_documents
from rnnlab.data.text.text_files import WANTED, folded, read_cells, read_text
from rnnlab.errors import DataError

# The advice that authors of character models have given for ten years: below 100,000 characters they copy.
FEW_CHARACTERS = 100_000
MOST_LABELS = 3  # files that a sentence names


@dataclass(frozen=True)
class Reading:
    """How files become documents.

    fold_case: convert the text to lower case, by `str.lower` (so ß stays ß, which `str.casefold` would change).
    documents: "whole": a file is one. "blank-line": one or more blank lines end a document. "marker": a line that holds
    the marker and nothing else does. "line": each line that is not blank is one. marker: for "marker" only, such as
    "<|endoftext|>". encoding: the text's, such as "KOI8-R"; found out if "". column: of a table, whose cells are a
    document each; "" if the file is no table. shuffle: the seed by which documents are mixed; 0 leaves their order.

    Raises DataError if the rule is not known, has no marker, or has one that it does not need.
    """

    fold_case: bool = False
    documents: str = "whole"
    marker: str = ""
    encoding: str = ""
    column: str = ""
    shuffle: int = 0

    def __post_init__(self) -> None:
        check_rule(self.documents, self.marker or None)
        if self.column and self.documents != "whole":
            raise DataError("--column makes a document of each cell; leave out --documents.")


@dataclass(frozen=True)
class TextFile:
    """One of the files that a text consists of: its name without its folder, its length and its sha256, cleaned."""

    name: str
    characters: int
    sha256: str


@dataclass(frozen=True)
class Corpus:
    """One author's text.

    `documents` are one text, or several that the rule told apart, none of them empty. `notices` are sentences on what
    was converted or left out and what looks too small. `sha256` is that of the whole cleaned text in UTF-8, whatever
    the rule for documents and whether case was folded; of several `files`, that of their own sums.
    """

    name: str
    documents: tuple[str, ...]
    notices: tuple[str, ...]
    sha256: str
    files: tuple[TextFile, ...] = ()

    @cached_property
    def characters(self) -> int:
        """Length of all documents together, in characters."""
        return sum(map(len, self.documents))

    @cached_property
    def alphabet(self) -> str:
        """The distinct characters, sorted by code point."""
        return alphabet_of(self.documents)

    def describe(self) -> str:
        """Say in half a line how much there is: "1,115,394 characters, 65 distinct, in 1 document"."""
        documents = how_many(len(self.documents), "document")
        return f"{how_many(self.characters, 'character')}, {len(self.alphabet):,} distinct, in {documents}"


def read_corpus(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    fold_case: bool = False,
    documents: str = "whole",
    marker: str | None = None,
    encoding: str | None = None,
    column: str | None = None,
    shuffle: int = 0,
) -> Corpus:
    """Read a plain text (str and Path are paths, bytes are content) of at most 50 MB, gzip or not.

    Characters are composed (NFC), line ends become \\n, headers and licences of Project Gutenberg, control characters
    and invisible marks are left out.

    Args:
        source: a path, or the file's content.
        name: the file's own name where the source is content or a temporary file.
        fold_case, documents, marker, encoding, column, shuffle: see Reading.

    Raises:
        DataError: there is no such file, it is no text, empty or over 50 MB, or the rule does not fit it; the message
            names the file but never the folder it lies in.
    """
    check_rule(documents, marker)
    reading = Reading(fold_case, documents, marker or "", encoding or "", column or "", shuffle)
    label = label_of(source, name)
    return _finished(_read(source, label, reading), label, reading)


def read_corpora(sources: Sequence[tuple[str | Path, str | None]], name: str, reading: Reading) -> Corpus:
    """Read several files as one text of a name, in their order; a file is a document, unless the rule cuts it up.

    sources: paths, and the names of those that lie under another one.

    Raises DataError as `read_corpus`, or if they are over 50 MB together.
    """
    parts: dict[str, Corpus] = {}
    told: list[tuple[str, str]] = []
    for source, known in sources:
        label = label_of(source, known)
        part = _read(source, label, reading)
        if part.sha256 in parts:
            told.append((label, f"The text is that of {parts[part.sha256].files[0].name} once more and was left out."))
            continue
        told += [(label, notice) for notice in part.notices]
        parts[part.sha256] = replace(part, files=(TextFile(label, part.characters, part.sha256),))
        if sum(one.characters for one in parts.values()) > WANTED.most_bytes:
            raise DataError(f"The {len(sources):,} files are larger than 50 MB together; {WANTED.smaller}.")
    files = tuple(chain.from_iterable(part.files for part in parts.values()))
    documents = tuple(chain.from_iterable(part.documents for part in parts.values()))
    rule = "a document each" if reading.documents == "whole" and not reading.column else "cut up one by one"
    notices = (f"{how_many(len(files), 'file')} were read in their order, {rule}.", *_together(told))
    whole = Corpus(name, documents, notices, hashlib.sha256("".join(parts).encode()).hexdigest(), files)
    return _finished(whole, name, reading)


def _read(source: str | Path | bytes, label: str, reading: Reading) -> Corpus:
    """One file in its documents' own order."""
    marker = reading.marker or None
    if reading.column:
        documents, notices = read_cells(source, label, reading.column, reading.encoding or None)
        sha256 = _sha256("\n".join(documents))
        documents = folded(documents) if reading.fold_case else documents
    else:
        text, notices = read_text(source, label, reading.encoding or None)
        sha256 = _sha256(text)
        if reading.fold_case:
            text, marker = compose(text.lower())[0], marker and marker.lower()
        documents = split_documents(text, label, reading.documents, marker)
    stem = re.sub(r"(?i)(\.(txt|text|md|gz))+$", "", label)
    return Corpus("text" if label == "the file" else stem or "text", documents, notices, sha256)


def _finished(corpus: Corpus, label: str, reading: Reading) -> Corpus:
    """The text with what is told of it as a whole, its documents mixed if that is asked for."""
    documents = shuffled(corpus.documents, reading.shuffle) if reading.shuffle else corpus.documents
    visible = corpus.alphabet.strip(" \t\n")
    if len(visible) < 2:
        raise refusal(label, f"consists of a single character, {visible!r}; give {WANTED.holding}")
    return replace(corpus, documents=documents, notices=corpus.notices + on_size(corpus.characters))


def _together(told: Sequence[tuple[str, str]]) -> list[str]:
    """What was told of files: of each sentence one, whatever its numbers, with the files that it is true of."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for label, notice in told:
        kinds.setdefault(re.sub(r"\d[\d,.]*", "N", notice), []).append((label, notice))
    found = []
    for known in kinds.values():
        names, notices = [label for label, _ in known], dict.fromkeys(notice for _, notice in known)
        others = f" and {len(names) - MOST_LABELS:,} more" if len(names) > MOST_LABELS else ""
        which = "" if len(notices) == 1 else ", each with its own numbers, as the first"
        found.append(f"{', '.join(names[:MOST_LABELS])}{others}{which}: {next(iter(notices))}")
    return found


def proposed_settings(characters: int) -> dict[str, int | float]:
    """Propose a size of model, dropout and passes for a text of so many characters; `proposed_training` goes with it.

    Measured on nine kinds of text (docs/experiments.md): up to half a million characters the settings beat the 5-gram
    within minutes on one core. Short texts want more weights than characters, strong dropout and some thousand small
    steps; what the network had memorised by then is not kept, as the best weights by validation are. From half a
    million characters on it is two layers of 512, read 20 times; from millions on there is too much text to
    memorise. Keys are options: "embedding", "hidden", "layers", "epochs", and "input_dropout", "between_dropout",
    "output_dropout" and "recurrent_dropout".
    """
    row = _row(characters)
    dropout = {name: round(row.dropout * share, 3) for name, share in _DROPOUT.items()}
    return {name: getattr(row, name) for name in ("embedding", "hidden", "layers", "epochs")} | dropout


def proposed_training(characters: int) -> dict[str, int | float]:
    """Propose "batch" and "lr", options of a training, for a text of so many characters."""
    row = _row(characters)
    return {"batch": row.batch, "lr": row.lr}


class _Row(NamedTuple):
    """What is proposed for texts below so many characters; dropout is times the shares below."""

    below: float
    embedding: int
    hidden: int
    layers: int
    epochs: int
    dropout: float
    batch: int
    lr: float


def _row(characters: int) -> _Row:
    return next(row for row in _SETTINGS if characters < row.below)


_DROPOUT = {"input_dropout": 0.05, "between_dropout": 0.3, "output_dropout": 0.35, "recurrent_dropout": 0.2}
_SETTINGS = (
    _Row(8_000, 32, 128, 1, 120, 1.2, 4, 4e-3),
    _Row(25_000, 48, 192, 1, 80, 1.2, 4, 4e-3),
    _Row(70_000, 64, 256, 1, 30, 1.2, 8, 4e-3),
    _Row(150_000, 64, 256, 1, 20, 1.0, 8, 4e-3),
    _Row(350_000, 64, 256, 2, 16, 1.0, 16, 4e-3),
    _Row(550_000, 64, 256, 2, 12, 1.0, 16, 4e-3),
    _Row(3_000_000, 128, 512, 2, 20, 1.2, 32, 2e-3),
    _Row(10_000_000, 128, 512, 2, 6, 0.4, 32, 2e-3),
    _Row(float("inf"), 128, 512, 2, 2, 0.1, 32, 2e-3),
)


def on_size(characters: int) -> tuple[str, ...]:
    """A sentence on a text that has too few characters for its style to be learnt."""
    few = f"{how_many(characters, 'character')} are few: below {FEW_CHARACTERS:,} a model memorizes the text"
    advice = "a small model is proposed, and more text is better"
    return () if characters >= FEW_CHARACTERS else (f"{few} rather than its style; {advice}.",)


def _sha256(text: str) -> str:
    digest = hashlib.sha256()
    for part in slices(text):
        digest.update(part.encode("utf-8"))
    return digest.hexdigest()
