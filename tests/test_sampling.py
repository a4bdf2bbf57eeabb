"""The sampler's parts under properties, its choices against the probabilities, and the peers' faults planted."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from rnnlab.errors import RnnlabError
from rnnlab.nn import sampling
from rnnlab.nn.sampling import History, Sampling, choose, filtered, generators, histories

bounded = settings(max_examples=50, deadline=None, derandomize=True)
levels = st.one_of(st.floats(-9, 9, width=32), st.sampled_from([-1.0, 0.0, 2.0]))
rows = st.lists(levels, min_size=1, max_size=12).map(lambda row: torch.tensor([row]))
shares = st.floats(0.0, 0.99)
texts = st.lists(st.integers(0, 3), max_size=40)
CUTS = {
    "typical": sampling.typical, "top_k": lambda logits, share: sampling.top_k(logits, 1 + int(8 * share)),
    "top_p": sampling.top_p, "min_p": sampling.min_p, "temper": sampling.temper,
}  # fmt: skip
CLOSE = 1e-5
HALF_FIFTH = torch.tensor([[0.5, 0.2, 0.15, 0.1, 0.05]]).log()


def kept(logits: torch.Tensor) -> list[int]:
    return torch.isfinite(logits[0]).nonzero().flatten().tolist()


def random_logits(B: int, V: int) -> torch.Tensor:
    return torch.randn(B, V, generator=torch.Generator().manual_seed(B * V)) * 3


@pytest.mark.parametrize("cut", CUTS)
@bounded
@given(logits=rows, share=shares)
def test_every_part_leaves_something_and_changes_nothing_it_was_given(cut, logits, share):
    before = logits.clone()
    left = CUTS[cut](logits, share)
    assert kept(left)
    assert left.shape == logits.shape
    assert torch.equal(logits, before)
    if cut != "temper":
        assert torch.equal(left[:, kept(left)], logits[:, kept(left)])


@pytest.mark.parametrize("cut", CUTS)
def test_every_part_treats_a_row_as_if_it_were_alone(cut):
    logits = random_logits(5, 3000)
    left = CUTS[cut](logits, 0.9)
    assert torch.equal(left, torch.cat([CUTS[cut](row[None], 0.9) for row in logits]))


@bounded
@given(logits=rows, share=shares)
def test_top_p_keeps_the_smallest_set_that_holds_the_share(logits, share):
    probabilities, ids = torch.softmax(logits, -1, dtype=torch.float64)[0], kept(sampling.top_p(logits, share))
    least = logits[0][ids].min()  # of two that are as probable in double precision, one logit may still be higher
    assert probabilities[ids].sum() >= share - CLOSE
    assert probabilities[logits[0] > least].sum() <= share + CLOSE
    assert sorted(ids) == (logits[0] >= least).nonzero().flatten().tolist()


def test_top_p_keeps_the_crossing_id():
    assert kept(sampling.top_p(HALF_FIFTH, 0.6)) == [0, 1]
    assert kept(sampling.top_p(HALF_FIFTH, 0.72)) == [0, 1, 2]
    assert kept(sampling.top_p(HALF_FIFTH, 0.0)) == [0]


@bounded
@given(logits=rows, share=shares)
def test_typical_keeps_the_smallest_set_of_usual_surprise_that_holds_the_share(logits, share):
    probabilities, ids = torch.softmax(logits, -1, dtype=torch.float64)[0], kept(sampling.typical(logits, share))
    surprise = -probabilities.log()
    distance = (surprise - (probabilities * surprise).sum()).abs()
    farthest = distance[ids].max()
    assert probabilities[ids].sum() >= share - CLOSE
    assert probabilities[distance < farthest - CLOSE].sum() <= share + CLOSE
    assert set((distance < farthest - CLOSE).nonzero().flatten().tolist()) <= set(ids)


def test_typical_keeps_the_crossing_id_and_may_drop_the_likeliest():
    # Entropy 1.33 nats: the surprises 0.69 1.61 1.90 2.30 3.00 lie 0.64 0.28 0.57 0.97 1.66 from it.
    assert kept(sampling.typical(HALF_FIFTH, 0.1)) == [1]
    assert kept(sampling.typical(HALF_FIFTH, 0.3)) == [1, 2]
    assert kept(sampling.typical(HALF_FIFTH, 0.36)) == [0, 1, 2]


@bounded
@given(logits=rows, k=st.integers(1, 14))
def test_top_k_keeps_k_ids_and_those_as_likely_as_the_last(logits, k):
    least = sorted(logits[0].tolist(), reverse=True)[: min(k, logits.shape[-1])][-1]
    assert kept(sampling.top_k(logits, k)) == (logits[0] >= least).nonzero().flatten().tolist()


@bounded
@given(logits=rows, share=st.floats(0.01, 1))
def test_min_p_is_relative_to_the_likeliest(logits, share):
    ids = set(kept(sampling.min_p(logits, share)))
    for id, ratio in enumerate((logits[0] - logits[0].max()).exp().tolist()):
        assert abs(ratio - share) < CLOSE or (id in ids) == (ratio > share)


def test_min_p_is_a_share_of_the_greatest_probability_and_not_of_all():
    assert kept(sampling.min_p(HALF_FIFTH, 0.25)) == [0, 1, 2]
    assert kept(sampling.min_p(torch.tensor([[0.3, 0.3, 0.2, 0.2]]).log(), 0.5)) == [0, 1, 2, 3]


@pytest.mark.parametrize("mass", [0.1, 0.9, 0.999, 0.999999])
def test_looking_at_the_best_few_is_looking_at_all(mass, monkeypatch):
    logits = random_logits(3, 5000)
    cuts = [sampling.top_p(logits, mass), sampling.typical(logits, mass)]
    monkeypatch.setattr(sampling, "FEW", 5000)
    assert torch.equal(cuts[0], sampling.top_p(logits, mass))
    assert torch.equal(cuts[1], sampling.typical(logits, mass))


def test_the_penalty_touches_only_ids_that_were_said_lately():
    logits, on = torch.tensor([[2.0, -2.0, 4.0, -4.0, 0.0]]), Sampling(repetition_penalty=2.0, repetition_window=3)
    (history,) = histories([[4, 3, 2, 1, 2]], on)
    assert sorted(history.lately()) == [1, 2]
    expected = torch.tensor([[2.0, -4.0, 2.0, -4.0, 0.0]])
    assert_close(sampling.penalize(logits, [history.lately()], 2.0), expected)
    assert_close(filtered(logits, on, [history]), torch.log_softmax(expected, -1))


@bounded
@given(text=texts, n=st.integers(1, 6), window=st.integers(1, 9))
def test_a_history_knows_what_a_search_through_the_text_finds(text, n, window):
    history = History(Sampling(no_repeat_ngram=n, repetition_penalty=1.5, repetition_window=window))
    for end in range(len(text) + 1):
        said, grams = text[:end], [text[i : i + n] for i in range(end - n + 1)]
        assert set(history.lately()) == set(said[-window:])
        assert set(history.completing()) == {one for one in range(4) if [*said[end - n + 1 :], one] in grams}
        if end < len(text):
            history.append(text[end])


def test_no_run_of_n_ids_comes_twice_while_another_id_is_left():
    on, logits = Sampling(temperature=0.0, no_repeat_ngram=3), random_logits(1, 6)
    (history,), (own,) = histories(torch.tensor([[0, 1]]), on), generators(1, 1)
    text = [0, 1]
    for _ in range(100):
        text.append(int(choose(logits, on, [own], [history])))
        history.append(text[-1])
    grams = [tuple(text[i : i + 3]) for i in range(100)]
    assert len(set(grams)) == len(grams)


def test_a_rule_on_repetition_that_would_leave_nothing_is_passed_over():
    on, logits = Sampling(no_repeat_ngram=1), torch.tensor([[1.0, 0.0, 5.0], [1.0, 0.0, 5.0]])
    left = filtered(logits, on, histories([[0, 1], [0]], on), banned=[2])
    assert_close(left[0], torch.log_softmax(torch.tensor([1.0, 0.0, -math.inf]), -1))
    assert left[1].tolist() == [-math.inf, 0.0, -math.inf]


def test_banned_ids_are_never_chosen_and_one_must_be_left():
    logits = random_logits(1, 4)
    own = generators(1, 1)
    assert {int(choose(logits, Sampling(temperature=5.0), own, banned=[0, 2])) for _ in range(60)} == {1, 3}
    with pytest.raises(RnnlabError, match="All 4 tokens are banned; leave at least one to choose"):
        choose(logits, Sampling(), own, banned=[0, 1, 2, 3])


def test_with_all_parts_off_the_chain_is_the_models_own_distribution():
    logits = random_logits(3, 7)
    assert_close(filtered(logits, Sampling()), torch.log_softmax(logits, -1))


@bounded
@given(
    logits=rows, typical=shares, k=st.integers(0, 9), p=shares, least=shares, text=texts,
    temperature=st.sampled_from([0.0, 1e-30, 1e-6, 0.3, 1.0, 5.0]),
)  # fmt: skip
def test_whatever_the_settings_the_choice_is_an_id_the_chain_has_left(logits, typical, k, p, least, text, temperature):
    on = Sampling(temperature, k, p, least, typical, 1.3, 5, 2)
    history = histories([[one % logits.shape[-1] for one in text]], on)
    left = filtered(logits, on, history)
    assert float(left.exp().sum()) == pytest.approx(1, abs=1e-4)
    for own in generators(1, 4):
        assert int(choose(logits, on, [own], history)) in kept(left)


def test_ids_are_chosen_as_often_as_their_probability_and_temperature_say():
    logits, n = random_logits(1, 6), 4000
    own = generators(3, 1)
    on = Sampling(temperature=2.0, top_k=4)
    chosen = torch.stack([choose(logits, on, own) for _ in range(n)]).flatten()
    expected = torch.softmax(sampling.top_k(logits, 4) / 2, -1)[0]
    spread = (expected * (1 - expected) / n).sqrt()
    assert bool(((chosen.bincount(minlength=6) / n - expected).abs() <= 4 * spread).all())


def test_temperature_zero_takes_the_likeliest_and_the_lowest_of_equals():
    greedy = Sampling(temperature=0.0)
    logits = torch.tensor([[1.0, 1.001, 1.0, 0.9], [2.0, 3.0, 3.0, 3.0]])
    for seed in range(20):
        assert choose(logits, greedy, generators(seed, 2)).tolist() == [1, 1]


def test_the_same_seed_chooses_the_same_and_another_seed_another():
    logits = random_logits(1, 50)

    def text(seed: int) -> list[int]:
        own = generators(seed, 1)
        return [int(choose(logits, Sampling(), own)) for _ in range(40)]

    assert text(1) == text(1)
    assert text(1) != text(2)


@pytest.mark.parametrize("V", [65, 3000])
def test_a_row_of_a_batch_is_what_its_own_seed_gives_alone(V):
    on = Sampling(1.2, 500, 0.95, 0.01, 0.97, 1.2, 8, 2)
    logits, together = random_logits(4, V), histories([[]] * 4, on)
    alone, batch = histories([[]] * 4, on), generators(7, 4)
    own = [generators(7 + row, 1) for row in range(4)]
    for _ in range(25):
        ids = choose(logits, on, batch, together).tolist()
        assert ids == [int(choose(logits[[row]], on, own[row], [alone[row]])) for row in range(4)]
        for row, one in enumerate(ids):
            together[row].append(one)
            alone[row].append(one)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_model_that_diverged_is_named(wrong):
    with pytest.raises(RnnlabError, match="output is not a finite number; go back to a checkpoint"):
        choose(torch.tensor([[0.0, wrong, 1.0]]), Sampling(temperature=0.0), generators(1, 1))


def test_settings_out_of_bounds_are_named():
    with pytest.raises(RnnlabError, match="temperature must be between 0 and 5, not 6.0"):
        Sampling(temperature=6.0)
    with pytest.raises(RnnlabError, match="top_p must be between 0 and 1, not nan"):
        Sampling(top_p=math.nan)
