"""The faults of other character models, planted one by one: the checks of our tests must find each."""

import numpy as np
import pytest
import torch
from authors import story

from rnnlab.data.text.vocab import build_characters
from rnnlab.nn.model import ModelConfig, SequenceModel, new_model
from rnnlab.nn.sampling import Sampling, choose, generators, top_p
from rnnlab.nn.stepping import open_engine
from rnnlab.tasks.text.generate import Place, Writing, begin, read_prompt
from rnnlab.tasks.text.learn.task import TextTask, shape_of
from rnnlab.tasks.text.pieces import Wish
from rnnlab.train.loop import fit
from rnnlab.train.progress import Batch, TrainConfig

TEXT = story(6000)
VOCABULARY = build_characters([TEXT])
IDS = VOCABULARY.encode(TEXT)
WINDOW, STREAMS = 10, 4
SMALL = ModelConfig(cell="lstm", hidden=16, inputs=0, vocabulary=1, embedding=6, outputs=1)


def new_task(kind=TextTask) -> TextTask:
    return kind(IDS[:5400], IDS[5400:], VOCABULARY, window=WINDOW, forget=8, batch=STREAMS)


def new_small_model() -> SequenceModel:
    return new_model(shape_of(VOCABULARY, SMALL), seed=1)


# Each check takes the thing that may be faulty, and asserts.


def check_targets(task: TextTask) -> None:
    batch = next(task.batches(seed=1))
    assert torch.equal(batch.x[:, 1:], batch.y[:, :-1])


def check_carried_state(model: SequenceModel) -> None:
    ids = torch.from_numpy(IDS[None, :20].astype(np.int64))
    whole, _ = model(ids)
    _, state = model(ids[:, :10])
    assert torch.allclose(model(ids[:, 10:], state)[0], whole[:, 10:], atol=1e-5)


def check_training_carries_the_state(kind: type[SequenceModel]) -> None:
    """In a training the model is given a state at every step that is not fresh, and none at those that are."""
    seen: list[bool] = []
    task, model = new_task(), new_small_model()

    class Watched(kind):
        def forward(self, x, state=None):
            if self.training:
                seen.append(state is not None)
            return super().forward(x, state)

    model.__class__ = Watched
    list(fit(model, task, TrainConfig(steps=20, report_every=20)))
    batches = [batch for batch, _ in zip(task.batches(1), range(20), strict=False)]
    assert seen == [not batch.fresh for batch in batches]
    check_carried_state(model)


def check_seed(draw) -> None:
    logits = torch.zeros(1, 50)
    drawn = [
        [int(draw(logits, Sampling(temperature=1.0), generators(seed, 1))) for _ in range(8)] for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def check_crossing(cut) -> None:
    """Probabilities .5, .3, .2 at a mass of .6: the second one crosses it and stays."""
    left = cut(torch.tensor([[0.5, 0.3, 0.2]]).log(), 0.6)
    assert left.isfinite().tolist() == [[True, True, False]]


def check_prompt(beginning) -> None:
    """The first choice after a prompt surprises as much as by the model's own forward over the prompt."""
    model = new_small_model()
    prompt = read_prompt(VOCABULARY, "ANNA:\nThe old")
    belief = model(torch.tensor([prompt.ids]))[0][0, -1].log_softmax(-1).detach()
    places = beginning(model, prompt, [1])
    [_, [[piece]]] = Writing(open_engine(model), VOCABULARY, places, Sampling(), Wish(1), explained=True)
    assert piece.nats == pytest.approx(-float(belief[VOCABULARY.encode(piece.text)[0]]), abs=1e-5)


def check_validation(kind) -> None:
    ids = np.arange(6000)
    task = kind(ids[:5400], ids[5400:], VOCABULARY, window=WINDOW, forget=8, batch=STREAMS)
    epochs = zip(task.batches(seed=1), range(3 * task.steps_per_epoch), strict=False)
    assert max(int(batch.y.max()) for batch, _ in epochs) < 5400


# The faults.


class NotShifted(TextTask):
    """The target is the input itself."""

    def batches(self, seed, start=0):
        return (Batch(batch.x, batch.x, batch.fresh) for batch in super().batches(seed, start))


class SeenInTraining(TextTask):
    """Training streams run on into the validation text."""

    def __init__(self, training, validation, *rest, **sizes):
        super().__init__(np.concatenate([training, validation]), validation, *rest, **sizes)


class Forgetful(SequenceModel):
    """The state is dropped between chunks."""

    def forward(self, x, state=None):
        return super().forward(x, None)


def seed_ignored(logits, settings, own):
    return choose(logits, settings, generators(int(torch.randint(10**6, ())), len(own)))


def crossing_dropped(logits, mass):
    ordered, ids = logits.softmax(-1).sort(descending=True)
    return logits.masked_fill((ordered.cumsum(-1) > mass).gather(-1, ids.argsort()), -torch.inf)


def prompt_fed_twice(model, prompt, seeds):
    [place] = begin(model, prompt, seeds)
    _, state = model(torch.tensor([prompt.ids[:-1]]), place.state)
    return [Place(state, place.ids, place.random)]


def test_targets_that_are_not_shifted_are_found():
    check_targets(new_task())
    with pytest.raises(AssertionError):
        check_targets(new_task(NotShifted))


def test_a_state_that_is_dropped_between_chunks_is_found():
    check_carried_state(new_small_model())
    check_training_carries_the_state(SequenceModel)
    forgetful = new_small_model()
    forgetful.__class__ = Forgetful
    with pytest.raises(AssertionError):
        check_carried_state(forgetful)
    with pytest.raises(AssertionError):
        check_training_carries_the_state(Forgetful)


def test_a_seed_that_is_ignored_is_found():
    check_seed(choose)
    with pytest.raises(AssertionError):
        check_seed(seed_ignored)


def test_a_top_p_that_drops_the_crossing_token_is_found():
    check_crossing(top_p)
    with pytest.raises(AssertionError):
        check_crossing(crossing_dropped)


def test_a_prompt_that_is_fed_twice_is_found():
    check_prompt(begin)
    with pytest.raises(AssertionError):
        check_prompt(prompt_fed_twice)


def test_validation_text_in_training_is_found():
    check_validation(TextTask)
    with pytest.raises(AssertionError):
        check_validation(SeenInTraining)
