"""Copied spans: the exact index against brute force, the fingerprint against the exact index."""

import numpy as np
import pytest

from rnnlab.data.kinds import find_fault
from rnnlab.scoring.originality import exact
from rnnlab.scoring.originality.copying import Copying, baseline, copied, is_copying
from rnnlab.scoring.originality.exact import ExactIndex, doubled, suffix_array
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.scoring.originality.grams import gram_hashes
from rnnlab.scoring.originality.marks import copied_spans
from rnnlab.scoring.originality.watch import Guard, Watch
from rnnlab.scoring.originality.written import ORIGINALITY, originality, originality_table, originality_words


def drawn(seed: int, length: int, letters: str) -> str:
    return "".join(np.random.default_rng(seed).choice(list(letters), length))


def quoting(text: str, seed: int, length: int, letters: str) -> str:
    """A text that is half new and half spans of another, of 1 to 80 characters."""
    random, parts = np.random.default_rng(seed), []
    while sum(map(len, parts)) < length:
        start, size = int(random.integers(len(text))), int(random.integers(1, 80))
        parts += [text[start : start + size], drawn(int(random.integers(1e9)), size, letters)]
    return "".join(parts)[:length]


def brute_force(text: str, query: str) -> list[int]:
    """For each place of the query, the length of the longest string that ends there and that the text has."""
    lengths: list[int] = []
    for end in range(1, len(query) + 1):
        length = lengths[-1] + 1 if lengths else 1
        while query[end - length : end] not in text:
            length -= 1
        lengths.append(length)
    return lengths


@pytest.mark.parametrize("letters", ["ab", "abcé", "αβγ\n", "红楼梦😀"])
@pytest.mark.parametrize("seed", range(5))
def test_the_exact_index_finds_what_brute_force_finds(letters, seed):
    text = drawn(seed, 300, letters)
    query = quoting(text, seed + 100, 200, letters + "z")
    assert ExactIndex(text).longest_spans(query).tolist() == brute_force(text, query)


def test_an_empty_text_and_an_empty_query_share_nothing():
    assert ExactIndex("").longest_spans("abc").tolist() == [0, 0, 0]
    assert ExactIndex("abc").longest_spans("").tolist() == []
    assert Fingerprint.of("").longest_spans("a" * 40).max() == 0
    assert copied(ExactIndex("abc"), "").longest == 0


def test_a_suffix_array_by_doubling_is_in_the_order_of_sorted_suffixes(monkeypatch):
    text = drawn(3, 200, "ab") + "a" * 50
    ranks = np.array([ord(one) for one in text])
    by_hand = sorted(range(len(text)), key=lambda start: text[start:])
    assert doubled(ranks).tolist() == by_hand
    monkeypatch.setattr(exact.importlib.util, "find_spec", lambda name: None)
    assert suffix_array(ranks.astype(np.uint32)).tolist() == by_hand


def test_no_span_runs_over_the_end_of_a_document():
    documents = [drawn(1, 60, "abcdef"), drawn(2, 60, "abcdef")]
    across = documents[0][-30:] + documents[1][:30]
    for index in (ExactIndex(documents), Fingerprint.of(documents)):
        assert index.longest_spans(across).max() in (30, 31, 32)
    assert max(brute_force("|".join(documents), across)) in (30, 31, 32)


def test_the_fingerprint_misses_no_span_of_twenty_and_sees_none_shorter():
    text = drawn(1, 20_000, "abcdefgh")
    query = quoting(text, 2, 20_000, "abcdefgh")
    exactly, about = ExactIndex(text).longest_spans(query), Fingerprint.of(text).longest_spans(query)
    assert (about[exactly >= 20] >= exactly[exactly >= 20]).all()
    assert (about[exactly < 20] > 0).sum() <= 8  # 1.3 by chance
    assert set(np.unique(about[about < 20])) <= {0}


def test_the_fingerprint_takes_less_than_one_run_in_ten_thousand_for_the_texts():
    prints = Fingerprint.of(drawn(1, 100_000, "abcdefghij"))
    random = np.random.default_rng(5).integers(2**64, size=1_000_000, dtype=np.uint64)
    assert prints.holds(random).sum() < 100
    assert len(prints.bits) < 300_000  # 3 MB for a million characters


def test_a_chain_of_two_places_is_told_from_a_copy():
    # Every run of 20 of the chain is in one of its two halves, no run of 45 is in either.
    chains = [drawn(s, 25, "abcdef") + drawn(s + 1, 19, "ghij") + drawn(s + 2, 25, "klmn") for s in range(0, 300, 3)]
    halves = [half for one in chains for half in (one[:44], one[25:])]
    prints = Fingerprint.of(halves)
    longest = [int(prints.longest_spans(one).max()) for one in chains]
    assert min(longest) >= 44
    assert np.mean([one < 69 for one in longest]) > 0.6


def test_the_shares_are_those_of_runs_counted_by_hand():
    text, query = drawn(1, 2_000, "abc"), quoting(drawn(1, 2_000, "abc"), 2, 600, "abcd")
    found = copied(ExactIndex(text), query)
    for length, share in found.shares.items():
        runs = [query[start : start + length] for start in range(len(query) - length + 1)]
        assert share == pytest.approx(np.mean([run in text for run in runs]))
    assert found.longest == max(brute_force(text, query))
    assert found.characters == 600
    assert found.median == np.median(brute_force(text, query))


def test_what_an_index_does_not_see_is_left_out():
    found = copied(Fingerprint.of(drawn(1, 500, "abc")), drawn(2, 500, "def"))
    assert found == Copying(500, 0, None, None, {20: 0.0, 30: 0.0, 50: 0.0})


def test_a_baseline_is_of_equal_length_and_grows_with_it():
    text = drawn(1, 50_000, "ab")
    found = baseline(ExactIndex(text), [drawn(2, 3_000, "ab"), drawn(3, 4_000, "ab")])
    assert found.longest(200) < found.longest(6_400) <= found.whole.longest
    assert found.longest(250) == found.windows[200]
    assert baseline(ExactIndex(text), ["ab"]) is None


def test_the_limit_is_beyond_the_authors_own_99th_percentile_and_never_below_what_is_seen():
    text = drawn(1, 50_000, "ab")
    found = baseline(ExactIndex(text), [text[:3_000]])  # which copies all of it
    assert Fingerprint.of(text).limit == 20
    assert Fingerprint.of(text, found).limit == int(found.whole.p99) + 1 > 2_900


def test_equal_runs_have_equal_numbers_wherever_they_stand():
    numbers = gram_hashes("abcabcabd", 3)
    assert numbers[0] == numbers[3]
    assert len(set(numbers.tolist())) == 4  # abc, bca, cab, abd
    assert len(gram_hashes("ab", 3)) == 0


@pytest.mark.parametrize("begun", [0, 5, 30, 500])
def test_a_watched_text_has_the_spans_of_the_whole_wherever_the_watch_begins(begun):
    text = drawn(1, 5_000, "abcdé")
    query, prints = quoting(text, 2, 1_500, "abcdé"), Fingerprint.of(text)
    watch, spans = Watch(prints, query[:begun]), prints.longest_spans(query).tolist()
    assert [watch.push(one) for one in query[begun:]] == spans[begun:]


def test_what_was_pushed_can_be_taken_back():
    text = drawn(1, 5_000, "abcd")
    watch = Watch(Fingerprint.of(text), text[:100])
    assert watch.push(text[100:150]) == 150
    watch.take_back()
    assert watch.span == 100
    assert watch.push("x" + text[:30]) == 30


def test_a_span_that_began_long_before_the_watch_has_its_whole_length():
    text = drawn(1, 5_000, "abcd")
    assert Watch(Fingerprint.of(text), text[:1_000]).push(text[1_000]) == 1_001


def test_copying_is_what_no_held_out_page_does():
    text = drawn(1, 50_000, "abc")
    index = ExactIndex(text)
    human = baseline(index, [drawn(2, 5_000, "abc")])
    assert not is_copying(copied(index, drawn(3, 3_000, "abc")), human)
    assert is_copying(copied(index, drawn(3, 3_000, "abc") + text[:100]), human)
    assert not is_copying(copied(Fingerprint.of(text), "xyz" * 100), human)


def test_what_a_writer_copies_stands_beside_held_out_pages_in_a_sentence_and_a_table():
    text, new = drawn(1, 50_000, "abc"), drawn(3, 3_000, "abc")
    prints = Fingerprint.of(text, baseline(ExactIndex(text), [drawn(2, 5_000, "abc")]))
    free, copying = (originality(texts, prints) for texts in ([new], [new, text[:400]]))
    assert [find_fault(one, ORIGINALITY) for one in (free, copying)] == [None, None]
    assert (free["copying"], copying["copying"]) == (False, True)
    assert copying["written"]["longest"] == 400
    assert copying["written"]["characters"] == 3_400
    assert copying["written"]["shares"]["50"] == pytest.approx(351 / 3_351, abs=1e-3)
    assert "is not taken to copy" in originality_words(free)
    assert originality_words(copying).startswith("It copies the text it was trained on")
    assert originality_table(copying).rows[0] == ("longest copied span", "400", "under 20")


def test_nothing_is_said_of_copying_without_a_fingerprint_or_held_out_pages():
    assert originality(["abc"], None) is None
    assert originality(["abc"], Fingerprint.of("abc" * 30)) is None


PLAY = "\n\nANGELO:\nWho goes there, my lord?\n\nDUKE VINCENTIO:\nA friend to this ground, and liegemen.\n"
PASSED = {"qq\n\nANGELO:\nNo, my lord?\n\nDUKE VINCENTIO:\nA friend ": "", "qq\n\nANGELO:\nA friend to this g": ""}
# What copies, and the character that shows it: a name that is left off, one that is none, and words.
SHOWN = {
    "qq\n\nANGELO:\nNo, my lord?\n\nDUKE VINCENTIO:\n\n": "\n",
    "qq\n\nANGELO:\nNo, my lord?\n\nDUKE VINCENT, q": ",",
    "qq\n\nANGELO:\nNo, my lord?\n\nDUKE VINCENTIO:\nA friend to this": "t",
    "qq\n\nANGELO:\nA friend to this ground": "o",
    "qq.\n\nAngelo\nNo, my lord?\n\nDUKE VINC": "N",
}


@pytest.mark.parametrize(("text", "refused"), [*PASSED.items(), *SHOWN.items()])
def test_a_guard_lets_names_of_speakers_pass_and_refuses_what_turns_out_to_be_none(text, refused):
    author = Fingerprint.of(PLAY)
    guard = Guard([author], text[:4])
    for place, character in enumerate(text[4:], 4):
        if guard.push(character):
            assert character == refused
            guard.take_back()
            assert not guard.push("#")
            break
        assert copied_spans(author, text[: place + 1]).places == ()
    else:
        assert refused == ""
