"""Where a text ends: at its length, before or after a stop, or with its sentence; cut anywhere it is the same text."""

import itertools

import pytest

from rnnlab.errors import RnnlabError
from rnnlab.tasks.text.pieces import MOST_TO_FINISH, Piece, Row, Wish, sentence_end, take_back

STORY = "He left. The 3.5 o'clock train, said Mr. Bell, was late...and slow! “Why?” she asked. Nobody spoke\n\nDawn."


def written(wish: Wish, pieces, left=(), back=0):
    """What is shown of pieces that come one by one, and the row."""
    row = Row(wish, tuple(left), back)
    shown = row.start()
    for piece in pieces:
        if row.done:
            break
        shown += row.push(piece)
    return "".join(piece.text for piece in shown), row


def pieces_of(text: str, size: int = 1) -> list[Piece]:
    return [Piece(text[place : place + size]) for place in range(0, len(text), size)]


def cut_and_continued(text: str, size: int, first: Wish, second: Wish) -> str:
    """A text written to a first wish, then on to a second, the same pieces coming."""
    pieces = pieces_of(text, size)
    row = Row(first)
    shown, used = row.start(), 0
    while not row.done and used < len(pieces):
        shown += row.push(pieces[used])
        used += 1
    kept, left, back = take_back(shown, row.left(), second.stops)
    more, _ = written(second, pieces[used:], left, back)
    return "".join(piece.text for piece in kept) + more


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("stop", ["late", "\n\n", "e", "!"])
def test_a_stop_that_a_length_cuts_is_found_on_continuing(size, keep, stop):
    place = STORY.index(stop) + len(stop) * keep
    for length in range(1, place):
        first = Wish(length, stops=(stop,), keep_stop=keep)
        second = Wish(1000, stops=(stop,), keep_stop=keep)
        assert cut_and_continued(STORY, size, first, second) == STORY[:place]


def test_a_stop_that_begins_where_the_length_ends_is_found_when_it_comes():
    place = STORY.index("late")
    wishes = Wish(place, stops=("late",)), Wish(1000, stops=("late",))
    assert cut_and_continued(STORY, 1, *wishes) == STORY[:place]


def test_a_stop_asked_for_only_on_continuing_is_found_where_it_began_before():
    length = STORY.index("late") + 2
    assert cut_and_continued(STORY, 1, Wish(length), Wish(90, stops=("late",))) == STORY[: length - 2]


def test_what_was_taken_back_and_is_no_stop_is_shown_again_and_not_counted():
    for length, size in itertools.product(range(5, 30), (1, 3)):
        whole = cut_and_continued(STORY, size, Wish(length), Wish(20, stops=("left; ", "o'clock bus", " t!")))
        assert whole == STORY[: length + 20]


def test_words_are_counted_the_same_where_something_was_taken_back():
    first = Wish(STORY.index("o'clock") + 2)
    plain = cut_and_continued(STORY, 1, first, Wish(3, "words"))
    assert cut_and_continued(STORY, 1, first, Wish(3, "words", stops=("o'x", "zz"))) == plain


def test_continuing_at_a_stop_goes_past_it_and_never_stands_still():
    text = "aab" * 5
    begun, row = written(Wish(100, stops=("ab",)), pieces_of(text))
    kept, left, back = take_back([Piece(begun)], row.left(), ("ab",))
    more, _ = written(Wish(100, stops=("ab",)), pieces_of(text)[len(begun) + 2 :], left, back)
    assert ("".join(piece.text for piece in kept), back, more) == ("a", 0, "aba")


def test_a_stop_can_be_kept_and_each_further_one_ends_the_text_again():
    wish = Wish(100, stops=("\n", "! "), keep_stop=True)
    text, row = written(wish, pieces_of("one! two\nthree"))
    assert text == "one! "
    _, left, back = take_back([Piece(text)], row.left(), wish.stops)
    assert written(wish, pieces_of("two\nthree"), left, back)[0] == "two\n"
    assert back == 0


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize(
    ("length", "ends_with"),
    [
        (3, "left."), (8, "left."), (9, "slow!"), (20, "slow!"), (66, "slow!"), (68, "“Why?”"), (75, "asked."),
        (86, "Nobody spoke"),
    ],
)  # fmt: skip
def test_a_sentence_is_finished_beyond_the_length(size, length, ends_with):
    text, row = written(Wish(length, finish_sentence=True), pieces_of(STORY, size))
    assert STORY.startswith(text)
    assert text.rstrip("\n").endswith(ends_with)
    assert length <= len(text) <= length + 60
    assert not row.unfinished


def test_a_sentence_in_words_is_finished_too():
    assert written(Wish(1, "words", finish_sentence=True), pieces_of(STORY))[0] == "He left."
    assert written(Wish(2, "words", finish_sentence=True), pieces_of(STORY))[0] == "He left."


def test_a_sentence_that_does_not_end_is_cut_and_told():
    text, row = written(Wish(10, finish_sentence=True), pieces_of("no end at all " * 100))
    assert len(text) == 10 + MOST_TO_FINISH
    assert row.unfinished


def test_a_stop_ends_a_sentence_that_is_being_finished():
    text, row = written(Wish(12, finish_sentence=True, stops=("train",)), pieces_of(STORY))
    assert text == STORY[: STORY.index("train")]
    assert not row.unfinished


def test_a_text_whose_sentence_was_finished_is_gone_on_with_where_it_ended():
    assert cut_and_continued(STORY, 4, Wish(12, finish_sentence=True), Wish(10)) == STORY[: STORY.index("!") + 11]


@pytest.mark.parametrize(
    ("text", "least", "end"),
    [
        ("Yes. No", 0, 4), ("Yes. No", 4, 4), ("Yes. No", 5, None), ("Yes.", 0, None), ("3.5 m. ", 0, 6),
        ("J. H. Sr. Capt. Hay. ", 0, 20), ("So am I. He", 0, 8), ("Plan B? Yes", 0, 7), ("CAFÉS. Then", 0, 6),
        ("Dr. No. ", 0, 7), ("St. Ives? Yes", 0, 9), ('"So!" he', 0, 5), ("そう。次", 0, 3), ("「はい。」と", 0, 5),
        ("a line\n\nb", 0, 6), ("a line\nb", 0, None), ("one... two", 0, 6),
    ],
)  # fmt: skip
def test_sentences_end_where_readers_see_them_end(text, least, end):
    assert sentence_end(text, least) == end


def test_too_many_or_too_long_stops_get_one_sentence():
    with pytest.raises(RnnlabError, match="101 stops are too many; give at most 100"):
        Wish(stops=("x",) * 101)
    with pytest.raises(RnnlabError, match="A stop of 10,001 characters is too long; give at most 10,000"):
        Wish(stops=("x" * 10_001,))
