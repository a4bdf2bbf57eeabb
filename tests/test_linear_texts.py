"""Reading, cutting and adapting a text takes time in proportion to its length, whatever it repeats."""

import json
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from rnnlab.data.text.characters import build_characters
from rnnlab.data.text.corpus import read_corpus
from rnnlab.data.text.documents import order_notices
from rnnlab.data.text.prompts import adapt, adapt_all, adapt_banned, adapt_stops
from rnnlab.data.text.text_pieces import read_pieces
from rnnlab.data.text.vocab import encode_compactly
from rnnlab.errors import DataError
from rnnlab.scoring.openings import openings
from rnnlab.tasks.text.pieces import LONGEST_WORD, Piece, Row, Wish, sentence_end

CHARACTERS = 40_000
MUCH = 20
MANY = "".join(map(chr, [*range(0x4E00, 0x9FFF), *range(0xAC00, 0xD7A3), *range(0x20000, 0x2A6DF)]))


def growth(work: Callable[[str], object], repeated: str) -> float:
    """CPU seconds that eight times as much of it takes, beyond a quarter of a second, in those of an eighth.

    Where that is much, the least of three tries: a process that collects its garbage meanwhile takes longer.
    """
    found = _growth(work, repeated)
    return found if found < MUCH else min(found, _growth(work, repeated), _growth(work, repeated))


def _growth(work: Callable[[str], object], repeated: str) -> float:
    spent = []
    for size in (CHARACTERS, 8 * CHARACTERS):
        text = repeated * (size // len(repeated))
        began = time.process_time()
        work(text)
        spent.append(time.process_time() - began)
    return max(0, spent[1] - 0.25) / max(spent[0], 1e-9)


def reading(**how):
    def read(text: str) -> None:
        with suppress(DataError):  # refused as quickly
            corpus = read_corpus(text.encode("utf-8", "surrogatepass"), **{"name": "a.txt"} | how)
            order_notices(corpus.documents, 0.1)

    return read


MARKS = "*** START OF THE PROJECT GUTENBERG EBOOK X ***\na\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\n"
REPEATED = [
    "Gutenberg ",
    "Gutenberg\n",
    MARKS,
    MARKS[:49],
    MARKS[51:],
    "SMALL PRINT! ",
    "*END*THE SMALL PRINT!\n",
    MARKS[:40],
    "<<THIS ELECTRONIC VERSION OF ",
    "         Gutenberg",
    "ACGT",
    "a\n \n",
    "\n",
    "e\u0301\u0301",
    "\u0301",
    "a\b",
    "_\b",
    "\x1b[",
    "\x1b]a",
    "\x1b[1m",
    "a\r\r\n",
    "a\r",
    "a\u200b",
    '"',
    ",",
    "\t",
    "[",
    '{"a":',
    '["a",',
    "<",
    "<p ",
    "[[",
    "'''a",
    "{{a",
    "==",
    "|-",
    "\\begin{",
    "1:1:1 ",
    "1-1-1,",
    "INFO INFOX ",
    "[1.1.11, 1:11] a",
    "1/1/2001 a\n",
    "a\x92é",
    "Ã©",
    "a\0",
    "\ufdd0",
]


@pytest.mark.sampled(16)
@pytest.mark.parametrize("repeated", REPEATED, ids=ascii)
def test_a_text_eight_times_as_long_is_read_in_eight_times_the_time(repeated):
    assert growth(reading(), repeated) < MUCH


@pytest.mark.parametrize(
    ("how", "repeated"),
    [
        ({"documents": "blank-line"}, "a\n    \t  "),
        ({"documents": "blank-line"}, "\n"),
        ({"documents": "line"}, "ab\n"),
        ({"documents": "marker", "marker": "***"}, "      *"),
        ({"documents": "marker", "marker": "*"}, "*\na"),
        ({"fold_case": True, "documents": "line"}, "İx\n"),
        ({"documents": "line", "shuffle": 1}, "ab\ncd\n"),
        ({"name": "a.csv"}, '"a"",'),
        ({"name": "a.csv", "column": "1"}, 'a,"b\n'),
        ({"column": "a"}, '{"a":"b"}\n'),
    ],
)
def test_a_text_is_cut_up_in_time_that_grows_with_its_length(how, repeated):
    assert growth(reading(**how), repeated) < MUCH


@pytest.mark.parametrize(
    "raw", ["Škvorecký ž ť\n".encode("cp1250"), b"\xff\xfe\x80", b"a\x81", "éa".encode()[:-2], b"\x1b$B"]
)
def test_bytes_are_decoded_in_time_that_grows_with_their_number(raw):
    def read(text: str) -> None:
        with suppress(DataError):
            read_corpus(raw * (len(text) // len(raw)), name="a.txt")

    assert growth(read, "a") < MUCH


@pytest.mark.parametrize("repeated", ["Gutenberg\n", MARKS, "ab\n", "<<THIS ELECTRONIC VERSION OF\n", "a\r\r\n"])
def test_pieces_of_a_long_file_come_in_time_that_grows_with_its_length(repeated, tmp_path):
    def read(text: str) -> None:
        (tmp_path / "a.txt").write_text(text, newline="")
        list(read_pieces([tmp_path / "a.txt"]))

    assert growth(read, repeated) < MUCH


@pytest.mark.parametrize("repeated", ["é“”ß", "\u0301", "ab", "\n"])
def test_prompts_stops_and_bans_are_adapted_in_time_that_grows_with_their_length(repeated):
    known = frozenset("abc \n")
    assert growth(lambda text: adapt(known, text), repeated) < MUCH
    assert growth(lambda text: adapt_all(known, [text]), repeated) < MUCH
    assert growth(lambda text: adapt_stops(known, [text]), repeated) < MUCH
    assert growth(lambda text: adapt_banned(known, text), repeated) < MUCH


def test_a_text_of_tens_of_thousands_of_different_characters_is_read_and_encoded_like_any_other():
    def learn(text: str) -> None:
        documents = read_corpus(text.encode(), name="a.txt").documents
        vocabulary = build_characters(documents)
        encode_compactly(vocabulary, documents)
        adapt(vocabulary.alphabet, text)
        json.dumps(vocabulary.alphabet)

    assert growth(learn, MANY[:40_000]) < MUCH


@pytest.mark.parametrize("repeated", ["ab\n\n", " \n", "A. ", "a"])
def test_openings_and_sentence_ends_are_found_in_time_that_grows_with_the_text(repeated):
    assert growth(lambda text: openings([text]), repeated) < MUCH
    assert growth(lambda text: sentence_end(text, len(text)), repeated) < MUCH


@pytest.mark.parametrize(
    "wish",
    [
        Wish(20_000, "words"),
        Wish(100_000),
        Wish(100_000, "document"),
        Wish(100_000, stops=("ab" * 2_000,)),
        Wish(100_000, stops=tuple("a" * count + "b" for count in range(1, 20))),
        Wish(90_000, finish_sentence=True),
    ],
)
@pytest.mark.parametrize("repeated", ["a", "a ", "ab"])
def test_what_is_shown_of_a_growing_text_costs_the_same_at_every_step(wish, repeated):
    def write(text: str) -> None:
        row = Row(wish)
        for one in text:
            row.push(Piece(one))
            if row.done:
                break

    assert growth(lambda text: write(text[: len(text) // 10]), repeated) < MUCH


@pytest.mark.parametrize("length", [1, 5, 20_000])
def test_a_text_in_words_ends_where_no_blank_comes(length):
    row, steps = Row(Wish(length, "words")), 0
    while not row.done:
        row.push(Piece("a"))
        steps += 1
    assert steps == LONGEST_WORD + 1
    assert row.endless


def test_a_text_with_blanks_has_its_words_however_many_letters_they_have_together():
    row, shown = Row(Wish(3, "words")), []
    for one in "x" * 900 + " " + "y" * 900 + "  z, w":
        shown += row.push(Piece(one))
    assert "".join(piece.text for piece in shown) == "x" * 900 + " " + "y" * 900 + "  z,"
    assert not row.endless
