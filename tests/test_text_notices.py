"""What is told of a writer's training: a text that is too short, and a loss that was lowest at the last step."""

import json

import pytest
from authors import story
from trainings import plan

from rnnlab.__main__ import main
from rnnlab.tasks.text.learn.notices import FEWEST, best_at_last, too_little


def curve(*losses: float | None, every: int = 10) -> list[dict[str, float | None]]:
    return [{"step": every * (1 + place), "validation_loss": loss} for place, loss in enumerate(losses)]


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ((3.0, 2.5, 2.3, 2.2), "was lowest at the last step: train longer, for example with --epochs 8."),
        ((3.0, 2.9), "was lowest at the last step: train longer, for example with --epochs 8."),
        ((3.0, None, None, 2.2), "was lowest at the last step"),
        ((2.2,), "was lowest at the last step: train longer, for example with --epochs 8."),
        ((3.0, 2.5, 2.210, 2.2), "0.5 % below that of step 30; training longer"),
    ],
)
def test_a_loss_that_was_least_at_the_last_step_is_told(losses, words):
    [sentence] = best_at_last(curve(*losses), 10 * len(losses), "--epochs 8")
    assert words in sentence


def test_a_loss_that_hardly_fell_is_no_end_while_the_5_gram_is_ahead():
    losses = curve(3.001, 3.0005, 3.0)
    assert "may improve it slightly" in best_at_last(losses, 30, "")[0]
    assert "train longer" in best_at_last(losses, 30, "", ahead=False)[0]


@pytest.mark.parametrize("losses", [(3.0, 2.2, 2.3), (3.0, 2.2, 2.2), (None, None), (), (3.0, 2.2, None)])
def test_a_loss_that_was_least_before_tells_nothing(losses):
    assert best_at_last(curve(*losses), 10 * len(losses), "") == ()


def test_a_training_that_was_ended_before_its_time_tells_nothing():
    assert best_at_last(curve(3.0, 2.5, 2.0), 40, "") == ()


def test_a_text_that_is_too_short_is_told_on_the_page_and_by_the_command_before_it_begins(tmp_path, capsys):
    (tmp_path / "note.txt").write_text(story(FEWEST - 1))
    (tmp_path / "tale.txt").write_text(story(FEWEST))
    [sentence] = too_little(FEWEST - 1)
    assert sentence in plan("text", str(tmp_path / "note.txt")).notices
    assert sentence not in plan("text", str(tmp_path / "tale.txt")).notices
    words = ["train", "text", "--data", str(tmp_path / "note.txt"), "--out", str(tmp_path / "m"), "--epochs", "1"]
    assert main([*words, "--hidden", "8", "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err.index(sentence) < printed.err.index("seed 1: step")
    assert sentence in json.loads(printed.out.splitlines()[-1])["notices"]


def test_the_command_says_in_the_end_what_setting_would_train_longer(tmp_path, capsys):
    (tmp_path / "tale.txt").write_text(story(9000))
    words = ["train", "text", "--data", str(tmp_path / "tale.txt"), "--hidden", "8", "--out", str(tmp_path / "m")]
    for flags, longer in ((["--epochs", "2"], "--epochs 4"), (["--steps", "30"], "--steps 60")):
        assert main([*words, *flags, "--overwrite"]) == 0
        assert f"train longer, for example with {longer}." in capsys.readouterr().out
