"""What becomes of every kind of file that people give, as docs/files.md lists it."""

from dataclasses import replace

import pytest
from file_kinds import OUTCOMES, PAGE, FileKind, page
from file_kinds.price_days import DAYS_OF_PRICES
from file_kinds.price_slips import SLIPS
from file_kinds.prices import PRICES
from file_kinds.texts import TEXTS

from rnnlab.data.prices.series import read_prices
from rnnlab.data.text.corpus import Corpus, read_corpus
from rnnlab.data.text.documents import order_notices
from rnnlab.errors import DataError


def outcome(read, kind: FileKind) -> tuple[str, str]:
    """What became of the file, and all that was said."""
    try:
        return "read", " ".join(read(kind.content, name=kind.name, **dict(kind.options)).notices)
    except DataError as error:
        return "refused", str(error)


@pytest.mark.parametrize("kind", [*PRICES, *DAYS_OF_PRICES, *SLIPS], ids=lambda kind: kind.what)
def test_a_price_file_of_each_kind_becomes_what_the_page_says(kind):
    check(kind, *outcome(read_prices, kind))


def read_text(content: bytes, **how) -> Corpus:
    """A text with all that is told of it but its size."""
    corpus = read_corpus(content, **how)
    order = () if "shuffle" in how else order_notices(corpus.documents, 0.1)
    told = (notice for notice in (*corpus.notices, *order) if " few: below" not in notice)
    return replace(corpus, notices=tuple(told))


@pytest.mark.parametrize("kind", TEXTS, ids=lambda kind: kind.what)
def test_a_text_file_of_each_kind_becomes_what_the_page_says(kind):
    check(kind, *outcome(read_text, kind))


def check(kind: FileKind, became: str, said: str):
    assert kind.outcome in OUTCOMES
    assert (became == "refused") == (kind.outcome == "refused"), said
    assert kind.words in said
    assert bool(kind.words) == (kind.outcome != "read")
    assert kind.outcome != "read" or not said


def test_the_page_is_made_from_the_kinds():
    assert PAGE.read_text(encoding="utf-8") == page()
