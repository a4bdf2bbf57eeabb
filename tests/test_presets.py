"""A voice's presets: chosen by its reports, kept with it, used by name."""

import dataclasses
from pathlib import Path

import gradio as gr
import pytest
from commanding import run
from golden.places import FIXTURES

import rnnlab
from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import STRANGER
from rnnlab.runtime.opening import locate, open_checkpoint, open_located
from rnnlab.scoring.style.report import StyleReport
from rnnlab.scoring.style.rows import ALIKE, BETWEEN, OUTSIDE, WITHIN, Row, Spread
from rnnlab.tasks.text.judge.presets import TEMPERATURES, measure_presets
from rnnlab.tasks.text.page import tab
from rnnlab.tasks.text.page.choosers import preset_and_temperature, temperature_of, voice_here
from rnnlab.tasks.text.page.request import TEMPERATURE, best_first
from rnnlab.train.checkpoint import checkpoint

VOICES_PAGE = (Path(__file__).parents[1] / "docs" / "voices.md").read_text(encoding="utf-8")
WRITER = str(FIXTURES / "finished" / "writer")
PRESETS = {"faithful": 0.6, "balanced": 0.7, "daring": 0.9}


def report(**readings):
    """A report whose rows have these readings, their figures all 0.5 but for those that are given."""
    rows = [Row(name, Spread(value), None, None, reading, None) for name, (reading, value) in readings.items()]
    return StyleReport("An author", 5000, ("Another",), tuple(rows), {})


def reports(spelling, delta, bigrams):
    """A report for each temperature, by the first letter of its rows' readings."""
    words = {"w": WITHIN, "a": ALIKE, "b": BETWEEN, "o": OUTSIDE}
    readings = zip(spelling, bigrams, delta, strict=True)
    made = [
        report(spelling=(words[one], 0.9), bigrams=(words[two], 0.5), delta=(WITHIN, three), attribution=(WITHIN, 1.0))
        for one, two, three in readings
    ]
    return dict(zip(TEMPERATURES, made, strict=True)).__getitem__


def test_presets_lie_where_flair_and_words_are_the_authors():
    found = measure_presets(reports("owwawbb", [0.1, 0.4, 0.3, 0.25, 0.2, 0.1, 0.1], "oowwoob"))
    assert found.chosen == {"faithful": 0.6, "balanced": 0.8, "daring": 1.0}
    assert [row[0] for row in found.table().rows] == ["0.5", "0.6", "0.7", "0.8", "0.9", "1", "1.1"]
    assert [row[-1] for row in found.table().rows] == ["", "faithful", "", "balanced", "", "daring", ""]
    assert found.json()["measured"][1] == {
        "temperature": 0.6, "delta": 0.4, "attribution": 1.0, "spelling": 0.9, "within": 3, "rows": 4,
    }  # fmt: skip


def test_a_voice_that_is_nowhere_its_authors_has_no_presets():
    with pytest.raises(RnnlabError, match=r"At no temperature from 0\.5 to 1\.1 is this voice within its author's"):
        measure_presets(reports("ooobbbb", [0.5] * 7, "wwwwwww"))
    with pytest.raises(RnnlabError, match="Presets need the report's row attribution, which is left out: give more"):
        measure_presets(lambda heat: report(spelling=(WITHIN, 0.9), delta=(WITHIN, 0.5)))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A writer that keeps presets."""
    folder = tmp_path_factory.mktemp("writers") / "measured"
    made = open_located(locate(WRITER))
    checkpoint.save(dataclasses.replace(made, metrics={**made.metrics, "presets": PRESETS}), folder)
    return str(folder)


def test_a_preset_is_its_temperature(measured):
    how = ("write", measured, "--seed", "3", "--length", "60")
    assert run(*how, "--preset", "daring").stdout == run(*how, "--temperature", "0.9").stdout
    assert run(*how, "--preset", "daring").stdout != run(*how).stdout


def test_a_preset_that_cannot_be_is_refused_in_a_sentence(measured):
    done = run("write", WRITER, "--preset", "daring")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("The presets of ")
    assert "have not been measured; give --temperature, or measure them with rnnlab report" in done.stderr
    done = run("write", measured, "--preset", "daring", "--temperature", "1")
    assert done.stderr == "--preset is a temperature; leave out --temperature, or the preset.\n"
    done = run("report", measured, "--presets", "--temperature", "1")
    assert done.stderr.startswith("--presets has the model write at several temperatures; leave out --text and")


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_the_bundled_voices_have_presets_that_the_page_knows(preset):
    for voice in ("doyle", "kjv", "shakespeare", "tolstoy"):
        chooser, heat = preset_and_temperature(voice_here(voice), preset)
        measured = open_checkpoint(voice).metrics["presets"][preset]
        assert (chooser.visible, chooser.value, heat) == (True, preset, measured)
        assert temperature_of(voice, preset) == measured
        assert preset_and_temperature(voice_here(voice), None)[0].value is None
        assert temperature_of(voice, preset) in TEMPERATURES
        faithful, balanced, daring = (temperature_of(voice, one) for one in PRESETS)
        assert faithful <= balanced <= daring
    for unknown in ("owner/name", "nobody"):
        chooser, heat = preset_and_temperature(voice_here(unknown), preset)
        assert (chooser.visible, chooser.value, heat) == (False, None, TEMPERATURE)
        assert preset_and_temperature(voice_here(unknown), None)[1] == gr.skip()


def test_the_voice_furthest_below_its_5_gram_comes_first_and_one_without_scores_last():
    rows = [line.split("|") for line in VOICES_PAGE.splitlines() if line.startswith("| `")]
    [head] = [line.split("|") for line in VOICES_PAGE.splitlines() if line.startswith("| voice |")]
    column = head.index(" below it ")
    below = {row[1].strip(" `"): float(row[column].strip(" %")) for row in rows}
    assert best_first(["stocks", *sorted(below)]) == [*sorted(below, key=below.__getitem__, reverse=True), "stocks"]


@pytest.fixture(scope="module")
def write_tab():
    with gr.Blocks():
        return tab.lay_out(["kjv", "tolstoy"], gr.Column(visible="hidden"))


def test_opening_a_checkpoint_or_a_link_sets_the_preset_and_the_temperature(write_tab):
    choosers = write_tab.choosers
    opened = write_tab.open("kjv", STRANGER, ["daring"])
    assert (opened[choosers.preset].value, opened[choosers.temperature]) == ("daring", temperature_of("kjv", "daring"))
    linked = write_tab.open_link(None, {"model": "tolstoy", "temperature": "0.4"})
    assert (linked[choosers.preset].value, linked[choosers.preset].visible) == (None, True)
    assert linked[choosers.temperature] == 0.4


def test_python_writes_by_preset_as_the_command_does(measured):
    voice = rnnlab.load(measured)
    assert voice.write(length=60, seed=3, preset="daring") == voice.write(length=60, seed=3, temperature=0.9)
    with pytest.raises(RnnlabError, match="A preset is a temperature; leave out temperature, or the preset"):
        voice.write(preset="daring", temperature=0.5)
    with pytest.raises(RnnlabError, match="There is no preset 'wild'; choose faithful, balanced or daring"):
        voice.write(preset="wild")
