"""Zips that no honest program packs: refused in one sentence, after little work, with nothing left behind."""

import shutil
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from wholes import wholes

from benchmarks.fuzzing.zips import ENTRY, FIELDS, OF_END
from rnnlab.errors import CheckpointError
from rnnlab.service.transfer import bring, bring_training
from rnnlab.train.checkpoint import archives, zip_files

FILES = ("config.json", "model.safetensors", "README.md")
LOCAL, END = b"PK\3\4", b"PK\5\6"


@pytest.fixture
def packed(tmp_path) -> bytes:
    """The bytes of a sound zip, its files stored one after the other in the order of FILES."""
    place = wholes()["tutorial"].place
    with zipfile.ZipFile(tmp_path / "sound.zip", "w") as archive:
        for name in FILES:
            archive.write(place / name, name)
    raw = (tmp_path / "sound.zip").read_bytes()
    (tmp_path / "sound.zip").unlink()
    return raw


def refused(raw: bytes, place: Path, sentence: str) -> None:
    """Both who unpacks and who brings it refuse it, and nothing is left of it."""
    file = place / "a.zip"
    file.write_bytes(raw)
    with pytest.raises(CheckpointError, match=sentence) as refusal:
        archives.unpack(file, place / "out", "a.zip", resume=True)
    assert str(refusal.value).startswith("a.zip ")
    with pytest.raises(CheckpointError, match=sentence):
        bring([file])
    assert [path.name for path in place.iterdir()] == ["a.zip"]


def entries(raw: bytes) -> list[int]:
    """Where each file's entry in the list of files is."""
    found, at = [], raw.find(ENTRY)
    while at >= 0:
        found.append(at)
        at = raw.find(ENTRY, at + 4)
    return found


def put(raw: bytes, at: int, field: tuple[int, int], number: int) -> bytes:
    """A number of an entry is another."""
    place, size = at + field[0], field[1]
    return raw[:place] + number.to_bytes(size, "little") + raw[place + size :]


def listing(count: int, told: int) -> bytes:
    """A zip that is a list of so many files without any, and says that they are `told`."""
    entry = ENTRY + bytes(24) + struct.pack("<HHHHHII", 7, 0, 0, 0, 0, 0, 0) + b"a/b.txt"
    return entry * count + struct.pack("<4s4H2LH", END, 0, 0, told, told, len(entry) * count, 0, 0)


@pytest.mark.parametrize("told", [65_535, 3])
def test_of_a_list_of_1_5_million_files_a_mb_is_read_and_none_is_made_an_object(tmp_path, told):
    (tmp_path / "a.zip").write_bytes(listing(1_500_000, told))
    tracemalloc.start()
    with pytest.raises(CheckpointError, match=r"^a\.zip lists more files than are read; give a zip of"):
        archives.unpack(tmp_path / "a.zip", tmp_path / "out", "a.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * zip_files.LONGEST_LIST


def test_a_list_that_is_just_short_enough_is_refused_by_its_count(tmp_path):
    refused(listing(zip_files.LONGEST_LIST // 60, 3), tmp_path, r"holds 17,476 files where 1,000 are read|twice")


def test_files_that_share_their_bytes_are_refused(packed, tmp_path):
    first, *others = entries(packed)
    place = int.from_bytes(packed[first + 42 : first + 46], "little")
    for one in others:
        refused(put(packed, one, FIELDS["place"], place), tmp_path, "share their bytes|not a valid zip")
        (tmp_path / "a.zip").unlink()


LIES = {
    "begins beyond the end": ("place", 2**31),
    "begins nowhere": ("place", 2**32 - 1),
    "begins within another": ("place", 9),
    "is longer than the zip": ("packed", 2**32 - 1),
    "unpacks to more": ("size", 10**6),
    "unpacks to less": ("size", 3),
    "has another check sum": ("crc", 0),
    "is packed in an unknown way": ("method", 97),
    "is packed, but is not": ("method", 8),
    "has a name longer than the list": ("name", 60_000),
    "has more to say than there is": ("extra", 2**16 - 1),
    "has a comment beyond the end": ("comment", 2**16 - 1),
    "needs a program of the future": ("version", 255),
    "is encrypted": ("flags", 1),
    "is encrypted by a stronger cipher": ("flags", 0x41),
    "is a patch of another": ("flags", 0x20),
}


def refused_or_whole(raw: bytes, place: Path) -> bool:
    """Whether a zip is refused; if not, every file of it is what was packed."""
    (place / "a.zip").write_bytes(raw)
    shutil.rmtree(place / "out", ignore_errors=True)
    try:
        archives.unpack(place / "a.zip", place / "out", "a.zip")
    except CheckpointError:
        assert not (place / "out").exists()
        return True
    for file in (place / "out").iterdir():
        assert file.read_bytes() == (wholes()["tutorial"].place / file.name).read_bytes()
    return False


@pytest.mark.parametrize(("field", "number"), LIES.values(), ids=LIES)
def test_an_entry_that_lies_is_refused_or_does_not_matter(packed, tmp_path, field, number):
    told = [refused_or_whole(put(packed, one, FIELDS[field], number), tmp_path) for one in entries(packed)]
    assert told[0] or field in ("size", "comment")


@pytest.mark.parametrize("number", [0, 1, 2**31, 2**32 - 1])
@pytest.mark.parametrize("field", ["bytes", "start", "here", "all", "disk"])
def test_an_end_that_lies_is_refused_or_does_not_matter(packed, tmp_path, field, number):
    number = min(number, 256 ** OF_END[field][1] - 1)
    refused_or_whole(put(packed, packed.rindex(END), OF_END[field], number), tmp_path)


def test_a_file_without_a_name_is_refused(packed, tmp_path):
    raw = put(packed, entries(packed)[2], FIELDS["name"], 0)  # its name is then what else the entry says
    raw = put(raw, entries(packed)[2], FIELDS["extra"], len("README.md"))
    refused(raw, tmp_path, "holds a file without a name|not a valid zip")


def test_an_extra_field_that_ends_amid_a_number_is_refused(packed, tmp_path):
    """A size that says "see the extra field", of which there is too little."""
    first = entries(packed)[0]
    grown = put(put(packed, first, FIELDS["size"], 2**32 - 1), first, FIELDS["extra"], 4)
    name = first + 46 + len(FILES[0])
    for extra in (b"\1\0\0\0", b"\1\0\x08\0", b"\1\0\xff\xff"):
        raw = grown[:name] + extra + grown[name:]
        end = raw.rindex(END)
        length = int.from_bytes(raw[end + 12 : end + 16], "little")
        refused(put(raw, end, OF_END["bytes"], length + 4), tmp_path, "is not a valid zip file|larger than")
        (tmp_path / "a.zip").unlink()


def test_names_that_differ_in_case_alone_or_end_in_a_slash_make_no_second_file(packed, tmp_path):
    for odd in ("CONFIG.JSON", "config.json/"):
        (tmp_path / "a.zip").write_bytes(packed)
        with zipfile.ZipFile(tmp_path / "a.zip", "a") as archive:
            archive.writestr(odd, b"")
        with pytest.raises(CheckpointError, match="holds the same name twice"):
            bring([tmp_path / "a.zip"])


def test_what_stands_before_or_after_a_sound_zip_changes_nothing_of_what_is_read(packed, tmp_path):
    """As self-extracting zips are, and those with a comment."""
    commented = put(packed, packed.rindex(END), OF_END["comment"], 5) + b"hello"
    for number, raw in enumerate((b"#!/bin/sh\n" * 9 + packed, commented)):
        (tmp_path / "a.zip").write_bytes(raw)
        archives.unpack(tmp_path / "a.zip", tmp_path / f"{number}", "a.zip")
        for name in FILES:
            assert (tmp_path / f"{number}" / name).read_bytes() == (wholes()["tutorial"].place / name).read_bytes()


def test_a_resumed_trainings_zip_is_taken_whole_or_not_at_all(tmp_path):
    source = wholes()["forecaster-gru"]
    shutil.copytree(source.place, tmp_path / "m")
    archives.pack(tmp_path / "m", tmp_path / "a.zip")
    assert bring_training(tmp_path / "a.zip")
    (tmp_path / "m" / "resume" / "state.safetensors").unlink()
    archives.pack(tmp_path / "m", tmp_path / "b.zip")
    with pytest.raises(CheckpointError, match=r"state\.safetensors cannot be read \(No such file"):
        bring_training(tmp_path / "b.zip")
