"""Speakers of a play: found by the lines that name them, and whether the style report sees that they take turns."""

import json
import random

import numpy as np
import pytest
from pages import pages

from rnnlab.scoring.style import words
from rnnlab.scoring.style.building import build
from rnnlab.scoring.style.counts import part, places_of
from rnnlab.scoring.style.profile import Profile
from rnnlab.scoring.style.report import report
from rnnlab.scoring.style.rows import EARLIER, LABELS, WITHIN

DIALOGUE = "ANN:\nYes.\n\nFirst Lord:\nNo.\n\nANN:\nWhy?\n\nANN:\nSo.\n\nBOB:\nOh.\n\nFirst Lord:\nAh.\n\nANN:\nHm."


def play(speeches: int, seed: int) -> list[tuple[str, str]]:
    """Scenes of a dozen speeches by three of thirty speakers, none of whom speaks twice in a row."""
    draw, found, spoken = random.Random(seed), [("", "")], pages(25 * speeches, seed=seed).split()
    for number in range(speeches):
        if number % 12 == 0:
            cast = draw.sample([f"LORD {one:X}" for one in range(0xA0, 0xBE)], 3)
        name = draw.choice([one for one in cast if one != found[-1][0]])
        found.append((name, " ".join(spoken[25 * number :][:25])))
    return found[1:]


def written(speeches: list[tuple[str, str]]) -> str:
    return "\n\n".join(f"{name}:\n{speech}" for name, speech in speeches)


def test_a_speaker_is_named_by_a_line_of_its_own_before_a_speech():
    assert words.speakers(DIALOGUE) == ["ANN", "First Lord", "ANN", "ANN", "BOB", "First Lord", "ANN"]
    assert words.speakers("CAESAR.\nWell.\n\nYes.\nOr no.\n\nhe said:\nSo.\n\nNow, then:\nSo.") == ["CAESAR"]
    assert words.speakers("ANN:\n\nYes.\n\nA letter:") == words.speakers(pages(500)) == []


def test_a_return_is_to_one_of_the_last_four_speakers_but_not_to_the_last():
    habits = build([pages(1_000)], [], "pages").habits
    [block] = words.blocks_of([DIALOGUE], size=words.count_words(DIALOGUE))
    assert part(habits.count(block), "speakers").tolist() == [5, 3]


def test_shuffled_names_are_outside_the_author_s_range_and_new_scenes_within():
    author = build([written(play(800, 1))], [], "play")
    new = play(200, 2)
    names = [name for name, _ in new]
    random.Random(3).shuffle(names)
    shuffled = [(name, speech) for name, (_, speech) in zip(names, new, strict=True)]
    own, other = (report(author, [written(one)]).json()["rows"]["speakers"] for one in (new, shuffled))
    assert own["reading"] == WITHIN
    assert own["held_out_low"] <= own["value"] <= own["held_out_high"]
    assert other["value"] < other["held_out_low"]


def test_a_text_without_speakers_has_no_such_row_and_the_reason():
    found = report(build([pages(10_000)], [], "pages"), [pages(600, seed=4)])
    assert found.left_out["speakers"] == LABELS["speakers"].absent


@pytest.mark.parametrize(("version", "lacking"), [(1, ("order", "speakers")), (2, ("speakers",))])
def test_a_profile_of_an_earlier_version_is_opened_and_its_missing_rows_left_out(version, lacking):
    value = json.loads(json.dumps(build([pages(10_000)], [], "pages").json())) | {"format": version}
    del value["uncounted"]
    for name in sorted(lacking, key=lambda one: -places_of(one).start):
        del value["training"][name]
        value |= {of: np.delete(value[of], np.r_[places_of(name)], axis=1).tolist() for of in ("held_out", "ngram")}
    opened = Profile.from_json(value)
    again = Profile.from_json(json.loads(json.dumps(opened.json())))
    for one in (opened, again):
        found = report(one, [pages(600, seed=4)])
        assert {name: why for name, why in found.left_out.items() if why == EARLIER} == dict.fromkeys(lacking, EARLIER)
        assert {"spelling", "marks", "topic"} <= {row.name for row in found.rows}
