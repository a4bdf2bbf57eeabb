"""The picture of a training's curve: what it says, what it survives, and how it comes into a checkpoint's folder."""

import dataclasses
import math
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rnnlab.hub.card import card
from rnnlab.tasks.registry import kind_of
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.curves import curve_svg, finding, read_curve

STOCKS = Path(__file__).parents[1] / "data" / "checkpoints" / "stocks"


def points(held_out, learnt=None):
    learnt = learnt or held_out
    pairs = zip(held_out, learnt, strict=True)
    return [{"step": 10 * (n + 1), "training_loss": b, "validation_loss": a} for n, (a, b) in enumerate(pairs)]


def drawn(found):
    return ElementTree.fromstring(curve_svg(found))


def test_the_best_report_is_named_and_marked():
    found = read_curve(points([3.0, 2.0, 1.5, 1.75]))
    assert finding(found) == "Validation loss: 1.500 nats after step 30 of 40"
    assert read_curve(points([3.0, 2.0])).best == (20, 2.0)
    assert "after the last step" in finding(read_curve(points([3.0, 2.0])))
    space = "{http://www.w3.org/2000/svg}"
    [mark], [training, held_out] = drawn(found).findall(f"{space}circle"), drawn(found).findall(f"{space}polyline")
    assert f"{mark.get('cx')},{mark.get('cy')}" == held_out.get("points").split()[2]
    assert len(training.get("points").split()) == 4


def test_names_that_would_lie_on_each_other_are_kept_apart():
    words = [
        one
        for one in drawn(read_curve(points([2.0, 1.5], [2.0, 1.501]))).iter()
        if (one.text or "").endswith(("500", "501"))
    ]
    places = [float(one.get("y")) for one in words if one.get("fill")]
    assert abs(places[0] - places[1]) >= 15


@pytest.mark.parametrize(
    "odd",
    [
        None, "curve", [], [{}], points([1.0]), points([1.0, 2.0])[::-1], points([None, 1.0]),
        [{"step": "1"}, {"step": 2}], [{"step": True}, {"step": 2}], [1, 2], points([1e300, 2e300]),
        [{"step": -2, "validation_loss": 1}] * 2,
    ],
)  # fmt: skip
def test_a_record_that_tells_no_curve_has_no_picture(odd):
    assert read_curve(odd) is None


@pytest.mark.parametrize("losses", [[1.0, 1.0], [0.0, 0.0], [-5.0, 1e9], [1e-9, 2e-9], [1, 2, None, 3]])
def test_any_curve_of_numbers_can_be_drawn(losses):
    picture = curve_svg(read_curve(points(losses)))
    assert "nan" not in picture
    assert "inf" not in picture
    ElementTree.fromstring(picture)


def test_a_training_loss_that_was_not_finite_leaves_a_gap():
    found = read_curve(points([2.0, 1.0, 1.5], [None, None, None]))
    assert math.isclose(found.best[1], 1.0)
    assert re.search(r">training \d", curve_svg(found)) is None, "its line has no label"


@pytest.mark.parametrize("name", ["stocks", "stocks-today", "shakespeare", "doyle", "tolstoy", "kjv"])
def test_a_bundled_checkpoint_s_picture_is_its_record_s(name):
    place = STOCKS.parent / name
    found = read_curve(checkpoint.load(place).metrics["curve"])
    assert (place / "curve.svg").read_text() == curve_svg(found)
    assert f"![{finding(found)}](curve.svg)" in (place / "README.md").read_text()


def test_a_stranger_s_picture_is_not_taken_over(tmp_path):
    made = checkpoint.load(STOCKS)
    checkpoint.save(made, tmp_path / "model")
    (tmp_path / "model" / "curve.svg").write_text("<svg><script>alert(1)</script></svg>")
    checkpoint.save(checkpoint.load(tmp_path / "model"), tmp_path / "copy")
    assert (tmp_path / "copy" / "curve.svg").read_text() == (STOCKS / "curve.svg").read_text()


def test_without_a_curve_there_is_neither_picture_nor_link(tmp_path):
    made = checkpoint.load(STOCKS)
    without = dataclasses.replace(made, metrics={key: one for key, one in made.metrics.items() if key != "curve"})
    checkpoint.save(
        dataclasses.replace(without, card=card(without, kind_of(without).summary(without))), tmp_path / "model"
    )
    assert not (tmp_path / "model" / "curve.svg").exists()
    assert "curve.svg" not in (tmp_path / "model" / "README.md").read_text()
