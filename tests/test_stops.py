"""Stops and banned characters as people write them: with escapes, curly quotes and several at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.data.text.prompts import adapt_banned, adapt_stops, escaped, read_lines, unescaped


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\n\n", "\n\n"), (r"a\tb", "a\tb"), (r"\\n", r"\n"), (r"C:\dir\new", "C:\\dir\new"), ("\\", "\\"),
        (r"\d+\.", r"\d+\."), ("\n", "\n"), ("", ""),
    ],
)  # fmt: skip
def test_escapes_are_read_and_other_backslashes_stand_for_themselves(written, read):
    assert unescaped(written) == read


@given(st.text(alphabet="\\nt\n\t ab"))
def test_what_is_escaped_is_read_again_and_stands_on_one_line(text):
    assert unescaped(escaped(text)) == text
    assert "\n" not in escaped(text)


def test_a_field_holds_a_stop_a_line():
    assert read_lines("\\n\\n\r\nROMEO:\n\n a") == ("\n\n", "ROMEO:", " a")
    assert read_lines("") == ()


@pytest.mark.parametrize(
    ("known", "stop", "read", "sentence"),
    [
        ("ro'e", "r’o", "r'o", "The stop “r’o” was read as “r'o”, in characters that this model knows."),
        ('a" \n', "“\n", '"\n', 'The stop ““\\n” was read as “"\\n”, in characters that this model knows.'),
        ("-a", "—", "-", "The stop “—” was read as “-”, in characters that this model knows."),
        ("abc", "ABC", "abc", "The stop “ABC” was read as “abc”, in characters that this model knows."),
        ("é", "e\u0301", "é", ""),
        ("ab\n", "a\r\n", "a\n", ""),
        ("ab", "ab", "ab", ""),
    ],
)
def test_a_stop_is_written_with_known_characters_and_told(known, stop, read, sentence):
    stops, notices = adapt_stops(known, [stop])
    assert (stops, " ".join(notices)) == ((read,), sentence)


@pytest.mark.parametrize("stop", ["€5", "漢", "\t", "\n\n", "a\u2603b"])
def test_a_stop_that_cannot_appear_is_told_and_ends_nothing(stop):
    stops, [sentence] = adapt_stops("ab 5", [stop, "ab"])
    assert stops == ("ab",)
    assert sentence == f"The stop “{escaped(stop)}” can never appear, as this model does not know all of it."


@pytest.mark.parametrize(
    ("known", "banned", "all_banned", "sentences"),
    [
        ("ab'", "’", "’'", "’ is unknown to this model, so ' is never written in its place."),
        ('ab"', "“”", '“”"', '“ is unknown to this model, so " is never written in its place.'),
        ("a'b", "“", "“", ""),  # ' is its apostrophe as well
        ("aeE", "é", "é", ""),
        ("and.", "&…", "&…", ""),
        ("ab", "B", "B", ""),
        ("ab ", "\t", "\t", ""),
        ("’'", "’", "’", ""),
    ],
)
def test_a_banned_sign_bans_its_known_shape_and_no_letter_another(known, banned, all_banned, sentences):
    found, notices = adapt_banned(known, banned)
    assert (found, " ".join(notices)) == (all_banned, sentences)
