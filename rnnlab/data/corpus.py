"""Turns a text file into the text of one author, cleaned and cut into documents; knows no vocabulary and no model.

A text is learnt from as it is written, so what is not the author's must go: encodings, line ends, a distributor's
header, characters that cannot be seen. Whatever was changed is said in a notice.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from rnnlab.data.cleaning import MOST_MARKS, clean, compose, how_many
from rnnlab.data.code_points import alphabet_of, slices
from rnnlab.data.documents import check_rule, split_documents
from rnnlab.data.encodings import decode, encoding_notices, refuse_unsure
from rnnlab.data.files import Wanted, as_subject, is_binary, is_empty, label_of, read_content
from rnnlab.data.headers import strip_headers
from rnnlab.errors import DataError

# The advice that authors of character models have given for ten years: below 100,000 characters they copy.
FEW_CHARACTERS = 100_000

WANTED = Wanted(
    file="a plain text file (.txt, UTF-8)",
    holding="a plain text file with some pages of writing",
    smaller="give a part of it",
    most_bytes=50_000_000,
    remedies={
        "archive": "unpack it and give the text file inside",
        "book": "convert it to plain text (.txt) with an e-book program",
        "pointer": "fetch the file with git lfs pull",
        "picture": "give the text itself, as a plain text file (.txt, UTF-8)",
    },
    otherwise="open it where it came from and save or export it as plain text (.txt, UTF-8)",
)


@dataclass(frozen=True)
class Corpus:
    """One author's text.

    `documents` are one text, or several that the rule told apart, none of them empty. `notices` are sentences on what
    was converted or left out and what looks too small. `sha256` is that of the whole cleaned text in UTF-8, whatever
    the rule for documents and whether case was folded.
    """

    name: str
    documents: tuple[str, ...]
    notices: tuple[str, ...]
    sha256: str

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
) -> Corpus:
    """Read a plain text (str and Path are paths, bytes are content) of at most 50 MB, gzip or not.

    Characters are composed (NFC), line ends become \\n, headers and licences of Project Gutenberg, control characters
    and invisible marks are left out.

    Args:
        source: a path, or the file's content.
        name: the file's own name where the source is content or a temporary file.
        fold_case: write everything in lower case, by `str.lower` (so ß stays ß, which `str.casefold` would change).
        documents: "whole": one text. "blank-line": one or more blank lines end a document. "marker": a line that holds
            the marker and nothing else does. "line": each line that is not blank is one.
        marker: for "marker" only, such as "<|endoftext|>".
        encoding: the text's, such as "KOI8-R"; found out if None (rnnlab.data.encodings.decode).

    Raises:
        DataError: there is no such file, it is no text, empty or over 50 MB, or the rule does not fit it; the message
            names the file but never the folder it lies in.
    """
    check_rule(documents, marker)
    label = label_of(source, name)
    text, notices = _read(source, label, encoding)
    sha256 = _sha256(text)
    if fold_case:
        text = compose(text.lower())[0]
        marker = marker and marker.lower()
    stem = re.sub(r"(?i)(\.(txt|text|md|gz))+$", "", label)
    corpus = Corpus(
        name="text" if label == "the file" else stem or "text",
        documents=split_documents(text, label, documents, marker),
        notices=notices,
        sha256=sha256,
    )
    return replace(corpus, notices=notices + _warnings(corpus, label))


def proposed_settings(characters: int) -> dict[str, int | float]:
    """Propose a size of model, dropout and passes for a text of so many characters; `proposed_training` goes with it.

    Measured on nine kinds of text (docs/experiments.md): up to half a million characters the settings beat the 5-gram
    within minutes on one core. Short texts want more weights than characters, strong dropout and some thousand small
    steps; what the network had learnt by heart by then is not kept, as the best weights by validation are. From half a
    million characters on it is two layers of 512, read 20 times; from millions on there is too much text to be learnt
    by heart.

    Returns:
        "embedding", "hidden", "layers", "epochs", and "input_dropout", "between_dropout", "output_dropout" and
        "recurrent_dropout", each of which is an option of that name.
    """
    row = _row(characters)
    dropout = {name: round(row.dropout * share, 3) for name, share in _DROPOUT.items()}
    sizes = {"embedding": row.embedding, "hidden": row.hidden, "layers": row.layers, "epochs": row.epochs}
    return {**sizes, **dropout}


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
    _Row(25_000, 32, 128, 1, 50, 1.0, 4, 4e-3),
    _Row(70_000, 64, 256, 1, 30, 1.2, 8, 4e-3),
    _Row(150_000, 64, 256, 1, 20, 1.0, 8, 4e-3),
    _Row(350_000, 64, 256, 2, 16, 1.0, 16, 4e-3),
    _Row(550_000, 64, 256, 2, 12, 1.0, 16, 4e-3),
    _Row(3_000_000, 128, 512, 2, 20, 1.2, 32, 2e-3),
    _Row(10_000_000, 128, 512, 2, 6, 0.4, 32, 2e-3),
    _Row(float("inf"), 128, 512, 2, 2, 0.1, 32, 2e-3),
)


def _read(source: str | Path | bytes, label: str, encoding: str | None) -> tuple[str, tuple[str, ...]]:
    """The cleaned text, and notices on what was changed."""
    content = read_content(source, label, WANTED)
    decoded = decode(content, encoding)
    if decoded is None:
        raise is_binary(label, WANTED)
    notices, characters = encoding_notices(decoded), len(decoded.text)
    cleaned = clean(decoded.text)
    # A stray control character is a slip of some editor; in binary data one byte in ten is one.
    if cleaned.controls > 1 + characters / 100:
        raise is_binary(label, WANTED)
    refuse_unsure(decoded, as_subject(label), content)
    del decoded, content  # as large as the text itself
    notices += _on_cleaning(cleaned.controls, cleaned.invisible, cleaned.marks)
    text, on_headers = strip_headers(cleaned.text)
    if not text or text.isspace():
        if on_headers:
            raise DataError(f"{as_subject(label)} holds a header and licence but no text; give {WANTED.holding}.")
        raise is_empty(label, WANTED)
    return text, notices + on_headers


def _on_cleaning(controls: int, invisible: int, marks: int) -> tuple[str, ...]:
    found = [
        (controls, "control character", ""),
        (invisible, "invisible formatting mark", ""),
        (marks, "combining mark", f" beyond {MOST_MARKS} in a row"),
    ]
    return tuple(f"{how_many(count, what)}{more} {_were(count)} left out." for count, what, more in found if count)


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _warnings(corpus: Corpus, label: str) -> tuple[str, ...]:
    visible = corpus.alphabet.strip(" \t\n")
    if len(visible) < 2:
        raise DataError(f"{as_subject(label)} consists of a single character, {visible!r}; give {WANTED.holding}.")
    notices: tuple[str, ...] = ()
    if re.match(r"\s*<(!doctype|html|\?xml|head|body)\b", corpus.documents[0][:1000], re.IGNORECASE):
        notices += ("The text seems to be a web page or XML whose tags would be learnt too; save it as plain text.",)
    if corpus.characters < FEW_CHARACTERS:
        notices += (
            f"{how_many(corpus.characters, 'character')} are few: below {FEW_CHARACTERS:,} a model learns the text by"
            " heart rather than its style; a small model is proposed, and more text is better.",
        )
    return notices


def _sha256(text: str) -> str:
    digest = hashlib.sha256()
    for part in slices(text):
        digest.update(part.encode("utf-8"))
    return digest.hexdigest()
