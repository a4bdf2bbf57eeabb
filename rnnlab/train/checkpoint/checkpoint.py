"""The one folder that is checkpoint, download and Hub repo; independent of tasks beyond their names.

config.json         {format, task, model, codec, train, metrics, provenance, sha256}
model.safetensors   the weights, float32 or, for half the size, float16
README.md           the model card
curve.svg           the training's curve, drawn from config.json; never read
profile.json, originality.safetensors   of a writer: its author in plain figures, a fingerprint of its text
resume/             what exact resuming needs; never leaves the machine
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.nn.model import ModelConfig, SequenceModel, weight_count
from rnnlab.options import describe
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.train import saved_state, sizes
from rnnlab.train.checkpoint import companions, files, fingerprint_file
from rnnlab.train.checkpoint.curves import curve_svg, read_curve
from rnnlab.train.checkpoint.files import parse_json, parse_tensors, read_bytes, refuse
from rnnlab.train.progress import Snapshot
from rnnlab.train.weights import check_weights

FORMAT = 1
PARTS = ("codec", "train", "metrics", "provenance")  # of config.json, as a Checkpoint holds them
SEAL = "sha256"  # of config.json: what tells that none of it has changed
CONFIG, WEIGHTS, CARD, CURVE = "config.json", "model.safetensors", "README.md", "curve.svg"
PROFILE, ORIGINALITY = companions.PROFILE, fingerprint_file.ORIGINALITY
RESUME_NUMBERS, RESUME_TENSORS = saved_state.NUMBERS, saved_state.TENSORS
# What is taken from others, text checkpoints having the last two, and what is shown to them: the curve is drawn here.
TAKEN = (CONFIG, WEIGHTS, CARD, PROFILE, ORIGINALITY)
PUBLIC = (*TAKEN, CURVE)
RESUME = (RESUME_NUMBERS, RESUME_TENSORS)
_FILES = {*PUBLIC, *RESUME}
LARGEST_CONFIG, LARGEST_WEIGHTS = 5_000_000, 500_000_000
LARGEST_STATE = 8 * LARGEST_WEIGHTS


def largest(file: str, model: ModelConfig | None = None) -> int:
    """The bytes that one of the files that are taken from others may have, of this model if it is known."""
    most = {WEIGHTS: LARGEST_WEIGHTS, RESUME_TENSORS: LARGEST_STATE, ORIGINALITY: fingerprint_file.LARGEST}
    if model is not None:
        own = {WEIGHTS: sizes.weights_bytes(model), RESUME_TENSORS: sizes.state_bytes(model)}
        most = {name: min(bound, own.get(name, bound)) for name, bound in most.items()}
    return most.get(file, LARGEST_CONFIG)


@dataclass(frozen=True)
class Checkpoint:
    """A trained model with all that is needed to use it, judge it and go on training it; profile: of an author."""

    task: str
    model: ModelConfig
    codec: dict[str, Any]
    train: dict[str, Any]
    metrics: dict[str, Any]
    provenance: dict[str, Any]
    weights: dict[str, Tensor]
    card: str = ""
    resume: Snapshot | None = None
    profile: dict[str, Any] | None = None
    fingerprint: Fingerprint | None = None


def build_model(checkpoint: Checkpoint) -> SequenceModel:
    """Make the checkpoint's model on the CPU, ready to predict."""
    with torch.device("meta"):
        model = SequenceModel(checkpoint.model)
    weights = {name: tensor.float() for name, tensor in checkpoint.weights.items()}
    model.load_state_dict(weights, strict=True, assign=True)
    return model.eval().requires_grad_(False)


def save(checkpoint: Checkpoint, folder: str | Path) -> None:
    """Write the folder so that a kill at any moment leaves the old one or the new one.

    The new folder is written beside the old one and flushed to disk; then the old one is renamed aside, the new one
    into its place, and the old one removed. `load` reads the one aside if a kill fell between the two renames.

    Raises:
        CheckpointError: the place cannot be written, or it holds something that is not a checkpoint.
    """
    place = check_place(folder)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{place.name}.new-", dir=place.parent))
        try:
            _write(checkpoint, staged)
            _swap(staged, place)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        raise CheckpointError(f"{place.name} cannot be written ({error.strerror}); choose another folder.") from error


def check_place(folder: str | Path) -> Path:
    """Where a checkpoint may be saved: a new or empty folder, or one that holds a checkpoint and nothing else.

    Raises:
        CheckpointError: something else is there, which saving would replace, or the path cannot be used.
    """
    try:
        place = Path(folder).resolve()
        if place.exists() and not _may_be_replaced(place):
            raise CheckpointError(f"{place.name} exists and is no checkpoint; choose another folder for --out.")
        return place
    except (OSError, RuntimeError, ValueError) as error:
        raise CheckpointError(f"{str(folder)[-60:]!r} cannot be a folder; choose another for --out.") from error


def load(
    folder: str | Path, *, resume: bool = False, name: str | None = None, most_weights: float = math.inf
) -> Checkpoint:
    """Read a checkpoint folder strictly: every field, name, shape and number as the format says, or not at all.

    Args:
        folder: the folder.
        resume: also read the training state, for going on with the training.
        name: what to call it in messages; None is the folder's own name.
        most_weights: that it may have; config.json tells before any is read.

    Raises:
        CheckpointError: anything is missing, damaged, foreign, too large or from another version.
        RnnlabError: it has more than `most_weights`.
    """
    try:
        place = Path(folder).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, a zero byte
        raise CheckpointError(f"{str(folder)[-60:]!r} is no folder; check its name.") from error
    for _ in range(3):
        try:
            source = where(place)
            return _read(source, name or place.name, resume, most_weights)
        except CheckpointError:
            # A save may have renamed the folder under our hands: look again if it is no longer the same one.
            if where(place) == source and source.is_dir():
                raise
        except OSError:
            break
    raise CheckpointError(f"There is no checkpoint folder {place.name[-60:]}; check its name.")


def check_size(model: ModelConfig) -> None:
    """Raise RnnlabError if a model's weights, in float32, are more than `load` would read; before it is trained."""
    size = sizes.NUMBER * weight_count(model)
    if size > LARGEST_WEIGHTS - sizes.ROOM_FOR_NAMES:
        raise RnnlabError(
            f"A model of these sizes has {size / 1e6:,.0f} MB of weights where a checkpoint may have "
            f"{LARGEST_WEIGHTS / 1e6:g}; choose fewer units, layers, distinct ids or a narrower embedding."
        )


def seal(config: Mapping[str, Any]) -> str:
    """What `config.json` is sealed with: a digest of all else in it, however it is laid out."""
    return saved_state.digest({name: value for name, value in config.items() if name != SEAL})


def _write(checkpoint: Checkpoint, place: Path) -> None:
    weights = safetensors.torch.save(checkpoint.weights, metadata={"format": "pt"})
    kinds = {str(tensor.dtype).removeprefix("torch.") for tensor in checkpoint.weights.values()}
    assert len(kinds) == 1, "all weights are of one kind"
    config = {"format": FORMAT, "task": checkpoint.task, "model": dataclasses.asdict(checkpoint.model)}
    config |= {part: getattr(checkpoint, part) for part in PARTS}
    written = {"weights_dtype": kinds.pop(), "weights_sha256": hashlib.sha256(weights).hexdigest()}
    config["provenance"] = checkpoint.provenance | written
    files.flush_file(place / WEIGHTS, weights)
    sealed = seal(config)
    files.flush_file(place / CONFIG, files.to_json(config | {SEAL: sealed}))
    files.flush_file(place / CARD, checkpoint.card.encode())
    draw_curve(checkpoint, place)
    companions.write_companions(checkpoint.profile, checkpoint.fingerprint, place)
    if checkpoint.resume is not None:
        saved_state.write_state(checkpoint.resume, place, sealed)
    place.chmod(0o755)  # mkdtemp's folders are closed to others
    files.flush_folder(place)


def draw_curve(checkpoint: Checkpoint, place: Path) -> None:
    """Write the picture of a training's curve, drawn from its numbers; none if it has none."""
    if curve := read_curve(checkpoint.metrics.get("curve")):
        files.flush_file(place / CURVE, curve_svg(curve).encode())


def _swap(staged: Path, place: Path) -> None:
    aside = _aside(place)
    if place.exists():
        shutil.rmtree(aside, ignore_errors=True)
        place.rename(aside)
    staged.rename(place)
    files.flush_folder(place.parent)
    shutil.rmtree(aside, ignore_errors=True)
    for left in place.parent.glob(f".{place.name}.new-*"):  # of saves that were killed
        shutil.rmtree(left, ignore_errors=True)


def _read(place: Path, name: str, resume: bool, most_weights: float) -> Checkpoint:
    if not place.is_dir():
        raise CheckpointError(f"There is no checkpoint folder {name}; check its name.")
    config, model, whole = read_config(place, name)
    sizes.check_weight_count(model, most_weights, name)
    raw = read_bytes(place, WEIGHTS, name, largest(WEIGHTS, model))
    if hashlib.sha256(raw).hexdigest() != config["provenance"].pop("weights_sha256", None):
        refuse(f"{name}/{WEIGHTS}", "does not hold the weights that config.json was written with")
    weights = parse_tensors(raw, f"{name}/{WEIGHTS}")
    check_weights(weights, model, config["provenance"].pop("weights_dtype", None), f"{name}/{WEIGHTS}")
    check_seal(whole, name)  # last, as whatever is wrong above says more
    made = _recorded(config, model, place, name)
    if resume:
        largest_state = largest(RESUME_TENSORS, model)
        left = saved_state.read_state(place, name, config[SEAL], LARGEST_CONFIG, largest_state)
        made = dataclasses.replace(made, resume=left)
    return dataclasses.replace(made, weights=weights, **companions.read_companions(place, name, LARGEST_CONFIG))


def look(place: Path, name: str) -> Checkpoint:
    """Read config.json of a folder as strictly as `load` does, and the card; the weights are left out and unchecked.

    Raises:
        CheckpointError: the record is missing, damaged, foreign, too large or from another version.
    """
    config, model, whole = read_config(place, name)
    check_seal(whole, name)
    return _recorded(config, model, place, name)


def _recorded(config: dict[str, Any], model: ModelConfig, place: Path, name: str) -> Checkpoint:
    """What config.json and the card say, "" if there is none; without weights."""
    card = read_bytes(place, CARD, name, LARGEST_CONFIG).decode("utf-8", "replace") if (place / CARD).exists() else ""
    return Checkpoint(config["task"], model, weights={}, card=card, **{part: config[part] for part in PARTS})


def read_config(place: Path, name: str) -> tuple[dict[str, Any], ModelConfig, bool]:
    """A folder's config.json, the model that it describes, and whether its seal is whole, which `check_seal` tells."""
    config = parse_json(read_bytes(place, CONFIG, name, LARGEST_CONFIG), f"{name}/{CONFIG}")
    whole = seal(config) == config.get(SEAL)
    return config, _check_config(config, f"{name}/{CONFIG}"), whole


def check_seal(whole: bool, name: str) -> None:
    """Raise CheckpointError unless a folder's config.json is as it was written."""
    if not whole:
        refuse(f"{name}/{CONFIG}", "is not as it was written")


def _check_config(config: dict[str, Any], file: str) -> ModelConfig:
    form = config.get("format")
    if type(form) is not int or form != FORMAT:
        refuse(file, f"has format {form!r:.40} where this version of rnnlab reads {FORMAT}")
    wanted = {"format", "task", "model", *PARTS, SEAL}
    if set(config) != wanted:
        refuse(file, f"must hold exactly {', '.join(sorted(wanted))}")
    if not isinstance(config["task"], str) or not all(isinstance(config[key], dict) for key in ("model", *PARTS)):
        refuse(file, "has a field of the wrong kind")
    if set(config["model"]) != {known.name for known in describe(ModelConfig)}:
        refuse(file, "describes a model with other fields than this version of rnnlab knows")
    try:
        return ModelConfig(**config["model"])
    except (RnnlabError, AssertionError) as error:
        what = f"describes an impossible model: {str(error).rstrip('.')}"
        raise CheckpointError(f"{file} {what}; download or train the checkpoint again.") from error


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")


def where(place: Path) -> Path:
    """The folder, or the one that a save has put aside."""
    return place if place.is_dir() else _aside(place)


def _may_be_replaced(place: Path) -> bool:
    if not place.is_dir():
        return False
    listed = (str(file.relative_to(place)) for file in place.rglob("*") if not file.is_dir())
    found = set(islice(listed, len(_FILES) + 1))  # of a large folder, no more than tell that it is another's
    if not found:
        return True
    if CONFIG not in found or not found <= _FILES:
        return False
    try:
        config = parse_json(read_bytes(place, CONFIG, place.name, LARGEST_CONFIG), CONFIG)
    except CheckpointError:
        return False
    return {"format", "task", "model"} <= config.keys()
