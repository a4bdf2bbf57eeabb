"""Records and states of trainings that a forger changed and sealed anew: refused by the name of what is wrong."""

import json
import re
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save
from trainings import train_forecast, train_text
from wholes import wholes

from benchmarks.fuzzing import folders
from rnnlab.errors import CheckpointError
from rnnlab.service.summary import show
from rnnlab.tasks.forecast.use import forecast
from rnnlab.tasks.text.use import write
from rnnlab.train.checkpoint import checkpoint

GONE = object()


@pytest.fixture(scope="module")
def made():
    """By name, a writer and a forecaster that were stopped, and a tutorial's model."""
    return wholes()


def told(value: object) -> str:
    """A value in a test's name."""
    return "gone" if value is GONE else str(value)[:30]


def put(record: dict, path: str, value: object) -> None:
    """Give a field, whose path has dots, another value; or take it away."""
    *outer, last = path.split(".")
    for key in outer:
        record = record[int(key)] if isinstance(record, list) else record[key]
    if value is GONE:
        del record[last]
    else:
        record[int(last) if isinstance(record, list) else last] = value


def forged(source, place: Path, path: str, value: object) -> Path:
    """A checkpoint with another field in config.json, and its seals those of what it says now."""
    folder = place / "m"
    shutil.copytree(source.place, folder)
    config = json.loads((folder / "config.json").read_text())
    put(config, path, value)
    (folder / "config.json").write_text(json.dumps(folders.reseal(folder, config)))
    if (folder / folders.NUMBERS).exists():
        numbers = json.loads((folder / folders.NUMBERS).read_text())
        (folder / folders.NUMBERS).write_text(json.dumps(folders.reseal_state(folder, numbers)))
    return folder


def used(source, folder: Path) -> None:
    """Look at a checkpoint, and use it."""
    show(str(folder))
    if source.task == "text":
        write(str(folder), "The heron", length=2)
    else:
        forecast(str(folder), source.data, horizon=2)


def resumed(source, folder: Path) -> None:
    """Go on with a training until its first report."""
    train = train_text if source.task == "text" else train_forecast
    training = train(source.data if source.task == "text" else [source.data], out=folder, resume=True)
    next(training)
    training.close()


def refused_field(source, folder: Path) -> str:
    """The field for which a checkpoint is refused, as a path with dots."""
    with pytest.raises(CheckpointError) as refusal:
        used(source, folder)
    found = re.match(r"The checkpoint's config\.json is damaged: (.+?) is missing or wrong \(", str(refusal.value))
    return found[1].replace("[", ".").replace("]", "")


FORECASTERS = [
    ("metrics.backtests.0.n", 84.0), ("metrics.backtests.0.n", True), ("metrics.backtests.0.crps", "0.7"),
    ("metrics.backtests.0.crps", -0.7), ("metrics.backtests.0.crps", GONE), ("metrics.backtests.0.coverage95", 1.2),
    ("metrics.backtests.0.end", "2011-01-01"), ("metrics.backtests.0.start", "2012-02-30"),
    ("metrics.backtests.0.rmse_beats_naive", 0), ("metrics.backtests.0.baselines", []),
    ("metrics.backtests.0.baselines.har_t.dm_p", 3), ("metrics.backtests.0.record.histogram.3", 1.5),
    ("metrics.backtests.0.record.bands.80.raw.low", 0.9), ("metrics.years.2012.series", 1.0),
    ("metrics.curve.1.step", 2), ("metrics.curve.0", [2]), ("metrics.validation.crps", []),
    ("provenance.until", "17.4.2012"), ("provenance.until", 20120416), ("provenance.until", "1800-01-01"),
    ("provenance.data", {}), ("provenance.data.0.start", "2014-01-01"), ("provenance.data.0.rows", 0),
    ("provenance.data.0.closes_sha256", "d70f"), ("provenance.seconds", -1), ("provenance.device", "abacus"),
    ("train.batch", 4.0), ("train.recurrence", 1), ("train.schedule", "round"), ("train.lr", True),
    ("train.recipe", "tutorial"), ("train.ema", "0.98"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), FORECASTERS, ids=told)
def test_a_forecaster_is_refused_by_the_field_that_is_wrong(made, tmp_path, path, value):
    source = made["forecaster-gru"]
    assert refused_field(source, forged(source, tmp_path, path, value)) in path


WRITERS = [
    ("metrics.characters", 299.0), ("metrics.samples.0.seed", False), ("metrics.samples.0.text", ["a"]),
    ("metrics.samples.1.temperature", None), ("metrics.openings", "once"), ("metrics.ngram_nats_per_char", GONE),
    ("metrics.nats_per_char_streamed", "3.3"), ("metrics.parameters", 0), ("metrics.curve.0.step", 2.0),
    ("provenance.data.0.sha256", "Z" * 64), ("provenance.data.0.title", 7), ("provenance.data.0.alphabet", 10**7),
    ("provenance.rnnlab", None), ("train.window", 20.0), ("train.fold_case", "no"), ("train.documents", "verse"),
    ("train.validation", [0.1]), ("train.seed", -3), ("train.steps", 10**30),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), WRITERS, ids=told)
def test_a_writer_is_refused_by_the_field_that_is_wrong(made, tmp_path, path, value):
    source = made["writer0"]
    assert refused_field(source, forged(source, tmp_path, path, value)) in path


CODECS = [
    ("forecaster-gru", "codec.horizons.3", 4.0), ("forecaster-gru", "codec.horizons.0", True),
    ("forecaster-gru", "codec.features.2", "Size"), ("forecaster-gru", "codec.recipe", ["density"]),
    ("forecaster-gru", "codec.more", 1), ("tutorial", "codec.lookback", 20.0), ("tutorial", "codec.low", 0),
    ("tutorial", "codec.high", 3.5), ("tutorial", "codec.leak", 0), ("tutorial", "codec.residual.scale", 0),
    ("tutorial", "codec.residual.dof", 1), ("tutorial", "codec.residual", GONE),
    ("writer0", "codec.vocabulary.characters", "ba" * 13 + "c"), ("writer0", "codec.vocabulary.kind", "syllables"),
    ("writer0", "codec.vocabulary.unknown", 0), ("writer0", "codec.vocabulary", []),
    ("writer0", "codec.vocabulary", GONE),
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "value"), CODECS, ids=told)
def test_a_codec_is_read_to_the_last_type(made, tmp_path, name, path, value):
    with pytest.raises(CheckpointError, match=r"recipe .* has settings that this version|vocabulary"):
        used(made[name], forged(made[name], tmp_path, path, value))


MODELS = [("hidden", 16.0), ("hidden", 10**9), ("layers", True), ("layers", 0), ("cell", "tcn"), ("input_dropout", "0"),
          ("residual", 1), ("outputs", None), ("vocabulary", -1), ("skip", "yes"), ("tied", True)]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), MODELS, ids=str)
@pytest.mark.parametrize("name", ["forecaster-gru", "tutorial"])
def test_a_model_that_none_could_build_is_refused_before_it_is_built(made, tmp_path, name, field, value):
    with pytest.raises(CheckpointError, match=r"^m/config\.json describes an impossible model: .*; download or train"):
        used(made[name], forged(made[name], tmp_path, f"model.{field}", value))


def with_tensors(source, place: Path, change) -> Path:
    """A stopped training whose state has other tensors, its digest and seal those of what is there."""
    folder = place / "m"
    shutil.copytree(source.place, folder)
    tensors = load((folder / folders.TENSORS).read_bytes())
    change(tensors)
    (folder / folders.TENSORS).write_bytes(save({name: one.contiguous() for name, one in tensors.items()}))
    numbers = json.loads((folder / folders.NUMBERS).read_text())
    (folder / folders.NUMBERS).write_text(json.dumps(folders.reseal_state(folder, numbers)))
    return folder


def retype(name: str, kind: torch.dtype):
    return lambda tensors: tensors.update({name: tensors[name].to(kind)})


def fill(name: str, number: float):
    return lambda tensors: tensors[name].fill_(number)


STATES = [
    ("weight.1 is float64", retype("weight.1", torch.float64)),
    ("average.0 is float16", retype("average.0", torch.half)),
    ("best.2 is int32", retype("best.2", torch.int32)), ("noise is int16", retype("noise", torch.int16)),
    ("optimizer.3.exp_avg is bfloat16", retype("optimizer.3.exp_avg", torch.bfloat16)),
    ("optimizer.0.step is int64", retype("optimizer.0.step", torch.int64)),
    ("state.0.0 is float16", retype("state.0.0", torch.half)),
    ("weight.2 is missing", lambda tensors: tensors.pop("weight.2")),
    ("best.0 is missing", lambda tensors: tensors.pop("best.0")),
    ("optimizer.1.exp_avg_sq is missing", lambda tensors: tensors.pop("optimizer.1.exp_avg_sq")),
    ("noise is missing", lambda tensors: tensors.pop("noise")),
    ("weight.99 is not due", lambda tensors: tensors.update({"weight.99": tensors["weight.0"] + 1})),
    ("a tensor without a name is not due", lambda tensors: tensors.update({"": tensors["weight.0"] + 1})),
    ("average.1 is float32", lambda tensors: tensors.update({"average.1": tensors["average.1"].T})),
    ("noise is uint8", lambda tensors: tensors.update(noise=tensors["noise"][:-1])),
    ("weight.0 holds numbers that are not finite", fill("weight.0", float("inf"))),
    ("state.0.0 holds numbers that are not finite", fill("state.0.0", float("nan"))),
    ("optimizer.2.exp_avg_sq holds squares below 0", fill("optimizer.2.exp_avg_sq", -1e-9)),
    ("the optimizer's steps are not those of the training", fill("optimizer.0.step", 4.5)),
    ("the optimizer's steps are not those of the training", fill("optimizer.1.step", 3)),
    ("noise is no state of a generator", fill("noise", 255)),
]  # fmt: skip


@pytest.mark.parametrize(("why", "change"), STATES, ids=[f"{number}: {why}" for number, (why, _) in enumerate(STATES)])
@pytest.mark.parametrize("name", ["writer0", "forecaster-gru"])
def test_a_state_with_a_tensor_that_no_training_leaves_is_not_resumed(made, tmp_path, name, why, change):
    folder = with_tensors(made[name], tmp_path, change)
    with pytest.raises(
        CheckpointError, match="^The saved training is damaged, so it cannot be resumed; start a new"
    ) as refusal:
        resumed(made[name], folder)
    assert why in str(refusal.value)


def test_a_state_of_more_sequences_than_a_batch_is_not_resumed(made, tmp_path):
    folder = with_tensors(
        made["forecaster-gru"], tmp_path, lambda tensors: tensors.update({"state.0.0": torch.zeros(1, 9, 16)})
    )
    with pytest.raises(CheckpointError, match="a state of 9 sequences is carried where a batch has 4"):
        resumed(made["forecaster-gru"], folder)


def test_a_state_beside_another_record_is_not_resumed(made, tmp_path):
    folder = forged(made["forecaster-gru"], tmp_path, "train.lr", 0.02)
    (folder / folders.NUMBERS).write_bytes((made["forecaster-gru"].place / folders.NUMBERS).read_bytes())
    with pytest.raises(CheckpointError, match="it is not as it was written, or belongs to another checkpoint"):
        resumed(made["forecaster-gru"], folder)


@pytest.mark.parametrize("name", ["writer0", "forecaster-gru"])
def test_what_a_version_without_seals_has_left_is_resumed_to_the_same_report(made, tmp_path, name):
    reports = []
    for number, seals in enumerate((True, False)):
        folder = tmp_path / str(number)
        shutil.copytree(made[name].place, folder)
        numbers = json.loads((folder / folders.NUMBERS).read_text())
        if not seals:
            del numbers["seal"]
        (folder / folders.NUMBERS).write_text(json.dumps(numbers))
        resumed(made[name], folder)
        reports.append(checkpoint.load(folder, resume=True))
    one, other = (report.resume.tensors for report in reports)
    assert one.keys() == other.keys()
    assert all(torch.equal(one[key], other[key]) for key in one)
