from collections import Counter, defaultdict

import numpy as np
from numpy.testing import assert_allclose

from rnnlab.scoring.adaptive_ngrams import adaptive_log_probabilities
from rnnlab.scoring.ngrams import fit_ngrams

V, ORDER = 5, 4
RNG = np.random.default_rng(1)
TRAINING, IDS = RNG.integers(V, size=200), RNG.integers(V, size=90)


class Counting:
    """The same n-gram from counts in dictionaries, one id at a time."""

    def __init__(self):
        self.after = defaultdict(Counter)

    def probability(self, past, one):
        share = 1 / V
        for length in range(min(len(past), ORDER - 1) + 1):
            seen = self.after[tuple(past[len(past) - length :])]
            if seen:
                share = (seen[one] + len(seen) * share) / (seen.total() + len(seen))
        return share

    def count(self, past, one):
        for length in range(min(len(past), ORDER - 1) + 1):
            self.after[tuple(past[len(past) - length :])][one] += 1


def test_each_id_is_foretold_from_the_counts_of_all_before_it():
    model, expected = Counting(), []
    for place, one in enumerate(TRAINING.tolist()):
        model.count(TRAINING[:place].tolist(), one)
    for place, one in enumerate(IDS.tolist()):
        expected.append(np.log(model.probability(IDS[:place].tolist(), one)))
        model.count(IDS[:place].tolist(), one)
    assert_allclose(adaptive_log_probabilities(TRAINING, IDS, ORDER, V), expected)


def test_the_first_id_is_scored_as_by_the_n_gram_that_has_counted_the_training_text():
    fitted = fit_ngrams(TRAINING, ORDER, V)
    assert_allclose(adaptive_log_probabilities(TRAINING, IDS, ORDER, V)[:1], fitted.log_probabilities(IDS[:1]))


def test_what_comes_later_changes_no_earlier_score():
    changed = np.concatenate([IDS[:50], RNG.integers(V, size=40)])
    before, after = (adaptive_log_probabilities(TRAINING, ids, ORDER, V) for ids in (IDS, changed))
    assert_allclose(before[:50], after[:50])


def test_a_text_that_repeats_itself_is_foretold_better_the_second_time():
    scores = adaptive_log_probabilities(TRAINING, np.tile(IDS, 2), ORDER, V)
    assert scores[90:].mean() > scores[:90].mean() + 0.5
