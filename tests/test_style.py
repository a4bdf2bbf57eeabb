"""How near a text is to an author: what is counted, against hand counts and SciPy, and what the report says of it."""

import dataclasses
import functools
import json
import random

import faststylometry
import numpy as np
import pytest
from pages import pages
from scipy import stats
from scipy.spatial.distance import cosine

from rnnlab.errors import DataError
from rnnlab.scoring.style import words
from rnnlab.scoring.style.building import build
from rnnlab.scoring.style.counts import COMMON, part, scalar
from rnnlab.scoring.style.figures import Ruler, dependence, distance
from rnnlab.scoring.style.known import Known
from rnnlab.scoring.style.profile import Profile
from rnnlab.scoring.style.ranges import expected
from rnnlab.scoring.style.report import report
from rnnlab.scoring.style.rows import NO_NEARER, OUTSIDE, SHORT, WITHIN, Row, Spread, read
from rnnlab.scoring.style.verdict import verdict

HAND = "“Go home,” she said. Why? Nobody knew (not\nyet)\n\nthe end"


@functools.cache
def profile(author: int = 1, script: str = "latin") -> Profile:
    return build([pages(10_000, author, script)], [pages(5_000, author, script, seed=2)], f"{script} {author}")


def told(text: str, author: int = 1, script: str = "latin", others=(2,)):
    return report(profile(author, script), [text], [profile(one, script) for one in others], generated=False)


def readings(text: str, **others) -> dict[str, str]:
    return {row.name: row.reading for row in told(text, **others).rows}


def test_words_sentences_and_paragraphs_are_those_that_a_hand_counts():
    assert words.count_words(HAND) == 11
    assert words.sentences(HAND) == ["“Go home,” she said.", "Why?", "Nobody knew (not\nyet)", "the end"]
    assert words.paragraphs(HAND) == ["“Go home,” she said. Why? Nobody knew (not\nyet)", "the end"]
    assert [words.is_proper(one, words.STOPS, True) for one in words.sentences(HAND)] == [True, True, False, False]
    assert words.is_balanced(HAND)
    assert not words.is_balanced("“Go (home,” she said.")
    assert words.sentences("It cost 3.5. So be it!", words.STOPS) == ["It cost 3.5.", "So be it!"]


def test_blocks_hold_every_word_in_order_and_nothing_is_lost_between_them():
    text = pages(1_100)
    blocks = list(words.blocks_of([text]))
    assert [len(block.words) for block in blocks] == [250] * 4
    assert text.startswith("".join(block.text for block in blocks))
    assert all(words.count_words(block.text) == 250 for block in blocks)


def test_a_block_s_counts_are_those_that_a_hand_counts():
    habits = profile().habits
    [block] = words.blocks_of(["One two one two. Three one two!" + " x" * 0], size=7)
    counts = habits.count(block)
    assert scalar(counts, "words") == 7
    assert (scalar(counts, "bigrams"), scalar(counts, "distinct_bigrams")) == (6, 4)  # one two ×3, two one, …
    assert (scalar(counts, "trigrams"), scalar(counts, "distinct_trigrams")) == (5, 5)
    assert (scalar(counts, "sentences"), scalar(counts, "proper")) == (2, 2)
    assert part(counts, "word_lengths")[[2, 4]].tolist() == [6, 1]
    assert part(counts, "marks")[[0, 4, -1]].tolist() == [1, 1, 7]


def test_a_set_of_hashes_misses_no_member_and_takes_few_others_for_one():
    random = np.random.default_rng(1)
    members, others = (random.integers(0, 2**48, 100_000, np.uint64) for _ in range(2))
    known = Known.from_json(json.loads(json.dumps(Known.of(members).json())))
    assert known.holds(members).all()
    assert known.holds(others).mean() < 0.012
    assert len(known.bits) <= 10 * len(members) / 8 + 1


def test_a_distance_of_distributions_is_half_the_sum_of_differences():
    found = distance(np.array([[2, 2, 0], [0, 0, 9]]), np.array([1, 2, 1]))
    np.testing.assert_allclose(found, [0.25, 0.75])


def test_the_order_of_words_is_counted_within_and_at_the_edges_of_sentences():
    habits = dataclasses.replace(profile().habits, common=words.hashes(["a", "b"]))
    [block] = words.blocks_of(["A b x. B y a? A"], size=7)
    pairs = part(habits.count(block), "order").reshape(18, 18)
    other, edge = 16, 17
    assert pairs.sum() == 8
    assert pairs[[0, 1, other, edge, 1, other, 0, edge], [1, other, edge, 1, other, 0, edge, 0]].tolist() == [
        1, 2, 1, 1, 2, 1, 1, 1,
    ]  # fmt: skip


def test_order_by_chance_has_no_distance_and_strict_alternation_has_half():
    first, second = np.array([0.2, 0.8]), np.array([0.3, 0.7])
    found = dependence(np.array([np.outer(first, second).ravel() * 1000, [0, 50, 50, 0]]))
    np.testing.assert_allclose(found, [0, 0.5], atol=1e-12)


def test_cosine_delta_is_scipy_s_distance_of_z_scores():
    author, other = profile(1), profile(2)
    ruler = Ruler.of(author, [])
    ruler = dataclasses.replace(ruler, others=(other,))
    table = dict(zip(other.listed.tolist(), zip(other.frequencies, other.spreads, strict=True), strict=True))
    theirs = np.array([table.get(one, (0.0, 0.0)) for one in author.habits.common.tolist()])
    means = np.array([author.frequencies[:COMMON], theirs[:, 0]])
    spreads = np.array([author.spreads[:COMMON], theirs[:, 1]])
    deviation = np.sqrt((spreads**2).mean(axis=0) + means.var(axis=0))
    text = part(author.held_out.sum(axis=0), "common") / scalar(author.held_out.sum(axis=0), "words")
    expected = cosine((text - means.mean(axis=0)) / deviation, (means[0] - means.mean(axis=0)) / deviation)
    assert ruler.delta(text[None])[0] == pytest.approx(expected)


def test_cosine_delta_is_the_cosine_of_faststylometry_s_z_scores():
    tokens = [[w for block in words.blocks_of([pages(10_000, one)]) for w in block.words] for one in (1, 2, 3)]
    known = faststylometry.Corpus(["one", "two", "three"], ["pages"] * 3, tokens)
    asked = faststylometry.Corpus(["?"], ["new"], [pages(5_000, seed=2).lower().replace(",", "").split()])
    nearest = faststylometry.calculate_burrows_delta(known, asked, vocab_size=COMMON, tok_match_pattern="").iloc[:, 0]
    assert nearest.idxmin() == "one"
    # It takes the deviation between authors alone, and the words that are the commonest of all.
    still = [dataclasses.replace(profile(one), spreads=0 * profile(one).spreads) for one in (1, 2, 3)]
    common = dataclasses.replace(still[0].habits, common=words.hashes(known.top_tokens))
    ruler = Ruler(dataclasses.replace(still[0], habits=common), tuple(still[1:]), None)
    theirs = known.author_z_scores[:, known.all_unique_authors.index("one")]
    expected = cosine(asked.author_z_scores[:, 0], theirs)
    assert ruler.delta(asked.token_proportions.T)[0] == pytest.approx(expected)


def test_frequencies_and_their_spread_are_those_of_slices_of_2_500_words():
    text = pages(10_000)
    found = profile()
    every = [word for block in words.blocks_of([text]) for word in block.words]
    first = words.hashes(sorted(set(every), key=lambda one: (-every.count(one), every.index(one)))[:1])
    assert found.listed[0] == first[0]
    commonest = max(set(every), key=every.count)
    slices = [every[start : start + 2_500].count(commonest) / 2_500 for start in range(0, 10_000, 2_500)]
    assert found.frequencies[0] == pytest.approx(np.mean(slices))
    counted = np.sqrt(found.frequencies[0] * (1 - found.frequencies[0]) / 2_500)
    assert found.spreads[0] == pytest.approx(max(np.std(slices, ddof=1), counted))


def test_a_profile_saved_and_opened_gives_the_same_report_and_holds_no_word_of_the_text():
    written = json.dumps(profile().json())
    text = pages(1_000, seed=3)
    rows, again = (report(one, [text]).json()["rows"] for one in (profile(), Profile.from_json(json.loads(written))))
    assert {name: row["value"] for name, row in again.items()} == pytest.approx(
        {name: row["value"] for name, row in rows.items()}, abs=1e-4
    )
    assert not [word for word in set(text.split()) if len(word) > 3 and f'"{word}"' in written]


@pytest.mark.parametrize(
    ("field", "value"),
    [("format", 4), ("format", 0), ("uncounted", ["dogs"]),
     ("common", []), ("held_out", [[1, 2]]), ("known", {}), ("ngram", [["x"]]), ("training", {}),
     ("common", [[1, 2.5, 0]]), ("told_apart", [[-1] * 1024]), ("stops", 5)],
)  # fmt: skip
def test_a_damaged_profile_is_refused_in_one_sentence(field, value):
    with pytest.raises(DataError, match="The author's profile .*make it anew with --data"):
        Profile.from_json(profile().json() | {field: value})


def test_the_author_s_own_new_pages_are_within_the_author_s_range():
    found = readings(pages(5_000, seed=4))
    assert list(found.values()).count(OUTSIDE) <= 2  # one in twenty is outside by chance
    assert NO_NEARER not in found.values()
    assert found["attribution"] == found["delta"] == WITHIN


def test_another_author_s_pages_are_outside():
    found = readings(pages(5_000, author=2))
    assert found["delta"] == found["attribution"] == OUTSIDE
    assert {found["sentence_lengths"], found["marks"]} <= {OUTSIDE, NO_NEARER}


def test_shuffled_words_fail_the_sentences():
    shuffled = pages(5_000, seed=4).split()
    random.Random(1).shuffle(shuffled)
    found = readings(" ".join(shuffled))
    assert found["proper"] in (OUTSIDE, NO_NEARER)
    assert found["delta"] == WITHIN  # the words are still the author's


def test_shuffled_words_of_a_text_with_a_grammar_have_no_order():
    def text(sentences: int, seed: int) -> list[str]:
        draw = random.Random(seed).choice
        some = (
            f"The {draw('abcdefgh')} of the {draw('ijklmn')} was {draw('opqr')} and not mine." for _ in range(sentences)
        )
        return " ".join(some).split()

    author = build([" ".join(text(1_200, 1))], [], "grammar")
    own, shuffled = text(500, 2), text(500, 2)
    random.Random(3).shuffle(shuffled)
    found = [report(author, [" ".join(one)]).json()["rows"]["order"] for one in (own, shuffled)]
    assert found[0]["held_out_low"] <= found[0]["value"] <= found[0]["held_out_high"]
    assert found[1]["value"] < 0.25 < 0.5 < found[0]["value"]
    assert found[1]["reading"] == OUTSIDE


def test_text_copied_from_the_training_part_is_caught():
    found = told(pages(10_000)[5_000:40_000])
    rows = {row.name: row for row in found.rows}
    assert rows["trigrams"].reading == OUTSIDE
    assert rows["trigrams"].text.value > 0.99
    assert "It repeats the text it was trained on" in found.verdict


def test_a_copied_run_is_told_of_where_the_author_s_pages_share_none_that_is_seen():
    none = Spread(0.0, 0.0, 0.0)
    rows = [Row("longest_copied", Spread(longest), none, none, OUTSIDE, None) for longest in (602.0, 39.0)]
    found = [verdict(5_000, [row], ()) for row in rows]
    assert "a run of 602 characters is copied, where as many new pages by the author share fewer than 20" in found[0]
    assert "repeats" not in found[1]


def test_a_5_gram_s_text_is_no_nearer_than_a_5_gram_or_between():
    from rnnlab.scoring.style.building import imitation

    rows = {row.name: row for row in told(imitation(pages(10_000), 20, seed=9)).rows}
    assert rows["spelling"].reading in (NO_NEARER, OUTSIDE, "between the 5-gram and the author")
    assert rows["spelling"].text.value == pytest.approx(rows["spelling"].ngram.value, abs=0.03)


def test_what_a_figure_says_follows_from_the_ranges():
    own, other = Spread(0.5, 0.4, 0.6), Spread(0.2, 0.1, 0.3)
    assert read("bigrams", 0.45, own, other, 250) == WITHIN
    assert read("bigrams", 0.35, own, other, 250) == "between the 5-gram and the author"
    assert read("bigrams", 0.15, own, other, 250) == NO_NEARER
    assert read("bigrams", 0.9, own, other, 250) == OUTSIDE
    assert read("bigrams", 0.45, own, Spread(0.5, 0.3, 0.7), 1000) == SHORT
    assert read("bigrams", 0.45, own, Spread(0.5, 0.3, 0.7), None) == "within the author's range, as a 5-gram is"
    assert read("marks", 0.3, own, Spread(0.9, 0.8, 1.0), 250) == WITHIN  # nearer than most of the author's own
    assert read("bigrams", 0.45, Spread(0.5), other, 250) == SHORT


def test_a_range_of_one_slice_a_tenth_is_student_s_t_on_the_arcsine_scale():
    shares = np.array([0.02, 0.05, 0.03, 0.08, 0.01, 0.04])
    angles = np.arcsin(np.sqrt(shares))
    low, high = stats.t.interval(0.95, df=2, loc=angles.mean(), scale=angles.std(ddof=1) * np.sqrt(1 + 1 / 3))
    found = expected(shares[:, None], parts=6, slices=1, largest=1.0)
    assert (found.value, found.low, found.high) == pytest.approx((shares.mean(), 0, np.sin(high) ** 2))
    assert low < 0


def test_the_next_tenth_s_slice_lies_within_its_range_in_95_of_100_cases_or_more():
    random = np.random.default_rng(1)
    inside = []
    for _ in range(400):
        tenths = random.normal(0.5, 0.02, 11)
        slices = random.normal(tenths[:, None], 0.03, (11, 5))
        found = expected(slices[:10], parts=10, slices=5, largest=1.0)
        inside.append(found.low <= slices[10, 0] <= found.high)
    assert 0.95 <= np.mean(inside) <= 0.99  # tenths that are not alike count by half


def cells(name, *spreads):
    return Row(name, *spreads, OUTSIDE, None).cells()


def test_figures_are_shown_as_shares_distances_or_whole_characters():
    none, half = Spread(0.0, 0.0, 0.0), Spread(0.5, 0.25, 1.0)
    assert cells("spelling", half, none, None) == ("50.0 % (25.0–100.0)", "0.0 % (0.0–0.0)", "–")
    assert cells("marks", half, Spread(0.001), None) == ("0.500 (0.250–1.000)", "0.001", "–")
    assert cells("longest_copied", Spread(0.0), Spread(31.0, 20.0, 45.0), None) == ("0", "31 (20–45)", "–")
    assert cells("repetition", none, Spread(0.001, 0.0001, 0.0024), None)[:2] == (
        "0.00 % (0.00–0.00)",
        "0.10 % (0.01–0.24)",
    )


@pytest.mark.parametrize("script", ["greek", "russian", "chinese"])
def test_texts_in_other_scripts_are_reported_on_or_told_what_does_not_apply(script):
    found = told(pages(2_500, script=script, seed=4), script=script, others=())
    rows = {row.name: row for row in found.rows}
    assert rows["spelling"].text.value > 0.98
    assert rows["proper"].text.value > 0.9
    assert ("capitals" in found.left_out) == (script == "chinese")
    assert found.left_out["delta"] == "no other author of the same language is at hand"


def test_an_author_of_another_language_is_no_rival():
    found = told(pages(1_000, seed=4), others=())
    mixed = report(profile(), [pages(1_000, seed=4)], [profile(1, "russian")])
    assert mixed.others == found.others == ()
    assert {"delta", "attribution"} <= set(mixed.left_out)


def test_too_short_texts_are_refused_with_their_length():
    with pytest.raises(DataError, match="100 words are too few for a report on style; write at least 250"):
        told(pages(100))
    with pytest.raises(DataError, match="100 words are too few for an author's profile"):
        build([pages(100)], [], "short")


def test_a_text_of_one_block_has_no_interval_and_twice_the_same_report():
    text = pages(300, seed=5)
    found = told(text)
    assert {row.text.low for row in found.rows} == {None}
    assert found.json() == told(text).json()
    json.dumps(found.json(), allow_nan=False)
