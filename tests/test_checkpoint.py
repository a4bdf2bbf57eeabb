import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch.testing import assert_close
from waves import wave_model

from rnnlab.errors import CheckpointError
from rnnlab.nn.cells import CELLS
from rnnlab.train.checkpoint.checkpoint import Checkpoint, build_model, load, save
from rnnlab.train.progress import Snapshot
from rnnlab.train.weights import cpu_weights, halved


def checkpoint(cell: str = "gru", seed: int = 5) -> Checkpoint:
    model = wave_model(cell=cell, seed=seed)
    return Checkpoint(
        task="waves",
        model=model.config,
        codec={"scale": [1.5, 2.5], "name": "Wellen – ≈"},
        train={"steps": 40},
        metrics={"loss": 0.25},
        provenance={"seed": seed},
        weights=cpu_weights(model),
        card="# A card\n",
        resume=Snapshot({"noise": torch.arange(3, dtype=torch.uint8)}, {"step": 7}),
    )


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_saved_is_what_is_loaded(cell, tmp_path):
    saved = checkpoint(cell)
    save(saved, tmp_path / "waves")
    loaded = load(tmp_path / "waves", resume=True)
    assert dataclasses.replace(loaded, weights={}, resume=None) == dataclasses.replace(saved, weights={}, resume=None)
    assert loaded.resume.numbers == {"step": 7}
    assert torch.equal(loaded.resume.tensors["noise"], saved.resume.tensors["noise"])
    x = torch.linspace(-1, 1, 14).view(2, 7, 1)
    assert_close(build_model(loaded)(x)[0], wave_model(cell=cell).requires_grad_(False)(x)[0], rtol=0, atol=0)


def test_the_folder_holds_the_files_that_the_format_names_and_no_other(tmp_path):
    save(checkpoint(), tmp_path / "waves")
    files = sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file())
    names = ["README.md", "config.json", "model.safetensors", "resume/state.json", "resume/state.safetensors"]
    assert files == [f"waves/{name}" for name in names]


def test_weights_that_are_views_of_one_buffer_can_be_saved(tmp_path):
    """As cuDNN lays them out: safetensors alone refuses them."""
    model = wave_model(cell="lstm")
    kernel = model.cores[0].kernel
    flat = torch.cat([weight.detach().flatten() for weight in kernel.parameters()])
    start = 0
    for weight in kernel.parameters():
        weight.data = flat[start : start + weight.numel()].view(weight.shape)
        start += weight.numel()
    with pytest.raises(RuntimeError, match="no suitable name to keep"):
        safetensors.torch.save_model(model, tmp_path / "refused.safetensors")
    save(dataclasses.replace(checkpoint("lstm"), weights=cpu_weights(model)), tmp_path / "waves")
    for name, tensor in load(tmp_path / "waves").weights.items():
        assert torch.equal(tensor, model.state_dict()[name])


def change(folder: Path, **fields) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | fields))


def damaged(folder: Path, how: str) -> None:
    weights, config = folder / "model.safetensors", json.loads((folder / "config.json").read_text())
    raw = weights.read_bytes()
    actions = {
        "truncated weights": lambda: weights.write_bytes(raw[:-5]),
        "flipped byte": lambda: weights.write_bytes(raw[:-9] + bytes([raw[-9] ^ 1]) + raw[-8:]),
        "no weights": weights.unlink,
        "no config": (folder / "config.json").unlink,
        "empty config": lambda: (folder / "config.json").write_bytes(b""),
        "list": lambda: (folder / "config.json").write_text("[1]"),
        "NaN": lambda: (folder / "config.json").write_text('{"format": NaN}'),
        "unknown format": lambda: change(folder, format=2),
        "extra field": lambda: change(folder, extra=1),
        "codec kind": lambda: change(folder, codec=[1]),
        "huge": lambda: change(folder, model=config["model"] | {"hidden": 10**9}),
        "other size": lambda: change(folder, model=config["model"] | {"hidden": 10}),
        "more layers": lambda: change(folder, model=config["model"] | {"layers": 3}),
        "unknown model field": lambda: change(folder, model=config["model"] | {"heads": 3}),
        "no values": lambda: change(folder, model=config["model"] | {"inputs": 0}),
        "other kind": lambda: change(folder, provenance=config["provenance"] | {"weights_dtype": "float16"}),
        "unknown kind": lambda: change(folder, provenance=config["provenance"] | {"weights_dtype": "float64"}),
        "no resume": (folder / "resume" / "state.json").unlink,
        "swapped resume": lambda: (folder / "resume" / "state.safetensors").write_bytes(raw),
    }
    actions[how]()


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("truncated weights", "waves/model.safetensors does not hold the weights that config.json was written with"),
        ("flipped byte", "waves/model.safetensors does not hold the weights that config.json was written with"),
        ("no weights", "waves/model.safetensors cannot be read .No such file or directory."),
        ("no config", "waves/config.json cannot be read"),
        ("empty config", "waves/config.json is not JSON"),
        ("list", "waves/config.json is no JSON object"),
        ("NaN", "waves/config.json is not JSON"),
        ("unknown format", "waves/config.json has format 2 where this version of rnnlab reads 1"),
        ("extra field", "waves/config.json must hold exactly codec, format, metrics"),
        ("codec kind", "waves/config.json has a field of the wrong kind"),
        ("huge", "describes an impossible model: hidden must be between 1 and 4096, not 1000000000"),
        ("other size", r"holds cores.0.kernel.weight_ih_l0 as torch.float32 \[27, 1\] where float32 \[30, 1\] is due"),
        ("more layers", "holds other tensors than config.json describes"),
        ("unknown model field", "other fields than this version of rnnlab knows"),
        ("no values", "describes an impossible model: steps are either values or ids"),
        ("other kind", r"holds cores.0.kernel.weight_ih_l0 as torch.float32 \[27, 1\] where float16 \[27, 1\] is due"),
        ("unknown kind", "should hold 'float64' where float32 and float16 are known"),
        ("no resume", "holds no training state, so its training cannot be resumed"),
        ("swapped resume", "waves/resume/state.safetensors does not belong to its state.json"),
    ],
)
def test_a_damaged_folder_is_refused_with_the_file_named(how, sentence, tmp_path):
    save(checkpoint(), tmp_path / "waves")
    damaged(tmp_path / "waves", how)
    with pytest.raises(CheckpointError, match=sentence) as caught:
        load(tmp_path / "waves", resume=True)
    assert str(tmp_path) not in str(caught.value)


def test_halved_weights_take_half_the_room_and_nearly_keep_the_model(tmp_path):
    whole = checkpoint("lstm")
    save(whole, tmp_path / "whole")
    save(dataclasses.replace(whole, weights=halved(whole.weights)), tmp_path / "half")
    sizes = [(tmp_path / name / "model.safetensors").stat().st_size for name in ("whole", "half")]
    assert sizes[1] < 0.7 * sizes[0]
    x = torch.linspace(-1, 1, 14).view(2, 7, 1)
    models = [build_model(load(tmp_path / name)) for name in ("whole", "half")]
    assert all(weight.dtype == torch.float32 for weight in models[1].parameters())
    assert_close(models[1](x)[0], models[0](x)[0], rtol=0, atol=1e-3)
    save(load(tmp_path / "half"), tmp_path / "again")
    assert (tmp_path / "again/model.safetensors").read_bytes() == (tmp_path / "half/model.safetensors").read_bytes()


def test_weights_too_large_for_half_precision_stay_whole():
    weights = {"a": torch.tensor([70_000.0]), "b": torch.tensor([1.0])}
    assert halved(weights) is weights


def test_weights_that_are_not_finite_are_refused(tmp_path):
    broken = checkpoint()
    broken.weights["head.bias"][0] = float("nan")
    save(broken, tmp_path / "waves")
    with pytest.raises(CheckpointError, match="numbers in head.bias that are not finite"):
        load(tmp_path / "waves")


def test_a_missing_folder_is_named():
    with pytest.raises(CheckpointError, match="There is no checkpoint folder nowhere; check its name"):
        load("nowhere")


def test_a_folder_that_is_no_checkpoint_is_not_overwritten(tmp_path):
    (tmp_path / "diary").mkdir()
    (tmp_path / "diary" / "monday.txt").write_text("rain")
    with pytest.raises(CheckpointError, match="diary exists and is no checkpoint; choose another folder"):
        save(checkpoint(), tmp_path / "diary")
    assert (tmp_path / "diary" / "monday.txt").read_text() == "rain"


def test_a_folder_with_anything_beside_a_checkpoint_is_not_overwritten(tmp_path):
    save(checkpoint(), tmp_path / "waves")
    (tmp_path / "waves" / "thesis.txt").write_text("chapter one")
    with pytest.raises(CheckpointError, match="waves exists and is no checkpoint"):
        save(checkpoint(), tmp_path / "waves")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text("{}")
    with pytest.raises(CheckpointError, match="other exists and is no checkpoint"):
        save(checkpoint(), tmp_path / "other")


def test_a_link_to_a_folder_is_followed(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "waves")
    for seed in (1, 2):
        save(checkpoint(seed=seed), tmp_path / "link")
        assert load(tmp_path / "link").provenance == load(tmp_path / "waves").provenance == {"seed": seed}


def test_a_name_that_no_folder_can_have_is_refused():
    with pytest.raises(CheckpointError, match="cannot be"):
        save(checkpoint(), "x" * 300)
    with pytest.raises(CheckpointError, match="There is no checkpoint folder"):
        load("x" * 300)


SAVING = """
import os, sys
from test_checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import save
one, other = checkpoint(seed=1), checkpoint(seed=2)
for line in sys.stdin:  # one child for each line, so that torch is imported once
    child = os.fork()
    if child == 0:
        saves = 0
        while True:
            save((one, other)[saves % 2], sys.argv[1])
            saves += 1
            if saves == 2:
                print(os.getpid(), flush=True)
    os.waitpid(child, 0)
"""


def test_a_kill_at_any_moment_leaves_the_old_or_the_new_checkpoint(tmp_path):
    root, moments = Path(__file__).parents[1], random.Random(1)
    save(checkpoint(seed=1), tmp_path / "waves")
    env = os.environ | {"PYTHONPATH": f"{root}:{root / 'tests'}"}
    command = [sys.executable, "-c", SAVING, str(tmp_path / "waves")]
    found = []
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(30):
            process.stdin.write("go\n")
            process.stdin.flush()
            child = int(process.stdout.readline())
            time.sleep(moments.uniform(0, 0.06))  # any moment of a save or of the next
            os.kill(child, signal.SIGKILL)
            loaded = load(tmp_path / "waves", resume=True)
            found.append(loaded.provenance["seed"])
            expected = checkpoint(seed=found[-1])
            assert all(torch.equal(tensor, expected.weights[name]) for name, tensor in loaded.weights.items())
    assert set(found) == {1, 2}
    save(checkpoint(seed=1), tmp_path / "waves")
    assert [entry.name for entry in tmp_path.iterdir()] == ["waves"], "what killed saves left is cleared away"


def test_a_save_that_was_killed_between_its_renames_loads_as_the_old_one(tmp_path):
    save(checkpoint(seed=1), tmp_path / "waves")
    (tmp_path / "waves").rename(tmp_path / ".waves.old")
    assert load(tmp_path / "waves").provenance == {"seed": 1}
    save(checkpoint(seed=2), tmp_path / "waves")
    assert load(tmp_path / "waves").provenance == {"seed": 2}
    assert [entry.name for entry in tmp_path.iterdir()] == ["waves"]
