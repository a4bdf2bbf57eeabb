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
from rnnlab.tasks.text import writer
from rnnlab.tasks.text.judge.presets import TEMPERATURES, measure_presets
from rnnlab.tasks.text.page import tab
from rnnlab.tasks.text.page.choosers import preset_and_sampling, sampling_of, voice_here
from rnnlab.tasks.text.page.request import TEMPERATURE, best_first
from rnnlab.train.checkpoint import checkpoint

VOICES_PAGE = (Path(__file__).parents[1] / "docs" / "voices.md").read_text(encoding="utf-8")
WRITER = str(FIXTURES / "finished" / "writer")
PRESETS = {"faithful": 0.6, "balanced": 0.7, "daring": 0.9}
MIN_P = 0.3


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
    found = measure_presets(reports("owwawbbbb", [0.1, 0.4, 0.3, 0.25, 0.2, 0.1, 0.1, 0.3, 0.1], "oowwoobbb"))
    assert found.chosen == {"faithful": 0.7, "balanced": 0.9, "daring": 1.1}
    assert found.kept() == {"presets": found.chosen, "preset_min_p": 0.05}
    assert [row[0] for row in found.table().rows] == ["0.6", "0.7", "0.8", "0.9", "1", "1.1", "1.2", "1.3", "1.4"]
    assert [row[-1] for row in found.table().rows] == ["", "faithful", "", "balanced", "", "daring", "", "", ""]
    assert found.json()["measured"][1] == {
        "temperature": 0.7, "delta": 0.4, "attribution": 1.0, "spelling": 0.9, "within": 3, "rows": 4,
    }  # fmt: skip


def copying(found, shares):
    """The reports, with shares of runs that are copied, where the author's own pages have 0.1."""
    rows = {heat: Row("copied_20", Spread(share), Spread(0.1), None, WITHIN, None) for heat, share in shares.items()}
    return lambda heat: dataclasses.replace(found(heat), rows=(*found(heat).rows, rows[heat]))


def test_a_balanced_setting_copies_no_more_than_the_author_unless_all_do():
    plain = reports("w" * 9, [0.4, 0.1, *[0.3] * 7], "w" * 9)
    falling = dict(zip(TEMPERATURES, [0.3, 0.2, 0.11, 0.1, *[0.05] * 5], strict=True))
    assert measure_presets(plain).chosen["balanced"] == 0.7
    assert measure_presets(copying(plain, falling)).chosen == {"faithful": 0.6, "balanced": 0.9, "daring": 0.9}
    assert measure_presets(copying(plain, dict.fromkeys(TEMPERATURES, 0.2))).chosen["balanced"] == 0.7


def test_a_voice_that_is_nowhere_its_authors_has_no_presets():
    with pytest.raises(RnnlabError, match=r"At no temperature from 0\.6 to 1\.4 is this voice within its author's"):
        measure_presets(reports("ooobbbbbb", [0.5] * 9, "wwwwwwwww"))
    with pytest.raises(RnnlabError, match="Presets need the report's row attribution, which is left out: give more"):
        measure_presets(lambda heat: report(spelling=(WITHIN, 0.9), delta=(WITHIN, 0.5)))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A writer that keeps presets."""
    folder = tmp_path_factory.mktemp("writers") / "measured"
    made = open_located(locate(WRITER))
    checkpoint.save(
        dataclasses.replace(made, metrics={**made.metrics, "presets": PRESETS, "preset_min_p": MIN_P}), folder
    )
    return str(folder)


def test_a_preset_is_its_temperature_and_its_min_p_unless_one_is_given(measured):
    how = ("write", measured, "--seed", "3", "--length", "60")
    done = run(*how, "--preset", "daring")
    own = done.stdout
    assert done.stderr.startswith(f"seed 3, temperature 0.9, min-p {MIN_P}, 60 characters at ")
    assert own == run(*how, "--temperature", "0.9", "--min-p", str(MIN_P)).stdout
    without = run(*how, "--preset", "daring", "--min-p", "0").stdout
    assert without == run(*how, "--temperature", "0.9").stdout != own


def test_presets_that_were_measured_without_min_p_are_used_without(tmp_path):
    made = open_located(locate(WRITER))
    checkpoint.save(dataclasses.replace(made, metrics={**made.metrics, "presets": PRESETS}), tmp_path / "older")
    assert writer.voice(str(tmp_path / "older")).presets["daring"] == {"temperature": 0.9, "min_p": 0.0}


def test_a_preset_that_cannot_be_is_refused_in_a_sentence(measured):
    done = run("write", WRITER, "--preset", "daring")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("The presets of ")
    assert "have not been measured; give --temperature, or measure them with rnnlab report" in done.stderr
    done = run("write", measured, "--preset", "daring", "--temperature", "1")
    assert done.stderr == "A preset sets the temperature; leave out temperature, or the preset.\n"
    for given in ("--temperature", "--min-p"):
        done = run("report", measured, "--presets", given, "0.5")
        assert (
            done.stderr == f"--presets has the model write at temperatures and a min-p of its own; leave out {given}.\n"
        )


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_the_bundled_voices_have_presets_that_the_page_knows(preset):
    for voice in ("doyle", "kjv", "shakespeare", "tolstoy"):
        chooser, *chosen = preset_and_sampling(voice_here(voice), preset)
        metrics = open_checkpoint(voice).metrics
        measured = (metrics["presets"][preset], metrics["preset_min_p"])
        assert (chooser.visible, chooser.value, *chosen) == (True, preset, *measured)
        assert sampling_of(voice, preset) == measured
        assert preset_and_sampling(voice_here(voice), None)[0].value is None
        assert measured[0] in TEMPERATURES
        faithful, balanced, daring = (sampling_of(voice, one)[0] for one in PRESETS)
        assert faithful <= balanced <= daring
    for unknown in ("owner/name", "nobody"):
        chooser, *chosen = preset_and_sampling(voice_here(unknown), preset)
        assert (chooser.visible, chooser.value, *chosen) == (False, None, TEMPERATURE, 0.0)
        assert preset_and_sampling(voice_here(unknown), None)[1:] == (gr.skip(), gr.skip())


def test_the_voice_furthest_below_its_5_gram_comes_first_and_one_without_scores_last():
    table = VOICES_PAGE[VOICES_PAGE.index("| voice |") :].split("\n\n")[0]
    head, _, *rows = [line.split("|") for line in table.splitlines()]
    column = head.index(" below it ")
    below = {row[1].strip(" `"): float(row[column].strip(" %")) for row in rows}
    assert best_first(["stocks", *sorted(below)]) == [*sorted(below, key=below.__getitem__, reverse=True), "stocks"]


def test_a_report_writes_with_the_min_p_that_is_given():
    rows = {row.name: row.text.value for row in rnnlab.load("doyle").report(samples=2, min_p=0.7).rows}
    free = {row.name: row.text.value for row in rnnlab.load("doyle").report(samples=2).rows}
    assert rows["spelling"] > 0.99 > free["spelling"]
    assert rows["distinct_2"] < free["distinct_2"]


@pytest.mark.parametrize("given", ["--temperature", "--min-p"])
def test_how_to_write_is_refused_beside_a_text_to_report_on(tmp_path, given):
    (tmp_path / "story.txt").write_text("word " * 300)
    done = run("report", "doyle", "--text", str(tmp_path / "story.txt"), given, "0.5")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "--temperature and --min-p are of generated texts; leave them out beside --text.\n"


@pytest.fixture(scope="module")
def write_tab():
    with gr.Blocks():
        return tab.lay_out(["kjv", "tolstoy"], gr.Column(visible="hidden"))


def test_opening_a_checkpoint_or_a_link_sets_the_preset_and_the_temperature(write_tab):
    choosers = write_tab.choosers
    opened = write_tab.open("kjv", STRANGER, ["daring"])
    assert opened[choosers.preset].value == "daring"
    assert (opened[choosers.temperature], opened[choosers.min_p]) == sampling_of("kjv", "daring")
    linked = write_tab.open_link(None, {"model": "tolstoy", "temperature": "0.4"})
    assert (linked[choosers.preset].value, linked[choosers.preset].visible) == (None, True)
    assert linked[choosers.temperature] == 0.4


def test_python_writes_by_preset_as_the_command_does(measured):
    voice = rnnlab.load(measured)
    daring = voice.write(length=60, seed=3, preset="daring")
    assert daring == voice.write(length=60, seed=3, sampling={"temperature": 0.9, "min_p": MIN_P})
    assert voice.write(length=60, seed=3, preset="daring", sampling={"min_p": None}) == daring
    for temperature in ({"temperature": 0.5}, {"sampling": {"temperature": 0.5}}):
        with pytest.raises(RnnlabError, match="A preset sets the temperature; leave out temperature, or the preset"):
            voice.write(preset="daring", **temperature)
    with pytest.raises(RnnlabError, match="There is no preset 'wild'; choose faithful, balanced or daring"):
        voice.write(preset="wild")
