"""A column of a table as documents: every cell as it was written, what is left out told, what is no text refused."""

import gzip
import json

import pytest
from hub.tables import parquet

from rnnlab.data.text.corpus import read_corpus
from rnnlab.errors import DataError

CELLS = ("So it was.", 'She said "no", twice;\nand left', "Ärger | über\tLöwen", "")


def quoted(separator: str) -> str:
    rows = [["id", "said"], *([str(number), cell] for number, cell in enumerate(CELLS))]
    return "\r\n".join(separator.join(f'"{cell.replace(chr(34), 2 * chr(34))}"' for cell in row) for row in rows)


TABLES = {
    "comma.csv": quoted(",").encode(),
    "semicolon.csv": quoted(";").encode("utf-8-sig"),
    "tab.tsv": quoted("\t").encode("utf-16"),
    "bar.txt": quoted("|").encode(),
    "packed.csv.gz": gzip.compress(quoted(",").encode()),
    "western.csv": quoted(",").encode("cp1252"),
    "lines.jsonl": "".join(json.dumps({"id": 1, "said": cell}) + "\n" for cell in CELLS).encode(),
    "list.json": json.dumps([{"said": cell or None, "id": 7} for cell in CELLS], ensure_ascii=False).encode(),
    "within.json": json.dumps({"n": 3, "rows": [{"said": cell} for cell in CELLS]}, indent=2).encode(),
    "table.parquet": parquet(id=[1, 2, 3, 4], said=list(CELLS)),
}


def read(name: str, content: bytes, column: str = "said", **how: str):
    return read_corpus(content, name=name, column=column, **how)


@pytest.mark.parametrize("name", TABLES)
def test_each_cell_of_a_column_is_a_document_as_it_was_written(name):
    corpus = read(name, TABLES[name])
    assert corpus.documents == CELLS[:3]
    assert "The 3 cells of the column 'said' are a document each" in " ".join(corpus.notices)
    assert "1 empty cell were left out" in " ".join(corpus.notices).replace("was", "were")


@pytest.mark.parametrize("column", ["said", " SAID ", "2"])
def test_a_column_goes_by_its_heading_or_its_number(column):
    assert read("comma.csv", TABLES["comma.csv"], column).documents == CELLS[:3]


def test_a_table_without_headings_has_numbered_columns():
    rows = "".join(f"{number},line {number} of it\n" for number in range(9))
    assert read("rows.csv", rows.encode(), "2").documents[0] == "line 0 of it"
    assert len(read("rows.csv", rows.encode(), "2").documents) == 9


@pytest.mark.parametrize(("name", "column"), [("one.csv", "said"), ("one.txt", "said"), ("one.csv", "1")])
def test_a_csv_may_have_a_single_column(name, column):
    content = 'said\n"So, it was."\nShe said, no\n\n"two\nlines"\n'
    assert read(name, content.encode(), column).documents == ("So, it was.", "She said, no", "two\nlines")


def test_a_list_of_texts_is_a_column():
    content = json.dumps(["one", "two\nlines", "thrée"] * 5_000)
    assert read("texts.json", content.encode(), "1").documents[:3] == ("one", "two\nlines", "thrée")


def test_a_long_table_is_read_to_its_end():
    rows = [f'{number},"line {number}, so long that it is"\n' for number in range(20_000)]
    corpus = read("long.csv", ("id,said\n" + "".join(rows)).encode())
    assert len(corpus.documents) == 20_000
    assert corpus.documents[-1] == "line 19999, so long that it is"


def test_rows_with_too_many_cells_are_left_out_and_told():
    rows = "".join(f"{number},line\n" for number in range(30)) + "30,so, no, never\n31,kept,,\n"
    corpus = read("odd.csv", ("id,said\n" + rows).encode())
    assert corpus.documents == ("line",) * 30 + ("kept",)
    assert "1 row of more than 2 cells was left out." in corpus.notices


@pytest.mark.parametrize(
    ("name", "content", "column", "words"),
    [
        ("a.csv", b"id,said\n1,so\n2,no\n", "body", "a.csv has no column 'body', only id and said; choose another"),
        ("a.csv", b"said,said\nso,1\nno,2\n", "said", "a.csv has several columns 'said', only"),
        ("a.csv", b"id,said\n1,\n2, \n", "said", "The column 'said' of a.csv is empty; choose another --column."),
        ("a.txt", b"So it was.\nAnd so, it is.\n", "said", "a.txt is no table (CSV, JSON or JSON lines); leave out"),
        ("a.jsonl", b'{"a": {"b": 1}}\n{"a": {"b": 2}}\n', "a", "The column 'a' of a.jsonl is not all text; choose"),
        ("a.jsonl", b'{"a": "so"}\n' * 9_000 + b"{", "a", "a.jsonl begins as JSON lines but is damaged further on"),
        ("a.parquet", b"PAR1" + b"x" * 90, "a", "a.parquet is a damaged Parquet file; write or download it again."),
    ],
)
def test_what_is_no_column_of_texts_is_refused_in_a_sentence(name, content, column, words):
    with pytest.raises(DataError) as caught:
        read(name, content, column)
    assert words in str(caught.value)


def test_what_has_no_effect_beside_a_column_is_refused():
    with pytest.raises(DataError, match=r"--column makes a document of each cell; leave out --documents\."):
        read("a.csv", TABLES["comma.csv"], documents="line")
    with pytest.raises(DataError, match="is a Parquet file, which is always in UTF-8; leave out --encoding"):
        read("a.parquet", TABLES["table.parquet"], encoding="UTF-8")


def test_a_parquet_file_without_a_column_is_told_of_it():
    with pytest.raises(DataError, match="seems to be a Parquet file; name the column that holds the text with --colum"):
        read_corpus(TABLES["table.parquet"], name="a.parquet")
