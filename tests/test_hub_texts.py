"""Texts from the Hugging Face Hub: the real clients, in the real process, against a Hub on loopback."""

import hashlib
import json
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hub.faults import Fault
from hub.repos import Repo
from hub.serving import Hub
from hub.tables import parquet
from reaching import reachable_hub

from rnnlab.data import catalog
from rnnlab.data.catalog import HubSource
from rnnlab.data.fetch import fetching, hub_texts
from rnnlab.errors import DataError

SHARED = Path(__file__).parents[2] / "shared" / "data"
SPLITS = {"train": "It was a dark night.\n\nNobody sl", "validation": "ept, and the", "test": " wind rose.\n"}
STORY = "".join(SPLITS.values())
BOOKS = ["the first book.\nit ends.", "the second book."]
SOURCE = HubSource(
    kind="hub", dataset="someone/small", revision="refs/convert/parquet", splits=("train", "validation", "test"),
    column="text", joined_by="", licence="CC0-1.0",
)  # fmt: skip


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A Hub to which the clients are sent, who have a token and a cache of their own; and a cache for our texts."""
    with reachable_hub(monkeypatch, tmp_path) as hub:
        yield hub


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def add_splits(hub: Hub, id: str, texts: dict[str, str]) -> Repo:
    """A dataset as the Hub converts one: a script on the main branch, a file a split on another."""
    repo = hub.store.add("dataset", id)
    repo.commit({f"{id.split('/')[1]}.py": b"raise SystemExit"})
    repo.commit({f"default/{split}/0000.parquet": parquet(text=[text]) for split, text in texts.items()},
                SOURCE.revision)  # fmt: skip
    return repo


def add_books(hub: Hub, id: str, texts: list, **kind: bool) -> None:
    """A dataset as people push one: a row a book on the main branch."""
    table = parquet(filename=[f"{number}.txt" for number in range(len(texts))], text=texts)
    hub.store.add("dataset", id, **kind).commit({"data/train-00000-of-00001.parquet": table})


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_splits_are_joined_in_the_order_asked_for_and_no_token_is_sent(hub, folder):
    add_splits(hub, "someone/small", dict(reversed(SPLITS.items())))
    assert hub_texts.download(SOURCE, folder, seconds=60) == STORY.encode()
    assert hub.asked
    assert not [one for one in hub.asked if "hf_secret" in str(one) or "authorization" in one.headers]


def test_rows_are_joined_by_what_the_source_says(hub, folder):
    add_books(hub, "someone/books", BOOKS)
    books = replace(SOURCE, dataset="someone/books", revision="main", splits=("train",), joined_by="\n\n")
    assert hub_texts.download(books, folder, seconds=60).decode() == "\n\n".join(BOOKS)


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"dataset": "someone/none"}, r"^The Hugging Face Hub has no public dataset someone/none; install"),
        ({"dataset": "someone/private"}, r"^The Hugging Face Hub has no public dataset someone/private; install"),
        ({"dataset": "someone/gated"}, r"^someone/gated is gated: .* download it there yourself and give"),
        ({"dataset": "someone/bare"}, r"^someone/bare at main holds no data; install"),
        ({"dataset": "someone/small"}, r"^someone/small at main is a script, .*; take its revision refs/convert"),
        ({"revision": "v2"}, r"^someone/books has no revision 'v2' on the Hugging Face Hub; install"),
        ({"splits": ("train", "test")}, r"^someone/books has no split 'test', only train; install"),
        ({"column": "poem"}, r"^someone/books has no column 'poem', only filename, text; install"),
        ({"dataset": "someone/numbers"}, r"^The column 'text' of someone/numbers is not all text; install"),
        ({"dataset": "someone/blank"}, r"^The column 'text' of someone/blank is empty; install"),
        ({"dataset": "someone/rowless"}, r"^A file of someone/rowless is damaged or holds no rows; install"),
        ({"dataset": "someone/broken"}, r"^A file of someone/broken is damaged or holds no rows; install"),
    ],
)
def test_a_dataset_that_gives_no_text_is_refused_in_a_sentence_that_names_it(hub, folder, changed, sentence):
    add_splits(hub, "someone/small", SPLITS)
    add_books(hub, "someone/books", BOOKS)
    add_books(hub, "someone/private", BOOKS, private=True)
    add_books(hub, "someone/gated", BOOKS, gated=True)
    add_books(hub, "someone/numbers", [1, 2])
    add_books(hub, "someone/blank", [""])
    add_books(hub, "someone/rowless", [])
    hub.store.add("dataset", "someone/broken").commit({"data/train.parquet": b"PAR1 is all that is left"})
    hub.store.add("dataset", "someone/bare").commit({"README.md": b"---\nlicense: mit\n---\n"})
    asked = {"dataset": "someone/books", "revision": "main", "splits": ("train",)} | changed
    with pytest.raises(DataError, match=sentence):
        hub_texts.download(replace(SOURCE, **asked), folder, seconds=60)


def test_no_more_text_than_allowed_is_taken(hub, folder):
    add_splits(hub, "someone/small", dict.fromkeys(SPLITS, "no end " * 10_000))
    with pytest.raises(DataError, match=r"^someone/small holds more than 0\.2 MB of text, .*; give a part of it"):
        hub_texts.download(SOURCE, folder, seconds=60, most_bytes=200_000)


def test_a_server_that_stalls_is_left_at_the_time_limit(hub, folder):
    hub.faults.append(Fault("stall", "/someone/"))
    with pytest.raises(DataError, match=r"^someone/small did not arrive .* within 4 seconds; .* or allow more\.$"):
        hub_texts.download(SOURCE, folder, seconds=4)


def test_a_server_that_fails_is_said_in_one_sentence(hub, folder):
    add_splits(hub, "someone/small", SPLITS)
    hub.faults.append(Fault("error", "/api/datasets/"))
    with pytest.raises(DataError, match=r"^someone/small could not be read from the Hugging Face Hub; check the netw"):
        hub_texts.download(SOURCE, folder, seconds=60)


def test_a_connection_that_is_cut_is_tried_again(hub, folder):
    add_splits(hub, "someone/small", SPLITS)
    hub.faults.append(Fault("cut", r"test/0000\.parquet", times=1))
    assert hub_texts.download(SOURCE, folder, seconds=60) == STORY.encode()
    assert hub.faults[0].times == 0


def test_a_client_that_is_offline_says_so(hub, folder, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(DataError, match=r"^someone/small cannot be reached .* no variable such as HF_HUB_OFFLINE"):
        hub_texts.download(SOURCE, folder, seconds=60)


@pytest.fixture
def pinned(hub, tmp_path, monkeypatch) -> catalog.TextEntry:
    """A catalog of one text, which the Hub has."""
    add_splits(hub, "someone/small", SPLITS)
    one = replace(catalog.text_entry("tinyshakespeare"), name="small", source=SOURCE,
                  characters=len(STORY), sha256=sha256(STORY))  # fmt: skip
    (tmp_path / "catalog.json").write_text(json.dumps({"format": 1, "prices": [], "texts": [asdict(one)]}))
    monkeypatch.setattr(catalog, "bundled_folder", lambda: tmp_path)
    return one


def test_a_pinned_text_is_fetched_once_and_nothing_else_is_left(hub, pinned, tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    told: list[str] = []
    path = fetching.fetch_text("small", progress=told.append)
    assert (path.name, path.read_text()) == ("small.txt", STORY)
    assert (told[0], told[-1]) == ("fetching someone/small from the Hugging Face Hub", "small: 55 characters")
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not (tmp_path / "person").exists()
    asked = len(hub.asked)
    assert fetching.fetch_text("small") == fetching.fetched("small") == path
    assert (fetching.open_text("small").sha256, len(hub.asked)) == (pinned.sha256, asked)


def test_an_offline_machine_asks_the_hub_nothing(hub, pinned, monkeypatch):
    monkeypatch.setenv("RNNLAB_OFFLINE", "1")
    with pytest.raises(DataError, match=r"^small cannot be fetched while RNNLAB_OFFLINE is set; "):
        fetching.fetch_text("small")
    assert hub.asked == []


def test_a_text_that_is_not_the_pinned_one_is_not_kept(hub, tmp_path):
    add_splits(hub, "karpathy/tiny_shakespeare", SPLITS)
    with pytest.raises(DataError, match=r"^The text of tinyshakespeare in karpathy/tiny_shakespeare is not the pinned"):
        fetching.fetch_text("tinyshakespeare")
    assert not (tmp_path / "cache").exists()


def test_tiny_shakespeare_is_the_benchmark_text(hub):
    path = SHARED / "tinyshakespeare.txt"
    if not path.exists():
        pytest.skip("the benchmark text is not beside this checkout")
    text = path.read_text()
    cut = {"train": text[:1_003_854], "validation": text[1_003_854:1_059_624], "test": text[1_059_624:]}
    add_splits(hub, "karpathy/tiny_shakespeare", cut)
    assert fetching.fetch_text("tinyshakespeare").read_text() == text
    assert fetching.open_text("tinyshakespeare").characters == catalog.text_entry("tinyshakespeare").characters


def test_a_text_that_is_not_pinned_says_so_and_is_watched_from_then_on(hub):
    add_books(hub, "contextlab/austen-corpus", BOOKS)
    text, told = "\n\n".join(BOOKS), list[str]()
    path = fetching.fetch_text("austen", progress=told.append)
    assert told[-1] == f"austen: 42 characters, fetched unpinned; its sha256 is {sha256(text)}"
    assert fetching.expected_sha256(catalog.text_entry("austen")) == fetching.open_text("austen").sha256 == sha256(text)
    assert (path.parent / "austen.txt.sha256").read_text() == f"{sha256(text)}  austen.txt\n"
    path.write_text(text.upper())
    with pytest.raises(DataError, match=r"^austen was changed since it was fetched; fetch it with"):
        fetching.fetched("austen")
    assert fetching.fetch_text("austen").read_text() == text
    (path.parent / "austen.txt.sha256").unlink()
    assert not fetching.is_cached("austen")
