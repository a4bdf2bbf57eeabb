"""The n-gram against a dictionary written from the formula, the published table and its own sums."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from rnnlab.errors import DataError
from rnnlab.scoring import ngrams
from rnnlab.scoring.ngrams import fit_ngrams

SHAKESPEARE = Path(__file__).parents[2] / "shared" / "data" / "tinyshakespeare.txt"
TRAIN_CHARACTERS = 1_003_854
V = 5
bounded = settings(max_examples=60, deadline=None, derandomize=True)
texts = st.lists(st.integers(0, V - 1), min_size=1, max_size=40)
pasts = st.lists(st.integers(0, V - 1), max_size=9)
orders = st.integers(1, 6)


def array(ids) -> np.ndarray:
    return np.array(ids, np.int32)


def brute_force(text, order, context, one) -> float:
    """P(one | context) as Witten & Bell wrote it, counting the text anew."""
    probability = 1 / V
    for length in range(min(order - 1, len(context)) + 1):
        past = list(context[len(context) - length :])
        followers = Counter(text[i] for i in range(length, len(text)) if text[i - length : i] == past)
        if followers:
            types, total = len(followers), followers.total()
            probability = (followers[one] + types * probability) / (total + types)
    return probability


@bounded
@given(texts, orders, pasts, texts)
def test_scores_are_those_of_the_formula_counted_by_hand(text, order, past, new):
    whole = past + new
    by_hand = [brute_force(text, order, whole[:i], whole[i]) for i in range(len(past), len(whole))]
    scores = fit_ngrams(array(text), order, V).log_probabilities(array(new), array(past))
    assert_allclose(scores, np.log(by_hand), rtol=1e-12)


@bounded
@given(texts, orders, pasts)
def test_the_distribution_sums_to_one_and_agrees_with_the_scores(text, order, past):
    fitted = fit_ngrams(array(text), order, V)
    shares = fitted.distribution(array(past))
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    assert_allclose([fitted.log_probabilities(array([one]), array(past))[0] for one in range(V)], np.log(shares))


@bounded
@given(texts, orders, pasts, texts, st.integers(0, 40))
def test_a_text_may_be_scored_in_pieces(text, order, past, new, cut):
    fitted, whole = fit_ngrams(array(text), order, V), array(past + new)
    first, second = array(new[:cut]), array(new[cut:])
    pieces = [fitted.log_probabilities(first, array(past))] if first.size else []
    pieces += [fitted.log_probabilities(second, whole[: len(past) + cut])] if second.size else []
    assert_array_equal(np.concatenate(pieces), fitted.log_probabilities(array(new), array(past)))


def test_chunks_change_nothing(monkeypatch):
    text, new = np.random.default_rng(1).integers(0, V, (2, 500)).astype(np.int32)
    whole = fit_ngrams(text, 4, V)
    scores = whole.log_probabilities(new)
    monkeypatch.setattr(ngrams, "CHUNK", 37)
    cut = fit_ngrams(text, 4, V)
    for one, other in zip(whole.levels, cut.levels, strict=True):
        assert_array_equal(one.keys, other.keys)
        assert_array_equal(one.below, other.below)
        assert_array_equal(one.starts, other.starts)
    assert_array_equal(cut.log_probabilities(new), scores)


def test_a_context_never_seen_falls_back_on_the_longest_that_was():
    fitted = fit_ngrams(array([0, 1, 2, 0, 1, 3]), 4, V)
    assert_array_equal(fitted.distribution(array([4, 4, 1])), fitted.distribution(array([1])))
    assert_array_equal(fitted.distribution(array([4])), fitted.distribution())
    # The text ends with 3: that context was seen, but nothing follows it.
    assert_array_equal(fitted.distribution(array([3])), fitted.distribution())
    assert fitted.distribution()[4] == pytest.approx(4 / V / (6 + 4))


@pytest.mark.skipif(not SHAKESPEARE.exists(), reason="the shared copy of tinyshakespeare is not here")
@pytest.mark.parametrize(("order", "nats"), [(2, 2.486), (3, 2.049), (4, 1.774), (5, 1.669), (6, 1.698)])
def test_shakespeare_scores_what_the_table_says(order, nats):
    _, ids = np.unique(np.array(list(SHAKESPEARE.read_text("utf-8"))), return_inverse=True)
    train, held_out = ids[:TRAIN_CHARACTERS], ids[TRAIN_CHARACTERS:]
    fitted = fit_ngrams(train, order, int(ids.max()) + 1)
    assert fitted.nats_per_token(held_out, train) == pytest.approx(nats, abs=5e-4)


def test_the_same_generator_draws_the_same_text_and_another_seed_another():
    fitted = fit_ngrams(np.random.default_rng(1).integers(0, V, 300), 3, V)
    one, same, other = (fitted.sample(80, np.random.default_rng(seed), array([1, 2])) for seed in (1, 1, 2))
    assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert one.dtype == np.int32


@pytest.mark.parametrize("prompt", [[], [3], [0, 1], [4, 4]])
def test_ids_are_drawn_as_often_as_the_distribution_says(prompt):
    fitted = fit_ngrams(array([0, 1, 2, 0, 1, 3, 0, 1, 1, 2, 3]), 3, V)
    generator, expected = np.random.default_rng(1), fitted.distribution(array(prompt))
    drawn = [int(fitted.sample(1, generator, array(prompt))[0]) for _ in range(4000)]
    spread = np.sqrt(expected * (1 - expected) / 4000)
    assert np.all(np.abs(np.bincount(drawn, minlength=V) / 4000 - expected) < 4 * spread)


def test_a_drawn_text_carries_its_own_context_on():
    fitted = fit_ngrams(array([0, 1, 2, 3] * 50_000), 3, 4)
    drawn = fitted.sample(60, np.random.default_rng(1), array([1, 2]))
    assert_array_equal(drawn, (3 + np.arange(60)) % 4)


@pytest.mark.parametrize(
    ("ids", "order", "message"),
    [
        ([], 2, "There is no text to count or score; give at least one token."),
        ([0, 5], 2, "The id 5 is outside a vocabulary of 5; encode the text with its own codec."),
        ([0, -1], 2, "The id -1 is outside a vocabulary of 5"),
        ([0, 1], 0, "An n-gram cannot have the order 0; give 1 to 32."),
        ([0, 1], 33, "An n-gram cannot have the order 33"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_one_sentence(ids, order, message):
    with pytest.raises(DataError, match=message):
        fit_ngrams(array(ids), order, V)


def test_what_cannot_be_scored_or_drawn_is_refused_in_one_sentence():
    fitted = fit_ngrams(array([0, 1]), 3, V)
    with pytest.raises(DataError, match="no text to count or score"):
        fitted.nats_per_token(array([]))
    with pytest.raises(DataError, match="The id 5 is outside a vocabulary of 5"):
        fitted.log_probabilities(array([0]), array([5]))
    with pytest.raises(DataError, match="A text of -1 tokens cannot be drawn"):
        fitted.sample(-1, np.random.default_rng(1))


def test_an_order_longer_than_the_text_is_no_fault():
    fitted = fit_ngrams(array([2, 0]), 6, V)
    assert fitted.distribution(array([2, 0, 2])).sum() == pytest.approx(1)
    assert fitted.order == 6
