"""Bytes in: the letters that a person wrote come out, whatever the encoding, or it is said that nobody can be sure."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from languages import PAIRS, STORIES, story

from rnnlab.data.detection import CANDIDATES
from rnnlab.data.encodings import SHOWN, codec_named, decode, encoding_notices
from rnnlab.data.languages import EASTERN, LATIN, OTHER
from rnnlab.errors import DataError

WESTERN = [language for language, encoding in PAIRS if encoding == "cp1252"]


def decoded(content: bytes, encoding: str | None = None):
    found = decode(content, encoding)
    assert found is not None
    return found


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_a_short_story_is_read_in_every_encoding_that_its_language_has_had(language, encoding):
    text = story(language, encoding)
    found = decoded(text.encode(encoding))
    assert found.text == text
    assert (found.rivals, found.fits, found.broken) == ((), True, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32"])
@pytest.mark.parametrize("language", STORIES)
def test_a_story_of_any_script_is_read_in_every_form_of_unicode_with_a_mark_or_without(language, encoding):
    text = STORIES[language]
    for part in (text, text[:30], text[41:70]):
        assert decoded(part.encode(encoding)).text == part


@given(language=st.sampled_from(WESTERN), start=st.integers(0, 200), length=st.integers(40, 140))
@settings(deadline=None, max_examples=60)
def test_what_is_windows_1252_is_read_as_that(language, start, length):
    text = STORIES[language][start : start + length]
    assert decoded(text.encode("cp1252")).text == text


TYPED = (
    "It wasn’t late — not yet",
    "pages 3–9 of ten",
    "“Who’s there?”",
    "it cost £5",
    "100 € and more",
    "and so on…",
    "the café—not the rôle—wasn’t his",
)


@pytest.mark.parametrize("sentence", TYPED)
@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize("times", [1, 300])
def test_english_whose_only_signs_beyond_ascii_are_typed_ones_keeps_them(sentence, encoding, times):
    text = f"The rain had stopped by noon and nobody came. {sentence}, said the old man to the boy.\n" * times
    assert decoded(text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", ["cp437", "cp850"])
def test_english_with_letters_of_the_dos_age_keeps_them(encoding):
    text = "The café and its entrée were naïve, and the fiancée who came with you said that to him.\n" * 9
    assert decoded(text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", ["utf-16", "UTF-16-LE", "utf_16_be", "utf-32", "u16"])
def test_an_encoding_of_two_bytes_is_not_taken_for_plain_text_that_has_none(encoding):
    with pytest.raises(DataError, match="of whose bytes some are zero"):
        decode(b"plain words in lines.\n" * 12, encoding)


def test_a_few_letters_stay_windows_1252_and_the_notice_names_what_else_they_may_be():
    found = decoded("Dvořák, Łódź, Škvorecký".encode("cp1250"))
    assert found.encoding == "Windows-1252"
    assert encoding_notices(found) == (
        "The text is not UTF-8 and was read as Windows-1252; save it as UTF-8 if letters look wrong, or name its "
        "encoding with --encoding.",
    )
    found = decoded("bărbat".encode("cp1250"))
    assert "Windows-1250" in found.rivals
    assert "but may be " in encoding_notices(found)[0]


def test_drawings_of_the_dos_age_are_drawings():
    box = "┌──────┐\n│ menu │\n├──────┤\n│ quit │\n└──────┘\n"
    assert decoded(box.encode("cp437")).text == box


def test_a_line_with_rare_letters_late_in_a_long_ascii_text_is_found():
    text = "plain words only\n" * 30_000 + story("Russian", "koi8_r") + "\n" + "and more\n" * 30_000
    assert decoded(text.encode("koi8_r")).encoding == "KOI8-R"


def test_letters_that_an_old_editor_put_into_a_utf8_text_are_read():
    content = "Ça va, naïve été — ".encode() + b"caf\xe9, it\x92s \xc9va" + "’s déjà vu. ".encode()
    found = decoded(content)
    assert found.text == "Ça va, naïve été — café, it’s Éva’s déjà vu. "
    assert encoding_notices(found) == ("3 places where the text is not valid UTF-8 were read as Windows-1252.",)


def test_what_is_left_of_a_character_is_left_out():
    content = "été déjà ".encode() + b"caf\xc3 and \x80\x99 then " + "vu, à l’œil".encode() + "é".encode()[:1]
    found = decoded(content)
    assert found.text == "été déjà caf and  then vu, à l’œil"
    assert encoding_notices(found) == ("3 places where the text is not valid UTF-8 were left out.",)


@pytest.mark.parametrize("wrong", ["latin-1", "cp1252"])
def test_a_text_that_was_encoded_twice_is_decoded_twice(wrong):
    text = "Café – it’s “fine” à côté, naïve. ".replace("”", "" if wrong == "cp1252" else "”")
    found = decoded(text.encode().decode(wrong).encode())
    assert found.text == text
    assert encoding_notices(found) == ("The text had been encoded in UTF-8 twice over and was decoded twice.",)
    assert decoded("Ã© is what é becomes".encode()).text == "Ã© is what é becomes"


@pytest.mark.parametrize("name", ["KOI8-R", "koi8_r", " koi8-r "])
def test_an_encoding_that_is_named_is_taken(name):
    found = decoded("ПОТОМ".encode("koi8_r"), name)
    assert (found.text, found.encoding) == ("ПОТОМ", "KOI8-R")


def test_every_encoding_goes_by_the_name_that_is_shown():
    assert set(CANDIDATES) <= set(SHOWN)
    for codec, shown in SHOWN.items():
        assert codec_named(shown).replace("-", "_") == codec
    assert codec_named("gb2312") == codec_named("GBK") == "gb18030"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("windows1250x", "There is no encoding 'windows1250x'; did you mean Windows-1250?"),
        ("klingon", "There is no encoding 'klingon'; name one such as Windows-1250, KOI8-R or GB18030."),
        ("", "There is no encoding ''; name one such as"),
        ("a" * 999, "There is no encoding 'aaaa"),
        ("\0", "There is no encoding "),
        ("idna", "'idna' is no encoding of text; name one such as"),
        ("hex", "'hex' is no encoding of text"),
        ("utf-8", "places of the file are no characters in UTF-8; name another, or leave --encoding out."),
        ("latin-1", "places of the file are no characters in ISO8859-1; name another"),
    ],
)
def test_a_name_that_cannot_be_taken_is_refused_in_one_sentence(name, words):
    with pytest.raises(DataError) as caught:
        decode(("“So” – " * 30).encode("cp1252"), name)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 200


def test_the_languages_name_each_letter_once():
    for letters in (LATIN | OTHER | EASTERN).values():
        assert len(set(letters)) == len(letters)
        assert all(one == one.lower() or not one.isalpha() for one in letters.replace("İ", ""))


@pytest.mark.parametrize("encoding", ["cp1250", "koi8_r", "cp932", "utf-16-le"])
def test_a_text_twice_as_long_takes_at_most_about_twice_the_time(encoding):
    text = story({"cp1250": "Czech", "koi8_r": "Russian"}.get(encoding, "Japanese"), encoding)
    spent = []
    for times in (4_000, 16_000):
        content = (text * times).encode(encoding)
        began = time.process_time()
        decode(content)
        spent.append(time.process_time() - began)
    assert spent[1] < 12 * spent[0] + 0.2


@pytest.mark.parametrize(
    ("language", "encoding", "wrong"),
    [
        ("Czech", "cp1250", "latin-1"),
        ("Russian", "koi8_r", "latin-1"),
        ("Ukrainian", "cp1251", "cp1252"),
        ("Greek", "cp1253", "latin-1"),
        ("Japanese", "cp932", "latin-1"),
        ("Russian", "koi8_r", "cp1252"),
        ("Chinese (traditional)", "big5", "latin-1"),
    ],
)
def test_a_text_whose_encoding_was_taken_for_a_western_one_is_decoded_again(language, encoding, wrong):
    text = story(language, encoding) * 2
    found = decoded(text.encode(encoding).decode(wrong).encode())
    assert found.text == text
    assert encoding_notices(found) == (
        f"The text had been saved with {SHOWN.get(encoding, 'Big5')} taken for Windows-1252 and was decoded again.",
    )


@pytest.mark.parametrize(
    "text", ["Þótt það sé æði, á Ægisíðu. " * 30, "àéîõü " * 9, "It\u0092s, Ω", "a\u0085b é", "\u009d"]
)
def test_a_text_in_unicode_that_is_no_other_ones_is_left_alone(text):
    assert decoded(text.encode()).text == text


def test_an_encoding_that_was_named_is_told_as_such():
    found = decoded("ПОТОМ".encode("koi8_r"), "KOI8-R")
    assert encoding_notices(found) == ("The text was read as KOI8-R.",)
    assert encoding_notices(decoded("потом".encode(), "utf-8")) == ()


@pytest.mark.parametrize("encoding", ["cp1250", "cp1252", "cp1257", "koi8_r", "cp866", "cp932", "gb18030"])
@given(text=st.text(st.characters(codec="latin-1", categories=["Ll", "Lu"]), min_size=1, max_size=30))
@settings(deadline=None, max_examples=25)
def test_no_letter_becomes_a_control_character(encoding, text):
    found = decode(f"{text} and some more of it\n".encode(encoding, "ignore"))
    assert found is not None
    assert not any(unicodedata.category(one) == "Cc" and one not in "\n\x85" for one in found.text)
