"""A checkpoint as a zip or as loose files of a stranger: what is sound comes in, what is dangerous does not."""

import shutil
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest
import torch

from rnnlab.errors import CheckpointError
from rnnlab.train.checkpoint import archives, checkpoint

STOCKS = Path(__file__).parents[1] / "data" / "checkpoints" / "stocks"
FILES = {file: (STOCKS / file).read_bytes() for file in ("config.json", "model.safetensors", "README.md")}


def zipped(place: Path, entries: dict[str, bytes], packed=zipfile.ZIP_DEFLATED) -> Path:
    file = place / "a.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", packed) as archive:
        warnings.simplefilter("ignore")  # of a name that is given twice
        for name, content in entries.items():
            archive.writestr(name, content)
    return file


def unpacked(file: Path) -> Path:
    place = file.parent / "out"
    archives.unpack(file, place, "a.zip")
    return place


def refused(file: Path, sentence: str) -> None:
    with pytest.raises(CheckpointError, match=sentence):
        archives.unpack(file, file.parent / "out", "a.zip")
    assert not (file.parent / "out").exists()
    assert [path.name for path in file.parent.iterdir()] == ["a.zip"]


def test_what_was_packed_is_what_is_unpacked(tmp_path):
    shutil.copytree(STOCKS, tmp_path / "model")
    (tmp_path / "model" / "resume").mkdir()
    (tmp_path / "model" / "notes.txt").write_text("not for others")
    archives.pack(tmp_path / "model", tmp_path / "voice.zip")
    with zipfile.ZipFile(tmp_path / "voice.zip") as archive:
        assert set(archive.namelist()) >= {f"voice/{name}" for name in FILES}
        assert set(archive.namelist()) <= {f"voice/{name}" for name in checkpoint.PUBLIC}
    archives.unpack(tmp_path / "voice.zip", tmp_path / "out", "voice.zip")
    assert checkpoint.load(tmp_path / "out").task == "forecast"


@pytest.mark.parametrize("folder", ["", "stocks/", "deep/er/"])
def test_a_checkpoint_may_lie_at_the_root_or_in_a_folder_beside_harmless_files(tmp_path, folder):
    junk = {"__MACOSX/stocks/._config.json": b"x", "__MACOSX/config.json": b"x", f"{folder}pytorch_model.bin": b"x"}
    place = unpacked(zipped(tmp_path, {folder + name: content for name, content in FILES.items()} | junk))
    assert {path.name for path in place.iterdir()} == set(FILES)


@pytest.mark.parametrize(
    "name", ["../config.json", "a/../../x", "/etc/passwd", "C:/x", "a\\..\\x", "..", "stocks/../../config.json"]
)
def test_a_name_that_leads_outside_is_refused(tmp_path, name):
    refused(zipped(tmp_path, FILES | {name: b"x"}), r"^a\.zip names a place outside itself; give a zip of")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_or_a_device_is_refused(tmp_path, kind):
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        entry = zipfile.ZipInfo("model.safetensors")
        entry.external_attr = (kind | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
        archive.writestr("config.json", FILES["config.json"])
    refused(file, r"holds a link or a device")


@pytest.mark.parametrize("again", ["config.json", "Config.json", "./config.json"])
def test_a_name_that_is_there_twice_is_refused(tmp_path, again):
    file = tmp_path / "a.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as archive:
        warnings.simplefilter("ignore")
        for name in [*FILES, again]:
            archive.writestr(name, b"{}")
    refused(file, "holds the same name twice")


def test_two_checkpoints_in_one_zip_are_refused(tmp_path):
    two = {f"{place}/{name}": content for place in "ab" for name, content in FILES.items()}
    refused(zipped(tmp_path, two), "holds 2 config.json where one checkpoint")
    refused(zipped(tmp_path, {"x.txt": b""}), "holds no config.json")


def test_a_bomb_is_refused_at_the_first_byte_too_many(tmp_path):
    refused(zipped(tmp_path, FILES | {"README.md": bytes(6_000_000)}), r"README\.md is larger than 5 MB")


def test_a_zip_that_lies_about_its_sizes_is_refused_all_the_same(tmp_path):
    """The real size of a member is written twice; both are made to say ten bytes."""
    file = zipped(tmp_path, FILES | {"README.md": bytes(6_000_000)})
    raw = file.read_bytes()
    file.write_bytes(raw.replace(struct.pack("<I", 6_000_000), struct.pack("<I", 10)))
    refused(file, "a.zip")


def test_a_zip_of_very_many_files_is_refused(tmp_path):
    refused(zipped(tmp_path, FILES | {f"{number}.txt": b"" for number in range(1001)}), "holds 1,004 files where 1,000")


def test_an_encrypted_zip_is_refused(tmp_path):
    file = zipped(tmp_path, FILES, zipfile.ZIP_STORED)
    raw = bytearray(file.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + place] |= 1
            at = raw.find(mark, at + 4)
    file.write_bytes(bytes(raw))
    refused(file, "is encrypted")


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_packed_in_a_rare_way_is_refused(tmp_path, packed):
    refused(zipped(tmp_path, FILES, packed), "packed in a way that is not read here")


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_zip_is_refused_unless_the_damage_is_to_nothing_that_is_read(tmp_path, seed):
    raw = bytearray(zipped(tmp_path, FILES).read_bytes())
    place = (seed * 7919 + 13) % len(raw)
    raw[place] ^= 1 + seed
    (tmp_path / "a.zip").write_bytes(bytes(raw[: len(raw) - seed % 7]))
    try:
        loaded = checkpoint.load(unpacked(tmp_path / "a.zip"))
    except CheckpointError:
        return
    whole = checkpoint.load(STOCKS)
    assert loaded.metrics == whole.metrics
    assert all(torch.equal(loaded.weights[name], tensor) for name, tensor in whole.weights.items())


def test_what_is_no_zip_is_refused(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK and then nothing")
    refused(tmp_path / "a.zip", r"^a\.zip is not a valid zip file; give a zip of a checkpoint's folder\.$")


def test_loose_files_are_taken_as_a_folder_is(tmp_path):
    for number, (name, content) in enumerate([*FILES.items(), ("optimizer.pt", b"x")]):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / name).write_bytes(content)
    sent = sorted(tmp_path.glob("*/*"))
    archives.gather(sent, tmp_path / "out", "what you uploaded")
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(FILES)
    with pytest.raises(CheckpointError, match="holds the same name twice"):
        archives.gather([*sent, sent[0]], tmp_path / "again", "what you uploaded")
    with pytest.raises(CheckpointError, match="holds no config.json"):
        archives.gather(sent[1:], tmp_path / "again", "what you uploaded")


def test_a_link_among_loose_files_is_refused(tmp_path):
    (tmp_path / "config.json").symlink_to("/etc/passwd")
    with pytest.raises(CheckpointError, match="holds a link"):
        archives.gather([tmp_path / "config.json"], tmp_path / "out", "what you uploaded")
