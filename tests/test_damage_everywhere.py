"""Files cut at every place, and with a bit flipped at every place: refused in a sentence, or read as they were."""

import dataclasses
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wholes import wholes

from rnnlab.data.fetch.hub_datasets import fetched_dataset
from rnnlab.data.text import shards
from rnnlab.errors import RnnlabError
from rnnlab.train import saved_state
from rnnlab.train.checkpoint import archives, checkpoint
from rnnlab.train.checkpoint.files import parse_tensors
from rnnlab.train.checkpoint.record_fields import check_state_numbers
from rnnlab.train.checkpoint.tensor_files import load_tensors

KNOWN = (
    "step",
    "best_step",
    "stale",
    "rewinds",
    "rate_scale",
    "best_loss",
    "scaler",
    "device",
    "precision",
    "seconds",
    "curve",
)
PLACES = 300  # of a file, at most, at which it is damaged


@dataclasses.dataclass
class Kept:
    """A file in a folder of its own, and what a reader makes of it."""

    file: Path
    read: Callable[[], Any]


def told(tensors: dict[str, Any], numbers: object = None) -> str:
    """All that a file says, its tensors in order."""
    return str((numbers, {name: tensors[name].tolist() for name in sorted(tensors)}))


def record(place: Path) -> Kept:
    shutil.copytree(wholes()["tutorial"].place, place / "m")
    return Kept(place / "m" / "config.json", lambda: str(checkpoint.look(place / "m", "m")))


def weights(place: Path) -> Kept:
    shutil.copytree(wholes()["tutorial"].place, place / "m")
    return Kept(place / "m" / "model.safetensors", lambda: told(checkpoint.load(place / "m").weights))


def state(file: str) -> Callable[[Path], Kept]:
    def kept(place: Path) -> Kept:
        shutil.copytree(wholes()["forecaster-gru"].place, place / "m")
        config = checkpoint.read_config(place / "m", "m")[0]

        def read() -> str:
            found = saved_state.read_state(place / "m", "m", config["sha256"], 10**6, 10**6)
            numbers = {name: found.numbers.get(name) for name in KNOWN}
            check_state_numbers(numbers)
            if not found.whole:
                raise RnnlabError("It is not as it was written.")
            return told(found.tensors) + str(numbers)

        return Kept(place / "m" / file, read)

    return kept


def draft(place: Path) -> Kept:
    shutil.copy(wholes()["draft"].place, place / "kept")
    return Kept(place / "kept", lambda: told(*load_tensors(place / "kept")))


def shard_index(place: Path) -> Kept:
    shutil.copytree(wholes()["shards"].place, place / "s")
    return Kept(place / "s" / shards.INDEX, lambda: str(shards.open_shards(place / "s")))


def shard(place: Path) -> Kept:
    shutil.copytree(wholes()["shards"].place, place / "s")
    opened = shards.open_shards(place / "s")
    return Kept(place / "s" / "00000.txt", lambda: opened.read(0))


def packed(place: Path) -> Kept:
    archives.pack(wholes()["tutorial"].place, place / "a.zip")

    def read() -> str:
        shutil.rmtree(place / "out", ignore_errors=True)
        archives.unpack(place / "a.zip", place / "out", "a.zip")
        opened = checkpoint.load(place / "out")
        return told(opened.weights, opened.metrics)

    return Kept(place / "a.zip", read)


FILES = {
    "config.json": record,
    "model.safetensors": weights,
    "state.json": state("resume/state.json"),
    "state.safetensors": state("resume/state.safetensors"),
    "a kept text": draft,
    "shards.json": shard_index,
    "a shard": shard,
    "a zip": packed,
}


def places(length: int) -> list[int]:
    """Every place of a short file; of a long one its ends and some in between."""
    if length <= PLACES:
        return list(range(length))
    third = PLACES // 3
    between = random.Random(length).sample(range(third, length - third), third)
    return [*range(third), *between, *range(length - third, length)]


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
def test_a_file_that_ends_too_early_is_refused_wherever_it_ends(tmp_path, make):
    kept = make(tmp_path)
    raw, whole = kept.file.read_bytes(), kept.read()
    for length in places(len(raw)):
        kept.file.write_bytes(raw[:length])
        assert refused(kept, whole) or raw[length:].isspace()


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
def test_a_flipped_bit_is_refused_or_changes_nothing_that_is_read(tmp_path, make):
    kept = make(tmp_path)
    raw, whole = bytearray(kept.file.read_bytes()), kept.read()
    for place in places(len(raw)):
        bit = 1 << place % 8
        raw[place] ^= bit
        kept.file.write_bytes(raw)
        refused(kept, whole)
        raw[place] ^= bit


def refused(kept: Kept, whole: Any) -> bool:
    """Whether it is refused; if not, it must be read as the whole one is."""
    try:
        assert kept.read() == whole
    except RnnlabError:
        return True
    return False


def test_a_cached_text_that_was_cut_or_changed_counts_as_none(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path))
    source = wholes()["dataset"]
    shutil.copytree(source.place, tmp_path / "datasets")
    whole = fetched_dataset(source.data)
    for end in (".txt", ".json"):
        file = tmp_path / "datasets" / f"{source.data}{end}"
        raw = file.read_bytes()
        for place in places(len(raw)):
            file.write_bytes(raw[:place])
            assert fetched_dataset(source.data) is None or raw[place:].isspace()
            file.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
            assert fetched_dataset(source.data) in (None, *([whole] if end == ".json" else []))  # in a blank
        file.write_bytes(raw)
    assert fetched_dataset(source.data) == whole


def test_a_header_of_tensors_that_lies_about_its_length_is_refused():
    raw = (wholes()["tutorial"].place / "model.safetensors").read_bytes()
    for length in (0, 1, 7, len(raw), 2**31, 2**63, 2**64 - 1):
        with pytest.raises(RnnlabError, match=r"^m is damaged; download or train the checkpoint again\.$"):
            parse_tensors(length.to_bytes(8, "little") + raw[8:], "m")
