"""A cell that the house has never heard of, added from outside, trains, resumes, steps, writes, is on the page."""

import json
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest
import torch
from authors import story
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from markets import market
from torch import nn
from torch.testing import assert_close

from rnnlab.__main__ import main
from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.nn.cells import APART, CELLS, SIGMOID, Cell
from rnnlab.nn.model import ModelConfig, average, new_model
from rnnlab.nn.stepping import open_engine
from rnnlab.nn.stepping.onnx_steps import OnnxEngine
from rnnlab.nn.stepping.packing import pack
from rnnlab.nn.stepping.shared_steps import SharedEngine
from rnnlab.nn.stepping.torch_steps import TorchEngine
from rnnlab.train.checkpoint import checkpoint
from rnnlab.ui import app

SIZES = {"inputs": 0, "vocabulary": 11, "outputs": 11, "embedding": 4, "hidden": 7, "layers": 2}
SMALL = ["--hidden", "12", "--layers", "2", "--embedding", "5", "--batch", "4", "--window", "20"]


class Peephole(Cell):
    """A gate that also sees a slow memory through weights of its own; the formula needs torch, so it has no graph."""

    gates: ClassVar = {"new": APART, "keep": SIGMOID}  # not in the order in which they are packed
    parts: ClassVar = ("hidden", "slow")

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.peephole = nn.Parameter(torch.zeros(hidden))

    def step(self, gates: Sequence[Any], past: Sequence[Any]) -> tuple[Any, ...]:
        (given, back), keep = gates
        slow = 0.9 * past[1] + 0.1 * past[0]
        new = torch.tanh(given + back + self.peephole * slow)
        return keep * past[0] + (1 - keep) * new, slow


class Minimal(Cell):
    """The minimal gated unit (Zhou et al. 2016, arXiv 1603.09420), reset after the matrix; it has a graph."""

    gates: ClassVar = {"forget": SIGMOID, "new": APART}
    graph = True

    def step(self, gates: Sequence[Any], past: Sequence[Any]) -> tuple[Any, ...]:
        forget, (given, back) = gates
        return (past[0].lerp(given.addcmul(forget, back).tanh(), forget),)


OWN = {"peephole": Peephole, "minimal": Minimal}


@pytest.fixture(autouse=True, scope="module")
def added():
    """The registry with two more cells for as long as this file's tests run."""
    CELLS.update(OWN)
    yield
    for name in OWN:
        del CELLS[name]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A text, and a writer with a cell of one's own that was trained on it by the command line."""
    place = tmp_path_factory.mktemp("own-cell")
    (place / "tale.txt").write_text(story(6_000))
    assert main(training(place, "whole")) == 0
    return place


def training(place, name, *more) -> list[str]:
    files = ["--data", str(place / "tale.txt"), "--out", str(place / name)]
    return ["train", "text", *files, "--cell", "peephole", *SMALL, "--steps", "40", "--report-every", "10", *more]


def answer(capsys, *arguments) -> dict:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize("cell", OWN)
def test_steps_one_by_one_and_packed_steps_equal_the_whole_sequence(cell):
    model, ids = new_model(ModelConfig(cell=cell, **SIZES), seed=3), torch.arange(33).view(3, 11) % 11
    whole, last = model(ids)
    state, shown = None, []
    for column in ids.split(1, dim=1):
        y, state = model(column, state)
        shown.append(y)
    assert_close(torch.cat(shown, 1), whole)
    for engine in (open_engine(model), TorchEngine(pack(model))):
        steps = engine.begin(3)
        assert_close(torch.stack([steps.step(column.tolist()).clone() for column in ids.unbind(1)], 1), whole)
        for own, due in zip(steps.state(), last, strict=True):
            assert_close(own, due)


def test_a_formula_of_usual_operations_has_a_graph_and_int8_weights_and_another_torchs_steps():
    minimal, peephole = (new_model(ModelConfig(cell=cell, **SIZES), seed=3) for cell in ("minimal", "peephole"))
    assert isinstance(open_engine(minimal), SharedEngine)
    assert isinstance(open_engine(minimal, "int8"), OnnxEngine)
    assert isinstance(open_engine(peephole), TorchEngine)
    with pytest.raises(RnnlabError, match=r"^The cell peephole has no graph for int8 weights; choose fp32\.$"):
        open_engine(peephole, "int8")


def test_packing_copies_weights_of_ones_own():
    model = new_model(ModelConfig(cell="peephole", **SIZES), seed=3)
    packed = TorchEngine(pack(model))
    before = packed.begin(1).step([5]).clone()
    for core in model.cores:
        core.peephole.data.fill_(9.0)
    assert_close(packed.begin(1).step([5]), before, rtol=0, atol=0)


@pytest.mark.parametrize("cell", OWN)
def test_the_mean_of_several_models_is_one_model(cell):
    config = ModelConfig(cell=cell, inputs=3, outputs=2, hidden=5, layers=2)
    models = [new_model(config, seed) for seed in (1, 2)]
    x = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(1))
    assert_close(average(models)(x)[0], torch.stack([model(x)[0] for model in models]).mean(0))


def test_it_was_trained_and_its_checkpoint_tells_its_scores_without_int8(place):
    made = checkpoint.load(place / "whole")
    losses = [point["nats_per_char"] for point in made.metrics["curve"]]
    assert made.model.cell == "peephole"
    assert losses[-1] < losses[0]
    assert "nats_per_char_int8" not in made.metrics
    assert "PEEPHOLE" in made.card
    assert "int8" not in made.card


def test_a_training_that_was_interrupted_resumes_to_the_same_bits(place):
    assert main(training(place, "cut", "--minutes", "1e-9")) == 0  # ends after a step, and can be resumed
    assert (place / "cut" / "resume" / "state.safetensors").exists()
    assert main(training(place, "cut", "--resume")) == 0
    one, other = ((place / name / "model.safetensors").read_bytes() for name in ("cut", "whole"))
    assert one == other


def test_a_draft_that_was_kept_continues_as_if_it_had_never_stopped(place, capsys):
    write = ["write", str(place / "whole"), "--prompt", "ANNA:", "--seed", "2"]
    whole = answer(capsys, *write, "--length", "60")
    answer(capsys, *write, "--length", "25", "--save", str(place / "draft"))
    rest = answer(capsys, "write", str(place / "whole"), "--continue", str(place / "draft"), "--length", "35")
    assert rest["text"] == whole["text"]
    assert len(whole["text"]) == 65


def test_it_forecasts_prices(tmp_path, capsys):
    market(700, seed=3).to_csv(tmp_path / "mine.csv")
    made = ["--data", str(tmp_path / "mine.csv"), "--out", str(tmp_path / "model"), "--cell", "minimal"]
    answer(capsys, "train", "forecast", *made, "--steps", "5")
    found = answer(capsys, "forecast", str(tmp_path / "model"), "--data", str(tmp_path / "mine.csv"), "--horizon", "2")
    assert len(found["rows"]) == 2


def test_the_page_offers_it_and_trains_it(place, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path))
    demo = app.build()
    try:
        client = Client(app.launch(demo, wait=False), verbose=False)
        chooser = next(one for one in client.config["components"] if one["props"].get("label") == "Cell")
        assert [value for _, value in chooser["props"]["choices"]] == ["rnn", "gru", "lstm", *OWN]
        given = {"file": handle_file(place / "tale.txt"), "hidden": 12, "layers": 1, "epochs": 1}
        *_, end = client.submit(**given, cell="peephole", api_name="/train_text")
        *_, text = client.submit(prompt="ANNA:", model=end["model"], length=20, seed="1", api_name="/write")
        assert len(text["text"]) == 25
        with pytest.raises(AppError, match="cell must be one of rnn, gru, lstm, peephole, minimal, not 'elsewhere'"):
            client.predict(**given, cell="elsewhere", api_name="/train_text")
    finally:
        demo.close()


def test_a_checkpoint_whose_cell_is_not_there_is_refused_in_a_sentence(place, monkeypatch):
    monkeypatch.delitem(CELLS, "peephole")
    with pytest.raises(CheckpointError, match="cell must be one of rnn, gru, lstm, minimal, not 'peephole'"):
        checkpoint.load(place / "whole")
