"""A dataset that a person names by its id: the real `datasets`, in a process of its own, against a Hub on loopback."""

import hashlib
import json
from pathlib import Path

import pytest
from authors import story
from hub.faults import Fault
from hub.tables import parquet
from reaching import reachable_hub
from trainings import train_text

from rnnlab.data import cache
from rnnlab.data.fetch import hub_datasets
from rnnlab.data.fetch.listing import fetch, known_texts
from rnnlab.errors import DataError
from rnnlab.tasks.text.judge.evaluating import evaluate

LINES = "It was a dark night.\n\nNobody slept,\r\nand the wind rose.\n"
ROWS = ["the first book.\nit ends.", "the second book."]


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A Hub to which the library is sent; a cache for our texts; a person whose token is nobody's business."""
    monkeypatch.chdir(tmp_path)
    with reachable_hub(monkeypatch, tmp_path) as hub:
        yield hub
        assert not [one for one in hub.asked if "hf_secret" in str(one) or "authorization" in one.headers]


def put(hub, id, files, **kind):
    content = {name: one if isinstance(one, bytes) else one.encode() for name, one in files.items()}
    hub.store.add("dataset", id, **kind).commit(content)


def read(fetched) -> str:
    return Path(fetched["path"]).read_text(encoding="utf-8")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"rows.csv": 'title,text\nA,"one\ntwo"\nB,three\n'}, "one\ntwo\n\nthree"),
        ({"rows.jsonl": '{"n": 1, "words": "one"}\n{"n": 2, "words": "two"}\n'}, "one\n\ntwo"),
        ({"data/train-00000-of-00001.parquet": parquet(text=ROWS, n=[1, 2])}, "\n\n".join(ROWS)),
        ({"a.txt": LINES, "b.txt": "The end"}, LINES.replace("\r\n", "\n") + "The end"),
    ],
    ids=["csv", "json", "parquet", "text"],
)
def test_rows_parquet_and_plain_text_arrive_as_their_files_hold_them(hub, files, text):
    put(hub, "someone/small", files)
    fetched = fetch("someone/small")
    assert read(fetched).strip() == text.strip()
    assert fetched["sha256"] == hashlib.sha256(read(fetched).encode()).hexdigest()


def test_a_split_a_column_and_a_revision_may_be_chosen_and_the_commit_is_noted(hub):
    put(hub, "someone/two", {"a.txt": "of the main branch"})
    repo = hub.store.repos["dataset", "someone/two"]
    repo.commit({"data/test-0.parquet": parquet(a=["no"], b=["the words"])}, "v1")
    fetched = fetch("someone/two", column="b", split="test", revision="v1")
    assert read(fetched).strip() == "the words"
    assert (fetched["commit"], fetched["revision"]) == (repo.sha_of("v1"), "v1")
    record = json.loads((cache.cache_folder() / "datasets" / "someone" / "two.json").read_text())
    assert (record["split"], record["column"]) == ("test", "b")


def test_a_writer_is_trained_on_it_by_its_name_and_tells_where_it_comes_from(hub, tmp_path):
    put(hub, "someone/tale", {"tale.txt": story()})
    with pytest.raises(DataError, match=r"^someone/tale is no file here, .* python -m rnnlab data fetch someone/tale$"):
        list(train_text("someone/tale", out=tmp_path / "model"))
    fetched = fetch("someone/tale")
    tiny = {"hidden": 16, "layers": 1, "embedding": 8, "epochs": 1, "batch": 4, "window": 25}
    list(train_text("someone/tale", out=tmp_path / "model", settings=tiny))
    [told] = json.loads((tmp_path / "model" / "config.json").read_text())["provenance"]["data"]
    assert told["sha256"] == fetched["sha256"]
    assert f"of someone/tale at {fetched['commit']} on the Hugging Face Hub" in told["source"]
    assert evaluate(str(tmp_path / "model"), "someone/tale")["nats_per_char_windows"] > 0
    assert "someone/tale" in [one["name"] for one in known_texts()]


def test_a_file_of_that_name_comes_first(hub, tmp_path):
    (tmp_path / "someone").mkdir()
    (tmp_path / "someone" / "tale").write_text(story())
    tiny = {"hidden": 16, "layers": 1, "embedding": 8, "epochs": 1, "batch": 4, "window": 25}
    list(train_text("someone/tale", out=tmp_path / "model", settings=tiny))
    [told] = json.loads((tmp_path / "model" / "config.json").read_text())["provenance"]["data"]
    assert told["source"] == "a file of the maker's own"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("files", "asked", "sentence"),
    [
        ({"r.csv": "a,b\nx,y\n"}, {}, r"^someone/odd has the columns of text a, b; choose one with --column\.$"),
        ({"r.csv": "a,b\nx,y\n"}, {"column": "c"}, r"^someone/odd has no column 'c', only a, b; choose another"),
        ({"r.csv": "a\n1\n2\n"}, {}, r"^someone/odd has no column of text, only a; give the text as a file"),
        ({"data/x-0.parquet": parquet(text=["t"]), "data/y-0.parquet": parquet(text=["t"])}, {"split": "z"},
         r"^someone/odd has no split 'z', only "),
        ({"data/test-0.parquet": parquet(text=["t"]), "data/validation-0.parquet": parquet(text=["t"])}, {},
         r"^someone/odd has the splits validation, test; choose one with --split\.$"),
        ({"r.csv": "text\n"}, {}, r"^someone/odd at main holds no rows; give the text as a file"),
        ({"README.md": "# nothing"}, {}, r"^someone/odd at main holds no data; give the text as a file of your own"),
        ({"odd.py": "raise SystemExit"}, {}, r"^someone/odd at main is a script, which `datasets` no longer runs"),
        ({"data/train-0.parquet": b"PAR1 and then nothing"}, {}, r"^A file of someone/odd is damaged or holds no"),
        ({"a.txt": b"\xff\xfe\x00 caf\xe9"}, {}, r"^A file of someone/odd is not in UTF-8; give the text as a file"),
        ({"a.txt": "x"}, {"revision": "v9"}, r"^someone/odd has no revision 'v9' on the Hugging Face Hub; choose"),
    ],
)  # fmt: skip
def test_what_gives_no_text_ends_in_its_sentence_and_leaves_nothing(hub, files, asked, sentence):
    put(hub, "someone/odd", files)
    with pytest.raises(DataError, match=sentence):
        fetch("someone/odd", **asked)
    assert list(cache.cache_folder().rglob("*.*")) == []


@pytest.mark.parametrize("kind", [{}, {"private": True}])
def test_a_dataset_that_is_missing_or_private_is_said_not_to_be_there(hub, kind):
    if kind:
        put(hub, "someone/none", {"a.txt": "x"}, **kind)
    with pytest.raises(
        DataError, match=r"^The Hugging Face Hub has no public dataset someone/none; check its name, or"
    ):
        fetch("someone/none")


def test_a_gated_dataset_says_what_to_do(hub):
    put(hub, "someone/gated", {"a.txt": "x"}, gated=True)
    with pytest.raises(DataError, match=r"^someone/gated is gated: .*; download it there yourself and give the text"):
        fetch("someone/gated")


def test_a_hub_that_stalls_and_a_machine_that_is_offline_end_in_their_sentences(hub, monkeypatch):
    put(hub, "someone/slow", {"a.txt": "x"})
    hub.faults.append(Fault("stall", "/api/datasets/"))
    with pytest.raises(DataError, match=r"^someone/slow did not arrive from the Hugging Face Hub within 4 seconds"):
        fetch("someone/slow", seconds=4)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(DataError, match=r"^someone/slow cannot be fetched while HF_HUB_OFFLINE is set; unset it"):
        fetch("someone/slow")


def test_a_second_fetch_that_fails_leaves_what_the_first_one_brought(hub):
    put(hub, "someone/small", {"a.txt": LINES})
    first = read(fetch("someone/small"))
    hub.faults.append(Fault("error", "/datasets/", status=403))
    with pytest.raises(DataError):
        fetch("someone/small", revision="main", seconds=20)
    assert hub_datasets.fetched_path("someone/small").read_text(encoding="utf-8") == first


def test_a_text_that_was_changed_in_the_cache_is_refused(hub):
    put(hub, "someone/small", {"a.txt": LINES})
    Path(fetch("someone/small")["path"]).write_text("another")
    with pytest.raises(DataError, match=r"^someone/small was changed since it was fetched; fetch it with"):
        hub_datasets.fetched_path("someone/small")


def test_what_belongs_to_a_dataset_is_not_asked_of_the_catalog(hub):
    with pytest.raises(DataError, match=r"^doyle is a text of the catalog; leave out --column, --split, "):
        fetch("doyle", column="text")


def test_of_a_dataset_that_is_too_large_its_beginning_may_be_taken(hub):
    put(hub, "someone/large", {"data/train-0.parquet": parquet(text=["éa" * 350, "b" * 700, "c" * 700])})
    fetched = fetch("someone/large", first_mb=0.001)
    assert read(fetched) == "éa" * 333
    assert fetched["source"].startswith("the first 0.001 MB of column 'text' of the split 'train' of someone/large at ")
    whole = fetch("someone/large", first_mb=1)
    assert read(whole).startswith("éa" * 350 + "\n\n" + "b" * 700)
    assert whole["source"].startswith("column 'text'")
    with pytest.raises(DataError, match=r"^51 MB is not between 0.001 and 50; give another --first-mb\.$"):
        fetch("someone/large", first_mb=51)
