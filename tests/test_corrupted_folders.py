"""Two hundred checkpoint folders, each spoilt in a way drawn with a seed: refused in a sentence, and nothing worse."""

import json
import random
import resource
import shutil
from pathlib import Path

import pytest

from rnnlab.errors import CheckpointError
from rnnlab.tasks.registry import check_usable
from rnnlab.train.checkpoint import checkpoint

BUNDLED = Path(__file__).parents[1] / "data" / "checkpoints"
FILES = (checkpoint.CONFIG, checkpoint.WEIGHTS)
ODD = (10**9, -1, 0, 1e308, None, "x", [], {}, True, "\ud800", 10**400, [[[]]])
MOST_BYTES = 1_000_000_000
MANY = 200


@pytest.fixture(scope="module")
def sources() -> list[Path]:
    return [BUNDLED / "stocks", BUNDLED / "shakespeare"]


def flip(folder: Path, draw: random.Random, other: Path) -> None:
    """One to eight bytes of one file are others."""
    file = folder / draw.choice(FILES)
    raw = bytearray(file.read_bytes())
    for _ in range(draw.randint(1, 8)):
        raw[draw.randrange(min(len(raw), draw.choice((200, len(raw)))))] ^= draw.randint(1, 255)
    file.write_bytes(raw)


def cut(folder: Path, draw: random.Random, other: Path) -> None:
    """A file ends too early."""
    file = folder / draw.choice(FILES)
    raw = file.read_bytes()
    file.write_bytes(raw[: draw.randrange(len(raw))])


def swap(folder: Path, draw: random.Random, other: Path) -> None:
    """A file is another checkpoint's, another file of this one, gone, or a folder."""
    file = folder / draw.choice(FILES)
    match draw.randrange(4):
        case 0:
            shutil.copy(other / file.name, file)
        case 1:
            shutil.copy(folder / draw.choice([name for name in FILES if name != file.name]), file)
        case 2:
            file.unlink()
        case 3:
            file.unlink()
            file.mkdir()


def change(folder: Path, draw: random.Random, other: Path) -> None:
    """A field of config.json is out of bounds or of another kind; half of them sealed again, as a forger would."""
    config = json.loads((folder / checkpoint.CONFIG).read_text())
    inner, forged = config, draw.random() < 0.5
    key = draw.choice([*config, "model", "model", "codec", "codec"])
    while isinstance(inner[key], dict) and inner[key] and draw.random() < 0.9:
        inner = inner[key]
        key = draw.choice(list(inner))
    before, inner[key] = inner[key], draw.choice(ODD)
    if inner[key] == before:
        inner[key] = "another"
    if forged and key != checkpoint.SEAL:
        config[checkpoint.SEAL] = checkpoint.seal(config)
    (folder / checkpoint.CONFIG).write_text(json.dumps(config))


def refusal(folder: Path) -> str | None:
    """The sentence with which a folder is refused, by the strictest caller; None if it opens."""
    try:
        check_usable(checkpoint.load(folder))
    except CheckpointError as error:
        return str(error)
    return None


def peak() -> int:
    """Bytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("number", range(MANY))
def test_a_spoilt_folder_is_refused_in_one_sentence(sources, tmp_path, number):
    draw = random.Random(number)
    source, other = draw.sample(sources, 2)
    shutil.copytree(source, tmp_path / "m")
    how = draw.choice([flip, cut, swap, change, change])
    how(tmp_path / "m", draw, other)
    before = peak()
    said = refusal(tmp_path / "m")
    assert peak() - before < MOST_BYTES
    if said is None:
        # Only what a forger sealed again: a field on which neither sizes nor codec depend.
        assert how is change
        assert checkpoint.load(tmp_path / "m").model == checkpoint.load(source).model
    else:
        assert len(said.splitlines()) == 1
        assert str(tmp_path) not in said


def test_a_config_that_was_changed_by_a_single_digit_is_refused(tmp_path):
    shutil.copytree(BUNDLED / "stocks", tmp_path / "m")
    config = tmp_path / "m" / checkpoint.CONFIG
    text = config.read_text()
    config.write_text(text.replace('"seed": 1', '"seed": 2', 1))
    assert config.read_text() != text
    with pytest.raises(CheckpointError, match=r"^m/config\.json is not as it was written; download or train"):
        checkpoint.load(tmp_path / "m")
    config.write_text(json.dumps(json.loads(text)))  # laid out otherwise, the same
    assert checkpoint.load(tmp_path / "m").task == "forecast"
