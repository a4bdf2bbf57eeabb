import dataclasses
import itertools

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from rnnlab.data.text.vocab import build_characters, build_subwords, build_words
from rnnlab.errors import DataError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.scoring.ngrams import fit_ngrams
from rnnlab.tasks.text.judge.score import characters_of, score, streamed_losses, window_starts, windowed_losses
from rnnlab.tasks.text.learn import task as tasks
from rnnlab.tasks.text.learn.task import TextTask, shape_of
from rnnlab.train.loop import fit
from rnnlab.train.progress import TrainConfig

WINDOW, STREAMS, FORGET = 11, 5, 9
TEXT = "the cat sat on the mat; the dog sat on the log. " * 40
VOCABULARY = build_characters([TEXT])
IDS = VOCABULARY.encode(TEXT)
SMALL = ModelConfig(cell="lstm", hidden=24, inputs=0, vocabulary=1, embedding=7, outputs=1)


def task(ids=IDS) -> TextTask:
    cut = int(0.9 * len(ids))
    return TextTask(ids[:cut], ids[cut:], VOCABULARY, window=WINDOW, forget=FORGET, batch=STREAMS)


def model(cell: str = "gru", layers: int = 1):
    config = dataclasses.replace(SMALL, cell=cell, layers=layers)
    return new_model(shape_of(VOCABULARY, config), seed=1)


def test_the_target_is_the_text_one_id_further_on():
    batch = next(task().batches(seed=1))
    assert torch.equal(batch.x[:, 1:], batch.y[:, :-1])
    text = VOCABULARY.decode(np.append(batch.x[0].numpy(), batch.y[0, -1].item()))
    assert text in TEXT
    assert len(text) == WINDOW + 1


def test_the_windows_of_a_stream_follow_each_other_without_a_gap():
    one = task()
    batches = [batch for batch, _ in zip(one.batches(seed=1), range(one.steps_per_epoch + 1), strict=False)]
    assert batches[0].fresh
    assert batches[-1].fresh
    for stream in range(STREAMS):
        read = torch.cat([batch.x[stream] for batch in batches[:-1]]).numpy()
        assert VOCABULARY.decode(read) in TEXT
        assert all(batches[i].y[stream, -1] == batches[i + 1].x[stream, 0] for i in range(one.steps_per_epoch - 1))


@pytest.mark.parametrize("forget", [1, 4, 10**9])
def test_the_state_is_forgotten_once_in_so_many_windows_at_places_of_their_own(forget):
    one = TextTask(IDS[:1700], IDS[1700:], VOCABULARY, window=2, forget=forget, batch=1)
    assert one.steps_per_epoch > 800
    fresh = [batch.fresh for batch, _ in zip(one.batches(seed=1), range(one.steps_per_epoch), strict=False)]
    assert fresh[0]
    assert sum(fresh) == pytest.approx(max(1, len(fresh) / forget), rel=0.2)
    again = [batch.fresh for batch, _ in zip(one.batches(seed=2), range(one.steps_per_epoch), strict=False)]
    assert (again != fresh) == (forget == 4)


def test_an_epoch_reads_nearly_every_training_id_once_and_no_validation_id():
    one = task(np.arange(2000))
    epoch = [batch for batch, _ in zip(one.batches(seed=1), range(one.steps_per_epoch), strict=False)]
    read = torch.cat([batch.x for batch in epoch], dim=1).flatten().numpy()
    assert len(set(read)) == len(read) >= 1800 - STREAMS * WINDOW
    assert max(batch.y.max() for batch in epoch) < 1800
    assert one.validation.tolist() == list(range(1800, 2000))


def test_epochs_begin_at_places_of_their_own():
    one = task()
    stream = one.batches(seed=1)
    firsts = [next(stream) for _ in range(3 * one.steps_per_epoch)][:: one.steps_per_epoch]
    assert not (torch.equal(firsts[0].x, firsts[1].x) and torch.equal(firsts[1].x, firsts[2].x))


def test_a_batch_depends_on_its_number_and_the_seed_alone():
    stream = task().batches(seed=3)
    fifth = [next(stream) for _ in range(5)][4]
    assert torch.equal(next(task().batches(seed=3, start=4)).x, fifth.x)


@pytest.mark.parametrize("cell", CELLS)
def test_streamed_losses_are_those_of_one_step_at_a_time(cell):
    network, ids, state, expected = model(cell, layers=2), IDS[:40], None, []
    with torch.no_grad():
        for now, later in itertools.pairwise(ids):
            output, state = network(torch.tensor([[now]]), state)
            expected.append(-output[0, 0].log_softmax(-1)[later].item())
    assert_close(streamed_losses(network, ids), np.array(expected), rtol=1e-4, atol=1e-5)


def test_several_streams_are_the_pieces_of_one_each_without_a_past():
    network, ids = model(), IDS[:81]
    rows = ids[:80].reshape(4, 20)
    pieces = [streamed_losses(network, row) for row in rows]
    assert_close(streamed_losses(network, rows), np.concatenate(pieces), rtol=1e-4, atol=1e-5)


def test_windows_know_nothing_of_each_other_and_score_every_id_once():
    network, ids = model(), IDS[:45]
    losses = windowed_losses(network, ids, characters_of(VOCABULARY), 10)
    assert len(losses) == 44
    for start in range(0, 44, 10):
        alone = streamed_losses(network, ids[start : start + 11])
        assert_close(losses[start : start + 10], alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("build", [build_words, build_subwords])
def test_windows_of_longer_ids_hold_so_many_characters_and_score_every_id_once(build):
    vocabulary = build([TEXT], most=40)
    network, ids = new_model(shape_of(vocabulary, SMALL), seed=1), vocabulary.encode(TEXT[:400])
    lengths, starts = characters_of(vocabulary), window_starts(characters_of(vocabulary)[ids], 16)
    losses = windowed_losses(network, ids, lengths, 16)
    for start, end in itertools.pairwise([*starts, len(ids) - 1]):
        assert len(vocabulary.decode(ids[start + 1 : end + 1])) <= 16
        alone = streamed_losses(network, ids[start : end + 1])
        assert_close(losses[start:end], alone, rtol=1e-4, atol=1e-5)
    assert max(np.diff(starts)) > min(np.diff(starts)) > 1


def test_an_id_longer_than_the_window_has_a_window_of_its_own():
    assert window_starts(np.array([1, 9, 2, 3, 9]), 5) == [0, 1, 3]


@pytest.mark.parametrize("build", [build_words, build_subwords])
def test_a_score_in_nats_a_character_is_the_same_whatever_the_ids_stand_for(build):
    vocabulary = build([TEXT], most=40)
    network, ids = new_model(shape_of(vocabulary, SMALL), seed=1), vocabulary.encode(TEXT[:400])
    shares = []
    found = score(network, vocabulary, ids, shares.append)
    assert found.characters == 400 - len(vocabulary.decode(ids[:1]))
    assert_close(found.streamed, streamed_losses(network, ids).sum() / found.characters)
    assert_close(found.windows, windowed_losses(network, ids, characters_of(vocabulary)).sum() / found.characters)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_loss_while_training_is_that_of_streams_spread_over_what_is_held_out(monkeypatch):
    monkeypatch.setattr(tasks, "MOST_VALIDATED", 64)
    monkeypatch.setattr(tasks, "VALIDATION_STREAMS", 4)
    one, network = task(), model()
    rows = one.validation[len(one.validation) % 4 :].reshape(4, -1)[:, :16]
    expected = streamed_losses(network, rows).mean()
    assert_close(one.evaluate(network), {"loss": expected, "nats_per_char": expected})


def test_learning_beats_the_five_gram_of_the_same_text():
    text = "".join(np.random.default_rng(1).choice(["over ", "under ", "and "], 3000))
    vocabulary = build_characters([text])
    ids = vocabulary.encode(text)
    one = TextTask(ids[: 9 * len(ids) // 10], ids[9 * len(ids) // 10 :], vocabulary, window=25, forget=20, batch=16)
    network = new_model(shape_of(vocabulary, dataclasses.replace(SMALL, cell="gru")), seed=1)
    *_, last = fit(network, one, TrainConfig(steps=150, lr=0.02, report_every=75, clip=1.0))
    chance = fit_ngrams(one.training, 1, vocabulary.size).nats_per_token(one.validation)
    best = fit_ngrams(one.training, 5, vocabulary.size).nats_per_token(one.validation, one.training)
    assert last.scores["nats_per_char"] == pytest.approx(last.scores["loss"])
    assert last.scores["loss"] < 1.1 * best < chance / 2


def test_too_short_a_part_says_so():
    with pytest.raises(
        DataError, match="5 ids held out are too few for windows of 11; give a longer text or a smaller"
    ):
        task(IDS[:50])
    with pytest.raises(DataError, match="9 ids to train on are too few for windows of 11"):
        TextTask(IDS[:9], IDS, VOCABULARY, window=WINDOW, forget=FORGET, batch=STREAMS)


def test_a_text_too_short_for_so_many_streams_is_read_in_fewer():
    one = TextTask(IDS[:180], IDS[180:200], VOCABULARY, window=WINDOW, forget=FORGET, batch=128)
    assert one.streams == 16
    assert next(one.batches(1)).x.shape == (16, WINDOW)
