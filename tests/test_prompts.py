"""A prompt is written with the characters that a model knows, and whoever wrote it is told what became what."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlab.data.text.prompts import adapt
from rnnlab.data.text.vocab import build_characters

any_text = st.text(st.characters(exclude_categories=[]), max_size=40)
some_text = st.text(alphabet=" \n\tab'’-.1é\u0301\u200d", max_size=60)


@pytest.mark.parametrize(
    ("known", "prompt", "adapted", "notice"),
    [
        ("caf e", "café", "cafe", "é was written as e."),
        ("Eeé", "É", "é", "É was written as é."),
        ("Ee", "É", "E", "É was written as E."),
        ("e", "É", "e", "É was written as e."),
        ('"a', "“a”", '"a"', '“ was written as " and ” was written as ".'),
        ("“”a", '"a', "“a", '" was written as “.'),
        ("'a", "a’", "a'", "’ was written as '."),
        ("-", "—–", "--", "— was written as - and – was written as -."),
        (".", "…", "...", "… was written as ...."),
        ("s", "ß", "ss", "ß was written as ss."),
        ("ae", "ǽ", "ae", "ǽ was written as ae."),
        ("fi", "ﬁ", "fi", "ﬁ was written as fi."),
        ("123", "１٢³", "123", "１ was written as 1, ٢ was written as 2 and ³ was written as 3."),
        ("a b", "a\tb\u00a0a", "a b a", "a tab was written as a space and a no-break space was written as a space."),
        ("ab", "A b", "ab", "A was written as a. a space is unknown to this model and was left out."),
        ("caf e", "café 漢", "cafe ", "é was written as e. 漢 is unknown to this model and was left out."),
        ("a", "漢a字\ud800", "a", "漢, 字 and U+D800 are unknown to this model and were left out."),
        ("é\n", "e\u0301\r\n", "é\n", ""),
        ("abc", "abc", "abc", ""),
        ("", "ab", "", "a and b are unknown to this model and were left out."),
    ],
)
def test_unknown_characters_of_a_prompt_take_their_nearest_known_form(known, prompt, adapted, notice):
    text, notices = adapt(known, prompt)
    assert (text, " ".join(notices)) == (adapted, notice)


def test_a_prompt_in_another_script_is_not_listed_letter_by_letter():
    text, notices = adapt("ab", "".join(map(chr, range(0x4E00, 0x4F00))))
    assert text == ""
    assert notices[0].endswith("and 248 more are unknown to this model and were left out.")


def test_a_prompt_of_a_million_marks_is_cut_at_once():
    text, notices = adapt("a", "a" + "\u0301\u0327" * 500_000)
    assert text == "a"
    assert notices[-1] == "999,970 combining marks too many in a row were left out."


@given(prompt=some_text | any_text, known=some_text | any_text | st.just("abcdefg '"))
@settings(deadline=None, max_examples=150)
def test_any_prompt_can_be_encoded_once_it_is_adapted(prompt, known):
    text, notices = adapt(known, prompt)
    assert set(text) <= set(known)
    assert all(notice.endswith(".") and notice.isprintable() for notice in notices)
    assert adapt(known, text)[0] == text
    if known:
        build_characters([known]).encode(text)
