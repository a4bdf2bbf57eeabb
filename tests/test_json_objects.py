"""A stranger's JSON: one object, said unambiguously, or nothing."""

import json

import pytest

from rnnlab.data import kinds
from rnnlab.data.json_objects import LONGEST_NUMBER, MOST_DEPTH, HalfCharacter, NoObject, parse_object
from rnnlab.data.kinds import find_fault

BAD = {
    "not a number": b'{"a": NaN}',
    "minus infinity": b'{"a": [-Infinity]}',
    "a float that is infinite": b'{"a": 2e308}',
    "a whole number beyond all floats": b'{"a": 1' + b"0" * 309 + b"}",
    "a number of very many digits": b'{"a": 0.' + b"7" * LONGEST_NUMBER + b"}",
    "a whole number of 5,000 digits": b'{"a": 1' + b"7" * 5000 + b"}",
    "a name twice": b'{"a": 1, "b": 2, "a": 1}',
    "a name twice, within": b'{"a": [{"x": {}, "x": {}}]}',
    "a name twice, once escaped": b'{"a": 1, "\\u0061": 1}',
    "lists within lists": b'{"a": ' + b"[" * 100_000,
    "lists within lists that end": b'{"a": ' + b"[" * MOST_DEPTH + b"]" * MOST_DEPTH + b"}",
    "half a character": b'{"a": "\xed\xa0\xbd"}',
    "bytes of no encoding": b'{"a": "\xff"}',
    "a comment": b'{"a": 1} // one',
    "a second object": b"{}{}",
    "a comma too many": b'{"a": 1,}',
    "single quotes": b"{'a': 1}",
    "Python": b'{"a": True}',
    "a control character": b'{"a": "\x07"}',
    "an end amid": b'{"a": {"b": "c',
    "a bare word": b"{a: 1}",
    "a zero before": b'{"a": 01}',
    "nothing": b"",
    "zeros": b"\0" * 64,
}


@pytest.mark.parametrize("raw", BAD.values(), ids=BAD)
def test_what_readers_could_read_differently_is_not_read(raw):
    with pytest.raises(ValueError, match=r"."):
        parse_object(raw)


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"a"', b"7", b"true"])
def test_json_that_is_no_object_is_said_to_be_none(raw):
    with pytest.raises(NoObject):
        parse_object(raw)


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b'{"a": {"b": ["x", "\\ud83d"]}}', "a.b.1"), (b'{"a": "\\udC00\\uD800"}', "a"),
        (b'{"a": {"\\udfff": 1}}', "a name in a"), (b'{"\\ud800": 1}', "a name"),
    ],
)  # fmt: skip
def test_half_a_character_is_named_by_its_place(raw, place):
    with pytest.raises(HalfCharacter) as told:
        parse_object(raw)
    assert told.value.place == place


def test_what_json_can_say_whole_is_read_as_it_is():
    said = {"a": [1, 2.5, -0.0, 1e308, 2**63, None, True], "é日🙂": {"": "\\ud83d \u2028"}, "deep": [[[[{}]]]]}
    for raw in (json.dumps(said).encode(), json.dumps(said, ensure_ascii=False, indent=3).encode()):
        assert parse_object(raw) == said
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert parse_object(json.dumps(said).encode(encoding)) == said
    assert type(parse_object(b'{"a": 1}')["a"]) is int
    assert type(parse_object(b'{"a": 1.0}')["a"]) is float


KINDS = [
    (kinds.whole(1, 9), [1, 9], [0, 10, 1.0, True, "1", None, [1]]),
    (kinds.number(0, 1), [0, 1, 0.5], [-0.1, 1.1, True, "0", None, 10**400, float("nan"), float("inf")]),
    (kinds.SHARE, [0, 0.3], [-1e-9, 2]),
    (kinds.text(3), ["", "abc"], ["abcd", 3, None, ["a"]]),
    (kinds.choice(["a", "b"]), ["a"], ["A", "", None, ["a"], {}, 0]),
    (kinds.FLAG, [True, False], [0, 1, "true", None]),
    (kinds.DAY, ["2012-02-29", "1700-01-01"],
     ["2011-02-29", "20120229", "2012-W09-3", "1600-01-01", "9999-01-01", "２０１２-02-03", 20120229, None]),
    (kinds.DIGEST, ["0f" * 32], ["0F" * 32, "0f" * 31, "0f" * 32 + "\n", 0, None]),
    (kinds.exactly([1, "x"], "this"), [[1, "x"]], [[1.0, "x"], [True, "x"], ["x", 1], {}, None]),
    (kinds.maybe(kinds.whole()), [None, 3], [3.0, "", False]),
    (kinds.listed(kinds.whole(), 1, 2), [[1], [1, 2]], [[], [1, 2, 3], [1, None], {"0": 1}, "12"]),
    (kinds.named(kinds.whole()), [{}, {"a": 1}], [{"a": 1.0}, [1], None]),
    (kinds.record({"a": kinds.FLAG}, {"b": kinds.FLAG}), [{"a": True}, {"a": True, "c": 1}],
     [{}, {"b": True}, {"a": 1}, {"a": True, "b": None}, []]),
    (kinds.record({"a": kinds.FLAG}, others=False), [{"a": True}], [{"a": True, "c": 1}]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "good", "bad"), KINDS, ids=[kind.words for kind, _, _ in KINDS])
def test_a_kind_takes_what_it_says_and_nothing_near_it(kind, good, bad):
    assert [value for value in good if find_fault(value, kind) is not None] == []
    assert [value for value in bad if find_fault(value, kind) is None] == []


def test_a_fault_tells_the_place_what_stands_there_and_what_is_due():
    kind = kinds.record({"tests": kinds.listed(kinds.record({"share": kinds.SHARE}))})
    fault = find_fault({"tests": [{"share": 1}, {"share": "9" * 99}]}, kind)
    assert fault.told() == (f'tests[1].share is missing or wrong ("{"9" * 59}… where a number from 0 to 1 is due)')
    assert find_fault({"tests": [{}]}, kind).told() == (
        "tests[0].share is missing or wrong (nothing where a number from 0 to 1 is due)"
    )


def test_a_strangers_names_do_not_reach_a_sentence_as_they_are():
    kind = kinds.named(kinds.named(kinds.FLAG))
    told = find_fault({"\x1b[31m" + "x" * 90: {"a\nb": 0}}, kind).told()
    assert told == f"[31m{'x' * 36}.ab is missing or wrong (0 where true or false is due)"
