"""A pipe, a device, a socket, a folder or a link where a file is due: refused at once, and never waited for."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from trainings import train_forecast, train_text
from wholes import wholes

from rnnlab.data.fetch.hub_datasets import fetched_dataset, fetched_datasets
from rnnlab.data.regular_files import TooLarge, open_regular, read_regular
from rnnlab.data.text import shards
from rnnlab.errors import RnnlabError
from rnnlab.service.summary import show
from rnnlab.service.transfer import bring, bring_training
from rnnlab.tasks.forecast.use import forecast
from rnnlab.tasks.text.draft_file import open_draft
from rnnlab.train.checkpoint import archives

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with pipes in folders")


def bound(file: Path) -> None:
    """A socket, whose path may be no longer than about a hundred bytes."""
    here = os.open(".", os.O_RDONLY)
    os.chdir(file.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(file.name)
    finally:
        os.fchdir(here)
        os.close(here)


KINDS: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "folder": Path.mkdir,
    "socket": bound,
    "endless device": lambda file: file.symlink_to("/dev/zero"),
    "terminal": lambda file: file.symlink_to("/dev/tty"),
    "link to nowhere": lambda file: file.symlink_to("nowhere"),
    "link to itself": lambda file: file.symlink_to(file.name),
    "link to a pipe": lambda file: (os.mkfifo(file.with_name("a pipe")), file.symlink_to("a pipe")),
    "nothing": lambda file: None,
    "empty file": Path.touch,
    "file of a terabyte, nearly all of it holes": lambda file: (file.touch(), os.truncate(file, 10**12)),
}
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def instead(file: Path, kind: Callable[[Path], object]) -> None:
    """Put something else in a file's place."""
    file.unlink()
    kind(file)


def refusal(attempt: Callable[[], object]) -> str:
    with pytest.raises(RnnlabError) as told:
        attempt()
    sentence = str(told.value)
    assert sentence.endswith(".") or "python -m rnnlab" in sentence
    assert "/tmp" not in sentence
    return sentence


@kinds
@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "resume/state.json", "resume/state.safetensors"])
def test_a_checkpoints_file(tmp_path, kind, file):
    source = wholes()["forecaster-gru"]
    shutil.copytree(source.place, tmp_path / "m")
    instead(tmp_path / "m" / file, kind)
    if not file.startswith("resume"):
        refusal(lambda: forecast(str(tmp_path / "m"), source.data))
    refusal(lambda: next(train_forecast([source.data], out=tmp_path / "m", resume=True)))


@kinds
def test_a_checkpoints_card_may_be_missing_and_is_otherwise_a_file(tmp_path, kind):
    shutil.copytree(wholes()["tutorial"].place, tmp_path / "m")
    instead(tmp_path / "m" / "README.md", kind)
    if (tmp_path / "m" / "README.md").is_file() and not (tmp_path / "m" / "README.md").stat().st_size:
        assert show(str(tmp_path / "m")).card == ""
    elif (tmp_path / "m" / "README.md").exists():
        refusal(lambda: show(str(tmp_path / "m")))


@kinds
def test_a_loose_file_that_is_brought(tmp_path, kind):
    shutil.copytree(wholes()["tutorial"].place, tmp_path / "m")
    instead(tmp_path / "m" / "model.safetensors", kind)
    refusal(lambda: bring(sorted((tmp_path / "m").iterdir())))


@kinds
def test_a_zip(tmp_path, kind):
    kind(tmp_path / "a.zip")
    refusal(lambda: bring([tmp_path / "a.zip"]))
    refusal(lambda: bring_training(tmp_path / "a.zip"))
    refusal(lambda: archives.unpack(tmp_path / "a.zip", tmp_path / "out", "a.zip"))


@kinds
def test_a_kept_text(tmp_path, kind):
    kind(tmp_path / "kept")
    refusal(lambda: open_draft(tmp_path / "kept", wholes()["draft"].model))


@kinds
@pytest.mark.parametrize("file", [shards.INDEX, "00000.txt"])
def test_a_file_of_shards(tmp_path, kind, file):
    shutil.copytree(wholes()["shards"].place, tmp_path / "s")
    opened = shards.open_shards(tmp_path / "s")
    instead(tmp_path / "s" / file, kind)
    refusal(lambda: opened.read(0) if file != shards.INDEX else shards.open_shards(tmp_path / "s"))
    if os.path.lexists(tmp_path / "s" / shards.INDEX):  # without it, it is a folder of text files
        refusal(lambda: next(train_text(str(tmp_path / "s"))))


@kinds
@pytest.mark.parametrize("end", [".txt", ".json"])
def test_a_cached_text_counts_as_none(tmp_path, monkeypatch, kind, end):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path))
    shutil.copytree(wholes()["dataset"].place, tmp_path / "datasets")
    instead(tmp_path / "datasets" / f"{wholes()['dataset'].data}{end}", kind)
    assert fetched_dataset(wholes()["dataset"].data) is None
    assert fetched_datasets() == ()


@kinds
def test_a_file_of_prices_or_of_a_text(tmp_path, kind):
    for name in ("prices.csv", "tale.txt"):
        kind(tmp_path / name)
        for left in tmp_path.glob("a pipe"):
            left.unlink()
    refusal(lambda: forecast("stocks", str(tmp_path / "prices.csv")))
    refusal(lambda: next(train_text(str(tmp_path / "tale.txt"))))


def test_an_ordinary_file_is_read_up_to_its_bound_through_links_too(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "b").symlink_to("a")
    for name in "ab":
        assert read_regular(tmp_path / name, 5) == b"12345"
        with pytest.raises(TooLarge):
            read_regular(tmp_path / name, 4)
    for odd in ("\0", "x" * 5000, ""):
        with pytest.raises(OSError, match=r"."):
            open_regular(odd)
