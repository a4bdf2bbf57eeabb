"""Texts in: whatever a person's file is written in, the author's own characters come out, or one sentence why not."""

import gzip
import hashlib
import io
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlab.data.text import corpus as corpora
from rnnlab.data.text.corpus import Corpus, proposed_settings, proposed_training, read_corpus
from rnnlab.data.text.documents import split_at
from rnnlab.errors import DataError
from rnnlab.nn.model import ModelConfig
from rnnlab.options import describe, from_mapping
from rnnlab.train.progress import TrainConfig

bounded = settings(deadline=None, max_examples=100)
SHAKESPEARE = Path(__file__).parents[2] / "shared" / "data" / "tinyshakespeare.txt"

PAGE = "Éva walked to the café, as every morning.\nIt was shut; “again,” she said – naïvely.\n"
BODY = "The lamp went out.\n\nNobody on the stair spoke of it.\n"


def text_of(source: str | bytes, **options: str | bool | None) -> str:
    content = source.encode() if isinstance(source, str) else source
    return "".join(read_corpus(content, **options).documents)


def notices_of(source: str | bytes, **options: str | bool | None) -> str:
    content = source.encode() if isinstance(source, str) else source
    return " ".join(read_corpus(content, **options).notices)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\f"])
def test_every_usual_encoding_and_line_end_gives_the_same_text(encoding, newline):
    if encoding == "cp1252" and newline == "\u2028":
        newline = "\n"
    assert text_of(PAGE.replace("\n", newline).encode(encoding)) == PAGE


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [
        ("utf-16", "The text was read as UTF-16."),
        ("utf-32", "The text was read as UTF-32."),
        (
            "cp1252",
            "The text is not UTF-8 and was read as Windows-1252; save it as UTF-8 if letters look wrong, or name",
        ),
    ],
)
def test_an_encoding_that_is_not_utf8_is_said(encoding, sentence):
    assert sentence in notices_of(PAGE.encode(encoding))
    assert "read as" not in notices_of(PAGE.encode("utf-8-sig"))


def test_a_utf8_text_that_was_cut_within_a_character_stays_utf8():
    content = PAGE.encode() + "é".encode()[:1]
    assert text_of(content) == PAGE
    assert "1 place where the text is not valid UTF-8 was left out." in notices_of(content)


def test_accents_are_composed_and_marks_in_a_row_are_bounded():
    assert text_of(unicodedata.normalize("NFD", PAGE)) == PAGE
    # Ordering all of them would take days.
    marked = "cafe\u0301 a" + "\u0301\u0327" * 500_000 + " b"
    assert unicodedata.is_normalized("NFC", text_of(marked))
    assert len(text_of(marked)) < 50
    assert "999,970 combining marks beyond 30 in a row were left out." in notices_of(marked)


def test_what_cannot_be_seen_goes_and_is_counted():
    content = "ex\u00adam\u00adple\u200b\ufeff, \u202eno\u0007t se\u0000en" + " and plain words" * 10
    assert text_of(content) == "example, not seen" + " and plain words" * 10
    assert "2 control characters were left out. 5 invisible formatting marks were left out." in notices_of(content)


def test_tabs_joiners_and_ordinary_marks_stay():
    text = "a\tb می\u200cخواهم हिन्दी 👩\u200d👧\n"
    assert text_of(text) == text


def test_case_is_folded_on_request():
    assert text_of("Ein GROSSER Fuß, İ", fold_case=True) == "ein grosser fuß, i̇"
    assert text_of("One\nEND\nTwo", fold_case=True, documents="marker", marker="END") == "onetwo"


def test_a_text_whose_case_is_folded_is_still_known_as_that_text():
    assert read_corpus(b"To Be\n", fold_case=True).sha256 == read_corpus(b"To Be\n").sha256


def test_a_corpus_tells_its_size_alphabet_and_sum(tmp_path):
    path = tmp_path / "two lines.txt"
    path.write_bytes("﻿abc\r\nébc\r\n".encode())
    corpus = read_corpus(path)
    assert (corpus.name, corpus.characters, corpus.alphabet) == ("two lines", 8, "\nabcé")
    assert corpus.sha256 == hashlib.sha256("abc\nébc\n".encode()).hexdigest()
    assert corpus.describe() == "8 characters, 5 distinct, in 1 document"


def test_a_gzip_file_and_a_path_read_like_their_content(tmp_path):
    path = tmp_path / "page.txt.gz"
    path.write_bytes(gzip.compress(PAGE.encode()))
    assert read_corpus(path) == read_corpus(str(path)) == read_corpus(PAGE.encode(), name="/a/folder/page.txt")


@pytest.mark.parametrize(
    ("rule", "marker", "documents"),
    [
        ("whole", None, ("\none\ntwo\n \n\n  three\n--\nfour -- five\n",)),
        ("line", None, ("one", "two", "  three", "--", "four -- five")),
        ("blank-line", None, ("one\ntwo", "  three\n--\nfour -- five")),
        ("marker", "--", ("one\ntwo\n \n\n  three", "four -- five")),
    ],
)
def test_documents_are_told_apart_by_the_rule(rule, marker, documents):
    content = b"\none\ntwo\n \n\n  three\n--\nfour -- five\n"
    assert read_corpus(content, documents=rule, marker=marker).documents == documents


def test_the_sum_does_not_depend_on_the_rule():
    assert len({read_corpus(BODY.encode(), documents=rule).sha256 for rule in ("whole", "line", "blank-line")}) == 1


def test_a_small_text_is_warned_of_and_a_larger_one_is_not():
    assert "are few: below 100,000 a model memorizes the text" in notices_of(BODY)
    assert notices_of("All work and no play.\n" * 5000) == ""


def test_a_web_page_is_read_with_a_warning():
    assert "tags would be learnt too" in notices_of("<!DOCTYPE html><html>" + BODY)


def test_settings_are_proposed_for_any_size_and_are_options():
    for characters in (0, 50_000, 1_115_394, 9_000_000, 50_000_000):
        proposed = proposed_settings(characters)
        assert proposed.keys() - {"epochs"} <= {option.name for option in describe(ModelConfig)}
        from_mapping(ModelConfig, proposed | {"inputs": 0, "vocabulary": 65})
        assert from_mapping(TrainConfig, proposed_training(characters)).batch <= 32
    assert proposed_settings(1_115_394)["hidden"] > proposed_settings(50_000)["hidden"]


def test_what_made_the_bundled_shakespeare_is_still_proposed():
    for characters in (562_197, 1_115_394):
        assert proposed_settings(characters) == {
            "embedding": 128, "hidden": 512, "layers": 2, "epochs": 20, "input_dropout": 0.06, "between_dropout": 0.36,
            "output_dropout": 0.42, "recurrent_dropout": 0.24,
        }  # fmt: skip
        assert proposed_training(characters) == {"batch": 32, "lr": 2e-3}


def test_a_short_text_is_given_some_thousand_steps():
    for characters in (5_000, 15_000, 45_000, 100_000, 200_000, 500_000):
        steps = (
            characters * 0.9 / (64 * proposed_training(characters)["batch"]) * proposed_settings(characters)["epochs"]
        )
        assert 1_500 < steps < 8_000


def an_archive(member: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, "content")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "poem.txt is empty; give a plain text file with some pages of writing."),
        (b" \r\n\t\n", "poem.txt is empty"),
        (b"\xef\xbb\xbf\xe2\x80\x8b\n", "poem.txt is empty"),
        (gzip.compress(b"", mtime=0), "poem.txt is empty"),
        (b"aaaa\naaaa aa\n", "poem.txt consists of a single character, 'a'"),
        (an_archive("poem.txt"), "seems to be a zip archive; unpack it and give the text file inside."),
        (an_archive("word/document.xml"), "seems to be a Word document (.docx); open it where it came from and save"),
        (b"PK\x03\x04mimetypeapplication/epub+zip", "seems to be an e-book (.epub); convert it to plain text"),
        (b"%PDF-1.7\n", "seems to be a PDF document; open it where it came from and save or export it as plain text"),
        (b"{\\rtf1 Hello}", "seems to be a rich-text document"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "seems to be a PNG picture; give the text itself"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer and not the file itself"),
        (bytes(range(256)) * 9, "poem.txt is not text but binary data; give a plain text file (.txt, UTF-8)."),
        (b"\x7fELF" + bytes(1000), "poem.txt is not text but binary data"),
        (b"\xff\xfea\x00\x00\xd8", "poem.txt is not text but binary data"),
        (BODY.encode("cp037"), "in an encoding that is not known here; save it as UTF-8, or name it"),
        (gzip.compress(b"word " * 100, mtime=0)[:-9], "a damaged gzip archive"),
        (gzip.compress(gzip.compress(b"word", mtime=0), mtime=0), "compressed twice"),
        (
            gzip.compress(bytes(50_000_001), 1, mtime=0),
            "poem.txt unpacks to more than 50 MB; give a part of it, or cut it into shards",
        ),
        (bytes(50_000_001), "poem.txt is larger than 50 MB; give a part of it, or cut it into shards"),
        (
            b"*** START OF THE PROJECT GUTENBERG EBOOK A ***\n*** END OF THE PROJECT GUTENBERG EBOOK A ***",
            "poem.txt holds a header and licence but no text",
        ),
    ],
)
def test_what_is_no_text_is_refused_in_one_sentence(content, words):
    with pytest.raises(DataError) as caught:
        read_corpus(content, name="/srv/uploads/poem.txt")
    assert words in str(caught.value)
    assert "srv" not in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "marker", "words"),
    [
        ("paragraph", None, "'paragraph' is no rule for documents; choose whole, blank-line, marker or line."),
        ("marker", None, "The rule 'marker' needs a marker"),
        ("line", "--", "A marker is used by the rule 'marker' only, not by 'line'"),
        ("marker", " ", "The marker ' ' is not one line of text"),
        ("marker", "a\nb", "is not one line of text"),
        ("marker", "lamp", "No line of the file is the marker 'lamp'; give the marker as it stands there."),
        ("marker", "The lamp went out.", None),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(rule, marker, words):
    if words is None:
        assert text_of(BODY, documents=rule, marker=marker) == "Nobody on the stair spoke of it."
        return
    with pytest.raises(DataError) as caught:
        read_corpus(BODY.encode(), documents=rule, marker=marker)
    assert words in str(caught.value)


def test_a_text_of_markers_alone_is_refused():
    with pytest.raises(DataError, match="The file holds nothing but the marker '--'"):
        read_corpus(b"--\n--\n", documents="marker", marker="--")


def test_paths_that_cannot_be_read_are_refused_without_their_folder(tmp_path):
    (tmp_path / "file.txt").write_text(BODY)
    for source in (tmp_path, tmp_path / "none.txt", tmp_path / "file.txt" / "x", "", "\0", "a" * 5000):
        with pytest.raises(DataError) as caught:
            read_corpus(source)
        assert str(tmp_path) not in str(caught.value)
        assert len(str(caught.value)) < 300


def attempt(content: bytes, **options: str | bool | None) -> tuple[Corpus | None, str]:
    try:
        return read_corpus(content, **options), ""
    except DataError as error:
        return None, str(error)


def assert_promises_or_refusal(content: bytes, **options: str | bool | None) -> None:
    corpus, refusal = attempt(content, **options)
    if corpus is None:
        assert refusal.endswith(".")
        assert refusal.isprintable()
        return
    assert corpus.documents
    for document in corpus.documents:
        assert document.strip()
        assert unicodedata.is_normalized("NFC", document)
        assert not set(document) & set("\r\0\x7f\u00ad\ufeff")
    assert all(notice.endswith(".") and notice.isprintable() for notice in corpus.notices)


OPTIONS = st.sampled_from(
    [
        {},
        {"fold_case": True},
        {"documents": "line"},
        {"documents": "blank-line"},
        {"documents": "marker", "marker": "a"},
    ]
)
STARTS = st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1f\x8b", b"PK\x03\x04", b"a\na\nbcd "])


@given(start=STARTS, content=st.binary(max_size=300), options=OPTIONS)
@bounded
def test_any_bytes_are_a_text_or_refused(start, content, options):
    assert_promises_or_refusal(start + content, **options)


PIECES = [
    "*** START OF THE PROJECT GUTENBERG",
    "End of Project Gutenberg",
    "*END*THE SMALL PRINT!",
    " ***",
    "\n",
    "a\n",
]


@given(
    pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=20),
    options=OPTIONS,
    encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
@bounded
def test_any_text_is_a_text_or_refused(pieces, options, encoding):
    assert_promises_or_refusal("".join(pieces).encode(encoding, errors="ignore"), **options)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.37, 0.9, 1.0])
def test_documents_are_cut_at_the_character_where_a_share_of_them_ends(share):
    documents = ("first", "x", "the second one", "y", "z")
    first, second = split_at(documents, share)
    assert "".join(first + second) == "".join(documents)
    assert len("".join(first)) == int(share * 22)
    assert all(first + second)


def test_the_benchmark_text_is_read_to_the_letter():
    if not SHAKESPEARE.exists():
        pytest.skip("the benchmark text is not in the shared folder beside this checkout")
    corpus = read_corpus(SHAKESPEARE)
    assert corpus.documents == (SHAKESPEARE.read_text(),)
    assert corpus.describe() == "1,115,394 characters, 65 distinct, in 1 document"
    assert corpus.notices == ()


def test_the_limit_is_the_one_that_the_messages_name():
    assert corpora.WANTED.most_bytes == 50_000_000
