"""What shards are made of: files without their distributor's header, in any encoding, or a column of a long table."""

import gzip
import json

import pytest
from authors import story
from hub.tables import parquet
from languages import story as tale

from rnnlab.__main__ import main
from rnnlab.data.columns import column_pieces
from rnnlab.data.text.corpus import read_corpus
from rnnlab.data.text.shards import open_shards
from rnnlab.data.text.text_pieces import read_pieces
from rnnlab.errors import DataError
from rnnlab.service.sharding import make_shards

START = "*** START OF THE PROJECT GUTENBERG EBOOK A BOOK ***\n"
END = "*** END OF THE PROJECT GUTENBERG EBOOK A BOOK ***\n"
BOOK = f"The Project Gutenberg eBook of A Book\n\n{START}\n{story(30_000)}\n\n{END}\nA licence.\n"
CELLS = [f"line {number}, so it was" for number in range(3_000)]


def made(tmp_path, *files: str, **how):
    told = make_shards([str(tmp_path / file) for file in files], tmp_path / "out", millions=0.01, **how)
    shards = open_shards(tmp_path / "out")
    return "".join(shards.read(number) for number in range(len(shards.lengths))), told["notices"]


def test_headers_are_taken_off_shards_as_off_texts_and_told_by_file(tmp_path):
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(BOOK)
    text, told = made(tmp_path, "one.txt", "two.txt")
    corpus = read_corpus(BOOK.encode())
    assert text == 2 * corpus.documents[0]
    sentence = corpus.notices[0]
    assert [one for one in told if "Gutenberg" in one] == [f"one.txt: {sentence}", f"two.txt: {sentence}"]


@pytest.mark.parametrize("size", [100, 3_000, 40_000])
def test_pieces_of_any_size_lose_the_same_lines_as_the_whole(size, tmp_path, monkeypatch):
    monkeypatch.setattr("rnnlab.data.text.text_pieces.READ", size)
    text = BOOK + "Between.\n" + BOOK.replace("A BOOK", "ANOTHER") + "\n" + "word " * 9_000 + "\n"
    (tmp_path / "books.txt").write_text(text)
    told = []
    pieces = "".join(read_pieces([tmp_path / "books.txt"], None, told.append))
    corpus = read_corpus(text.encode())
    assert pieces.strip() == corpus.documents[0].strip()
    assert told == [f"books.txt: {corpus.notices[0]}"]


def test_a_folder_becomes_shards_file_by_file(tmp_path):
    (tmp_path / "books").mkdir()
    for number in (10, 9):
        (tmp_path / "books" / f"{number}.txt").write_text(f"Chapter {number}.\n")
    (tmp_path / "books" / "cover.jpg").write_bytes(b"")
    text, told = made(tmp_path, "books")
    assert text == "Chapter 9.\nChapter 10.\n"
    assert told == ["1 other entry of the folder (cover.jpg) was left out."]


@pytest.mark.parametrize(("language", "encoding"), [("Russian", "koi8_r"), ("Japanese", "cp932"), ("Polish", "utf-16")])
def test_an_encoding_is_taken_if_it_is_named_and_hinted_at_if_not(language, encoding, tmp_path):
    text = tale(language, encoding) + "\n"
    (tmp_path / "tale.txt").write_bytes((text * 50).encode(encoding))
    with pytest.raises(DataError, match=r"tale.txt is not in UTF-8; save it as UTF-8, or name its encoding with --enc"):
        list(read_pieces([tmp_path / "tale.txt"]))
    assert made(tmp_path, "tale.txt", encoding=encoding)[0] == text * 50


def test_a_refusal_names_the_encoding_that_it_seems_to_be(tmp_path):
    (tmp_path / "tale.txt").write_bytes((tale("Czech", "cp1250") + "\n").encode("cp1250") * 20)
    with pytest.raises(DataError, match="with --encoding, such as Windows-1250"):
        list(read_pieces([tmp_path / "tale.txt"]))
    with pytest.raises(DataError, match="tale.txt is not in ascii; name another"):
        list(read_pieces([tmp_path / "tale.txt"], "ascii"))


def test_no_letter_is_deleted_as_a_control_character_and_each_change_is_told(tmp_path):
    (tmp_path / "odd.txt").write_bytes("It\u0092s \u009fana\r\r\nso\r\r\nB\bBo_\bx\x1b[1m\n".encode() * 9)
    text, told = made(tmp_path, "odd.txt")
    assert text == "It’s Ÿana\nso\nBox\n" * 9
    assert "odd.txt: 18 control characters were read as the letters and signs that they are in Windows-1252." in told
    assert "odd.txt: 18 line ends with two carriage returns were read as one each." in told
    assert "9 codes of a terminal, such as a colour, were left out." in told
    assert "18 letters struck twice or underlined were made plain." in told


def test_a_table_without_its_column_named_is_told(tmp_path):
    (tmp_path / "rows.csv").write_text("id,said\n" + "".join(f'{n},"{cell}"\n' for n, cell in enumerate(CELLS)))
    _, told = made(tmp_path, "rows.csv")
    assert told[0].endswith("would be learnt too; take one, such as --column said.")


TABLES = {
    "rows.csv": "id,said\n" + "".join(f'{n},"{cell}"\n' for n, cell in enumerate(CELLS)) + "8,\n9,a,b\n",
    "bare.csv": "".join(f'{n};"{cell}"\n' for n, cell in enumerate(CELLS)),
    "one.csv": "said\n" + "".join(f'"{cell}"\n' for cell in CELLS),
    "rows.jsonl": "".join(json.dumps({"id": 1, "said": cell}) + "\n" for cell in [*CELLS, "", None]),
}


@pytest.mark.parametrize(("name", "column"), [(name, "2" if name == "bare.csv" else "said") for name in TABLES])
def test_a_column_of_a_long_table_becomes_shards_its_cells_apart(name, column, tmp_path, monkeypatch):
    monkeypatch.setattr("rnnlab.data.text.text_pieces.READ", 5_000)
    (tmp_path / name).write_text(TABLES[name])
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(TABLES[name].encode()))
    text, told = made(tmp_path, name, column=column)
    assert text == "".join(f"{cell}\n\n" for cell in CELLS)
    left_out = "; 2 rows without one were left out" if name.startswith("rows") else ""
    assert told == [f"{name}: 3,000 cells of the column '{column}' were taken{left_out}."]
    assert "".join(column_pieces(tmp_path / f"{name}.gz", column)) == text


def test_a_parquet_files_column_becomes_shards(tmp_path):
    (tmp_path / "t.parquet").write_bytes(parquet(id=list(range(3_000)), said=CELLS))
    assert made(tmp_path, "t.parquet", column="SAID")[0] == "".join(f"{cell}\n\n" for cell in CELLS)


@pytest.mark.parametrize(
    ("name", "content", "column", "words"),
    [
        ("a.txt", b"So it was.\nAnd so it is.\n", "said", "a.txt is neither CSV nor JSON lines nor Parquet; leave"),
        ("a.json", b'[{"said": "so"}]', "said", "a.json is neither CSV nor JSON lines nor Parquet"),
        ("a.csv", b"id,said\n1,so\n2,no\n", "body", "a.csv has no column 'body', only id and said; choose another"),
        ("a.jsonl", b'{"a": 1}\n{"a": 2}\n', "a", "The column 'a' of a.jsonl is not all text"),
        ("a.jsonl", b'{"a": "b"}\n' * 9_000 + b"{}\n[\n", "a", "Line 9,002 of a.jsonl is no JSON object; write the"),
        ("a.parquet", b"PAR1xxxx", "a", "a.parquet is a damaged Parquet file; write or download it again."),
    ],
)
def test_what_is_no_column_of_texts_is_refused_in_a_sentence(name, content, column, words, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        list(column_pieces(tmp_path / name, column))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--split", "train"], "Files have no splits or revisions; leave out --split and --revision."),
        (["--seconds", "9"], "Files are not downloaded; leave out --seconds."),
        (["--encoding", "klingon"], "There is no encoding 'klingon'; name one such as Windows-1250"),
    ],
)
def test_flags_without_effect_are_refused(flags, words, tmp_path, capsys):
    (tmp_path / "a.txt").write_text("so")
    assert main(["data", "shards", str(tmp_path / "a.txt"), "--out", str(tmp_path / "o"), *flags]) == 2
    assert words in capsys.readouterr().err
