"""Text as ids and back: nothing is lost, nothing depends on chance, and a damaged codec is refused."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from authors import story
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlab.data.code_points import PART, line_slices
from rnnlab.data.text.cleaning import clean
from rnnlab.data.text.strings import LONGEST
from rnnlab.data.text.vocab import (
    CharacterVocabulary,
    Vocabulary,
    build_characters,
    build_subwords,
    build_words,
    encode_compactly,
    encode_documents,
    open_vocabulary,
)
from rnnlab.data.text.words import split_words
from rnnlab.errors import DataError

bounded = settings(deadline=None, max_examples=100)
SHAKESPEARE = Path(__file__).parents[2] / "shared" / "data" / "tinyshakespeare.txt"

TEXT = "The lamp went out, the lamp -- the lamp! went 'round’s\n\n\n  out,   again.\tNaïve 漢字 हिन्दी हिन्दी 12 12 😀\n"
texts = st.text(max_size=60) | st.text(alphabet=" \n\tab'’-.1é\u0301\u200d", max_size=60)


def characters_of(text: str, boundary: bool) -> Vocabulary:
    return build_characters([text], boundary=boundary)


def words_of(text: str, boundary: bool) -> Vocabulary:
    return build_words([text], most=1000, boundary=boundary)


def subwords_of(text: str, boundary: bool) -> Vocabulary:
    return build_subwords([text], most=1000, boundary=boundary)


KINDS = pytest.mark.parametrize("build", [characters_of, words_of, subwords_of])


@KINDS
@pytest.mark.parametrize("boundary", [False, True])
def test_decoding_gives_back_what_was_encoded(build, boundary):
    vocabulary = build(TEXT, boundary)
    ids = vocabulary.encode(TEXT)
    assert ids.dtype == np.int32
    assert vocabulary.decode(ids) == vocabulary.decode(ids.tolist()) == TEXT
    assert ids.max() < vocabulary.size - boundary
    assert vocabulary.encode("").shape == (0,)
    assert vocabulary.decode([]) == ""


@KINDS
@given(data=st.data(), text=texts.filter(bool))
@bounded
def test_any_text_of_known_characters_comes_back_exactly(build, data, text):
    vocabulary = build(text, True)
    other = data.draw(st.text(alphabet=sorted(set(text)), max_size=60))
    assert vocabulary.decode(vocabulary.encode(other)) == other


@KINDS
@given(text=texts.map(lambda text: clean(text).text).filter(bool))
@bounded
def test_a_vocabulary_survives_its_checkpoint(build, text):
    vocabulary = build(text, True)
    opened = open_vocabulary(json.loads(json.dumps(vocabulary.codec())))
    assert opened == vocabulary
    assert (opened.size, opened.boundary, opened.alphabet) == (
        vocabulary.size,
        vocabulary.boundary,
        vocabulary.alphabet,
    )
    assert np.array_equal(opened.encode(text), vocabulary.encode(text))


@pytest.mark.parametrize("build", [build_characters, build_words, build_subwords])
def test_a_vocabulary_does_not_depend_on_the_order_of_the_documents(build):
    documents = [TEXT, TEXT[::-1]]
    assert build(documents).codec() == build(documents[::-1]).codec()


def test_characters_have_ids_in_the_order_of_their_code_points():
    vocabulary = build_characters(["bca\n", "é漢a"])
    assert vocabulary.alphabet == "\nabcé漢"
    assert vocabulary.encode("abc\n漢é").tolist() == [1, 2, 3, 0, 5, 4]
    assert (vocabulary.size, vocabulary.unknown, vocabulary.boundary) == (6, None, None)


def test_rare_characters_become_one_unknown_symbol():
    vocabulary = build_characters(["aaabbbq", "z"], least=2, boundary=True)
    assert (vocabulary.alphabet, vocabulary.size, vocabulary.unknown, vocabulary.boundary) == ("ab", 4, 2, 3)
    assert vocabulary.encode("aqbz漢").tolist() == [0, 2, 1, 2, 2]
    assert vocabulary.decode([0, 2, 1, 3]) == "a\ufffdb\n"


def test_there_is_no_unknown_symbol_where_nothing_is_rare():
    assert build_characters(["aabb"], least=2).unknown is None
    with pytest.raises(DataError, match="No character occurs at least 3 times; give a lower count"):
        build_characters(["aabb"], least=3)


@KINDS
@pytest.mark.parametrize("text", ["the lamp 漢", "漢", "the lamp\x00", "\ud800"])
def test_a_character_without_an_id_is_named(build, text):
    with pytest.raises(DataError, match=r"The character '.+' \(U\+(6F22|0000|D800)\) is not in the model's vocabulary"):
        build("the lamp", True).encode(text)


@given(text=texts)
@bounded
def test_words_joined_are_the_text(text):
    pieces = list(split_words(text))
    assert "".join(pieces) == text
    assert all(pieces)


def test_a_word_takes_the_space_before_it():
    pieces = [
        "The",
        " lamp",
        " --",
        " don’t",
        " go",
        "!",
        "\n\n",
        "   ",
        " हिन्दी",
        " 12",
        "...",
        " ",
        "\n",
        "\t",
        "_",
        "a",
    ]
    assert list(split_words("".join(pieces))) == pieces


@given(pieces=st.lists(texts | st.just("\n"), max_size=12), size=st.integers(1, 20))
@bounded
def test_a_long_text_is_cut_where_no_word_is(pieces, size):
    text = "".join(pieces)
    parts = list(line_slices(text, size))
    assert "".join(parts) == text
    assert [word for part in parts for word in split_words(part)] == list(split_words(text))


def test_a_text_longer_than_a_part_is_encoded_as_one():
    text = "a line of words, 漢字\n" * (PART // 10)
    for vocabulary in (build_characters([text]), build_words([text]), build_subwords([text])):
        assert vocabulary.decode(vocabulary.encode(text)) == text
        assert np.array_equal(encode_documents(vocabulary, [text]), vocabulary.encode(text))


def test_frequent_words_are_whole_and_the_rest_is_spelt():
    vocabulary = build_words([" out out out lamp lamp stair"], most=11 + 1)
    assert vocabulary.words == (" out",)
    strings = [vocabulary.decode([number]) for number in vocabulary.encode(" out lamp stair")]
    assert strings == [" out", *" lamp", *" stair"]


def test_words_as_frequent_are_taken_in_code_point_order_and_single_ones_are_spelt():
    text = "bb,aa,bb,aa,cc,cc,cc,dd"
    assert build_words([text]).words == ("cc", "aa", "bb")
    assert build_words([text], most=5 + 2).words == ("cc", "aa")


def test_frequent_neighbours_become_one_subword_and_the_first_merges_are_of_the_most_frequent():
    vocabulary = build_subwords(["low low low lower slow"], most=100, alphabet="z")
    assert vocabulary.alphabet == " elorswz"
    assert vocabulary.merges[:2] == (("l", "o"), ("lo", "w"))
    strings = [vocabulary.decode([number]) for number in vocabulary.encode("low zlow lowz")]
    assert strings == ["low", " ", "z", "low", " low", "z"]


def test_no_subword_reaches_beyond_a_word_or_is_longer_than_one():
    vocabulary = build_subwords(["to be, or not to be; " * 50 + "-" * 500 + "xy" * 200], most=500)
    strings = [vocabulary.decode([number]) for number in range(vocabulary.size)]
    assert " not" in strings
    assert all(list(split_words(one)) == [one] for one in strings)
    assert len(set(strings)) == len(strings)
    assert 30 < max(map(len, strings)) <= LONGEST


def test_subwords_are_the_same_in_another_process():
    made = "import sys, json\nfrom rnnlab.data.text.vocab import build_subwords as build\n"
    made += "sys.stdout.write(json.dumps(build([sys.argv[1]]).codec()))"
    text = story(3000)
    runs = [subprocess.run([sys.executable, "-c", made, text], capture_output=True, check=True) for _ in range(3)]
    assert [json.loads(one.stdout) for one in runs] == [build_subwords([text]).codec()] * 3
    assert not any(one.stderr for one in runs)


def test_a_string_that_two_merges_make_has_one_id():
    merges = [["a", "b"], ["b", "c"], ["ab", "c"], ["a", "bc"]]
    vocabulary = open_vocabulary(GOOD["subwords"] | {"merges": merges})
    assert vocabulary.size == 6
    assert vocabulary.decode(vocabulary.encode("abcbcabc")) == "abcbcabc"


@pytest.mark.parametrize(("build", "what"), [(build_words, "words"), (build_subwords, "subwords")])
def test_a_vocabulary_too_small_for_the_characters_is_refused(build, what):
    with pytest.raises(
        DataError, match=f"A vocabulary of 4 has no room for {what} beside the text's 4 characters; give a"
    ):
        build(["abcd"], most=4)
    with pytest.raises(DataError, match=f"There is no text to learn {what} from"):
        build([""])


@KINDS
def test_documents_are_joined_by_the_boundary(build):
    documents = ["the lamp", "went", "out " * 400_000, "the", "lamp"]
    vocabulary = build("".join(documents), True)
    ids = encode_documents(vocabulary, documents)
    apart = np.split(ids, np.flatnonzero(ids == vocabulary.boundary))
    assert [vocabulary.decode(part) for part in apart] == [documents[0], *("\n" + text for text in documents[1:])]
    assert np.array_equal(encode_compactly(vocabulary, documents), ids)


@KINDS
def test_one_document_needs_no_boundary_and_several_do(build):
    vocabulary = build("the lamp", False)
    assert vocabulary.decode(encode_documents(vocabulary, ["the lamp"])) == "the lamp"
    assert encode_documents(vocabulary, []).shape == (0,)
    with pytest.raises(DataError, match="learnt no boundary between documents and can't take 2; give one text"):
        encode_documents(vocabulary, ["the", "lamp"])


@pytest.mark.parametrize(
    ("count", "dtype"), [(255, np.uint8), (256, np.uint16), (65_535, np.uint16), (66_000, np.int32)]
)
def test_compact_ids_take_the_smallest_type_that_holds_the_boundary_too(count, dtype):
    vocabulary = CharacterVocabulary("".join(map(chr, range(70_000, 70_000 + count))), False, True)
    ids = encode_compactly(vocabulary, [vocabulary.characters, vocabulary.characters[-1]])
    assert ids.dtype == dtype
    assert ids[-3:].tolist() == [count - 1, count, count - 1]


GOOD = {
    "characters": {"kind": "characters", "characters": "abc", "unknown": False, "boundary": True},
    "words": {"kind": "words", "characters": "abc", "words": ["ab", "ca"], "boundary": False},
    "subwords": {"kind": "subwords", "characters": "abc", "merges": [["a", "b"], ["ab", "c"]], "boundary": False},
}
DOUBLED = [["a", "a"], *([("a" * 2**i), ("a" * 2**i)] for i in range(1, 6))]


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(
    "change",
    [
        {"kind": "bytes"},
        {"kind": None},
        {"kind": ["words"]},
        {"characters": ""},
        {"characters": "ba"},
        {"characters": "aab"},
        {"characters": ["a", "b", "c"]},
        {"boundary": 1},
        {"boundary": None},
        {"unknown": 0},
        {"words": "ab"},
        {"words": ["ab", "ab"]},
        {"words": ["a"]},
        {"words": ["ab", 1]},
        {"words": ["ab", ["a"]]},
        {"words": ["xy"]},
        {"words": ["ab" * 50]},
        {"merges": {"a": "b"}},
        {"merges": ["ab"]},
        {"merges": [["a", "b", "c"]]},
        {"merges": [["a", 1]]},
        {"merges": [["a", ["b"]]]},
        {"merges": [["", "a"]]},
        {"merges": [["ab", "c"], ["a", "b"]]},
        {"merges": [["a", "x"]]},
        {"merges": [["a", "b"], ["a", "b"]]},
        {"merges": DOUBLED},
        {"merges": [["a", "b"]] * 70_000},
        {"more": 1},
    ],
)
def test_a_damaged_codec_is_refused(kind, change):
    assert open_vocabulary(GOOD[kind]).codec() == GOOD[kind]
    with pytest.raises(
        DataError, match=r"The checkpoint's vocabulary is damaged \(.+\); fetch or train the checkpoint"
    ):
        open_vocabulary(GOOD[kind] | change)


@pytest.mark.parametrize("codec", [None, [], "words", 1, {}, {"kind": "characters"}, {"kind": "words", "words": []}])
def test_what_is_no_codec_is_refused(codec):
    with pytest.raises(DataError, match="The checkpoint's vocabulary is damaged"):
        open_vocabulary(codec)


def test_the_benchmark_text_comes_back_from_every_kind():
    if not SHAKESPEARE.exists():
        pytest.skip("the benchmark text is not in the shared folder beside this checkout")
    text = SHAKESPEARE.read_text()
    characters, words, subwords = build_characters([text]), build_words([text]), build_subwords([text])
    assert (characters.size, len(characters.encode(text))) == (65, 1_115_394)
    assert words.size <= 8000
    assert len(words.encode(text)) < len(text) / 3
    assert (subwords.size, len(subwords.encode(text)) < len(text) / 2.5) == (1024, True)
    assert all(one.decode(one.encode(text)) == text for one in (characters, words, subwords))
