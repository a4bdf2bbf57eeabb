"""Several files, or a folder of them, as one text: in their order, each by its own encoding, all of it told."""

import gzip
import json

import pytest
from authors import story
from languages import story as tale
from trainings import train_text

from rnnlab.__main__ import main
from rnnlab.data.text.text_files import text_files
from rnnlab.errors import DataError, RnnlabError
from rnnlab.service.sharding import make_shards
from rnnlab.tasks.text.data import open_text
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.train.checkpoint import checkpoint

HEADER = "The Project Gutenberg eBook of A\n\n*** START OF THE PROJECT GUTENBERG EBOOK A ***\n\n"
FOOTER = "\n\n*** END OF THE PROJECT GUTENBERG EBOOK A ***\nlicence\n"
TINY = {"hidden": 8, "layers": 1, "embedding": 4, "batch": 4, "window": 25, "epochs": 1}


@pytest.fixture
def books(tmp_path):
    """A folder with three chapters in their order, and things that are no text."""
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "chapter 2.txt").write_text(HEADER + "Second.\n" + story(2000, 2) + FOOTER)
    (folder / "Chapter 1.TXT").write_bytes(("First, " + tale("Russian", "koi8_r")).encode("koi8_r"))
    (folder / "chapter 10.md.gz").write_bytes(gzip.compress(("Tenth.\n" + story(2000, 10)).encode()))
    (folder / "cover.png").write_bytes(b"\x89PNG")
    (folder / "notes").mkdir()
    (folder / ".hidden.txt").write_text("nothing")
    return folder


def opened(data, **how):
    return open_text(data, TextConfig(**how))


def test_a_folder_is_read_in_the_order_that_people_count_in(books):
    corpus = opened(str(books))
    assert [document.split()[0] for document in corpus.documents] == ["First,", "Second.", "Tenth."]
    assert [file.name for file in corpus.files] == ["Chapter 1.TXT", "chapter 2.txt", "chapter 10.md.gz"]
    assert corpus.name == "books"


def test_whatever_was_changed_or_left_out_is_told_by_file(books):
    told = " ".join(opened(str(books)).notices)
    assert "3 files were read in their order, a document each." in told
    assert "2 other entries of the folder (cover.png, notes/) were left out." in told
    assert "Chapter 1.TXT: The text is not UTF-8 and was read as KOI8-R" in told
    assert "chapter 2.txt: The header and licence of Project Gutenberg (7 lines) were left out." in told


def test_no_kind_of_notice_is_left_out_however_many_files_there_are(tmp_path):
    for number in range(40):
        (tmp_path / f"{number}.txt").write_text(
            f"Page {number} of the story.{chr(0xAD) * (1 + number)}\n" + story(300, number)
        )
    (tmp_path / "late.txt").write_bytes(tale("Russian", "koi8_r").encode("koi8_r"))
    notices = opened(str(tmp_path)).notices
    assert any(
        "1.txt, 2.txt, 3.txt and 36 more, each with its own numbers, as the first: 2 invisible" in one
        for one in notices
    )
    assert any(one.startswith("late.txt: The text is not UTF-8 and was read as KOI8-R") for one in notices)


def test_several_names_are_one_text_in_the_order_given(books):
    paths = [str(books / name) for name in ("chapter 10.md.gz", "chapter 2.txt")]
    corpus = opened(paths)
    assert [document.split()[0] for document in corpus.documents] == ["Tenth.", "Second."]
    assert corpus.name == "chapter 10 and 1 more"
    assert opened(paths[::-1]).sha256 != corpus.sha256 == opened(paths).sha256


def test_a_rule_cuts_each_file_up_and_the_seed_mixes_them_all(books):
    paths = [str(books / name) for name in ("chapter 10.md.gz", "chapter 2.txt")]
    lines = opened(paths, documents="line").documents
    assert lines[0] == "Tenth."
    mixed = opened(paths, documents="line", shuffle=2).documents
    assert sorted(mixed) == sorted(lines) != list(mixed)


def test_a_file_that_is_there_twice_is_read_once(books):
    (books / "copy.txt").write_bytes((books / "chapter 2.txt").read_bytes())
    corpus = opened(str(books))
    assert len(corpus.documents) == 3
    assert "copy.txt: The text is that of chapter 2.txt once more and was left out." in corpus.notices


def test_tables_may_be_several_too(tmp_path):
    for number in (1, 2):
        rows = "".join(f"{row},said {row} of {number}\n" for row in range(20))
        (tmp_path / f"part{number}.csv").write_text("id,said\n" + rows)
    corpus = opened([str(tmp_path / f"part{number}.csv") for number in (1, 2)], column="said")
    assert len(corpus.documents) == 40
    assert corpus.documents[20] == "said 0 of 2"
    assert opened(str(tmp_path), column="said").documents == corpus.documents


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({}, "is a folder without text files (.txt, .text, .md); name the files in it."),
        ({"cover.png": b""}, "is a folder without text files"),
        ({"model.safetensors": b"", "README.md": b"so"}, "is a checkpoint's folder and no text; give a text to train"),
        ({f"{number}.txt": b"so" for number in range(1001)}, "holds 1,001 text files, more than 1,000; join them, or"),
        ({"a.txt": b"so it was", "b.txt": b""}, "b.txt is empty; give a plain text file with some pages"),
    ],
)
def test_a_folder_that_is_no_text_is_refused_in_a_sentence(tmp_path, made, words):
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        opened(str(tmp_path))
    assert words in str(caught.value)
    assert str(tmp_path.parent) not in str(caught.value)


def test_files_that_are_too_large_together_are_refused_with_the_way_out(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.txt").write_bytes(b"so it was %d\n" % number * 1_600_000)
    with pytest.raises(
        DataError, match=r"The 3 files are larger than 50 MB together; .* `python -m rnnlab data shards`"
    ):
        opened(str(tmp_path))


def test_entries_that_are_no_files_are_left_alone(tmp_path):
    (tmp_path / "pipe.txt").symlink_to(tmp_path / "nowhere.txt")
    (tmp_path / "a.txt").write_text("so")
    files, told = text_files(tmp_path)
    assert [file.name for file in files] == ["a.txt"]
    assert told == ["1 other entry of the folder (pipe.txt) was left out."]


def test_a_writer_is_trained_on_several_files_which_its_record_names(books, tmp_path, capsys):
    flags = [f"--{name}={value}" for name, value in TINY.items()]
    out = str(tmp_path / "made")
    assert (
        main(["train", "text", "--data", str(books), str(books / "chapter 2.txt"), "--out", out, *flags, "--json"]) == 0
    )
    record = checkpoint.load(out).provenance["data"][0]
    assert [file["name"] for file in record["files"]] == ["Chapter 1.TXT", "chapter 2.txt", "chapter 10.md.gz"]
    assert record["name"] == "books and 1 more"
    assert "Chapter 1.TXT: The text is not UTF-8" in capsys.readouterr().err
    assert main(["evaluate", out, "--data", str(books), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert not any("another text" in one for one in answer["notices"])


def test_shards_are_a_text_by_themselves(books, tmp_path):
    (tmp_path / "long.txt").write_text(story(60_000))
    make_shards([str(tmp_path / "long.txt")], tmp_path / "shards", millions=0.02)
    with pytest.raises(RnnlabError, match="shards is a folder of shards, which is a text by itself; give it alone"):
        list(train_text([str(tmp_path / "shards"), str(books)]))
