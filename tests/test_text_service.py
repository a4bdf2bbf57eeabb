import dataclasses
import itertools
import json
import math

import numpy as np
import pytest
import torch
from authors import story
from trainings import train_text

from rnnlab.errors import CheckpointError, DataError, RnnlabError
from rnnlab.runtime.run_log import TrainReport, TrainResult
from rnnlab.tasks.forecast.use import forecast
from rnnlab.tasks.kind import Request
from rnnlab.tasks.text import writer
from rnnlab.tasks.text.judge.evaluating import evaluate
from rnnlab.tasks.text.kind import KIND
from rnnlab.tasks.text.learn.settings import LEVELS
from rnnlab.tasks.text.summary import score_table
from rnnlab.tasks.text.use import Manner, carry_on, drafts, write
from rnnlab.train.checkpoint import checkpoint

SETTINGS = {"hidden": 40, "layers": 2, "embedding": 12, "epochs": 4, "batch": 8, "window": 25, "lr": 0.02}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A writer trained on a story, and the story."""
    place = tmp_path_factory.mktemp("writer")
    (place / "story.txt").write_text(story())
    *_, result = train_text(str(place / "story.txt"), out=place / "model", settings=SETTINGS)
    assert result.folder == str(place / "model")
    return place


def model(folder) -> str:
    return str(folder / "model")


def data(folder) -> str:
    return str(folder / "story.txt")


def test_a_training_reports_scores_and_samples_and_keeps_its_best_step(folder, tmp_path):
    *reports, result = train_text(data(folder), out=tmp_path / "m", settings=SETTINGS)
    assert all(isinstance(report, TrainReport) for report in reports)
    assert len(reports) == 4
    assert all(0 < len(report.sample) <= 200 for report in reports)
    assert len({report.sample for report in reports}) == 4
    losses = {report.step: report.scores["loss"] for report in reports}
    assert result.summary["best_step"] == min(losses, key=losses.get) == reports[-1].best_step
    assert isinstance(result, TrainResult)
    json.dumps(result.summary, allow_nan=False)


def test_the_checkpoint_records_text_settings_scores_openings_and_samples(folder):
    made = checkpoint.load(model(folder))
    text = made.provenance["data"][0]
    assert (text["name"], text["characters"], text["source"]) == ("story", 20_000, "a file of the maker's own")
    assert made.train["validation"] == 0.1
    assert set(made.metrics["openings"]) == {"ANNA:", "BORIS:", "CARLA:"}
    assert [sample["temperature"] for sample in made.metrics["samples"]] == [0.5, 0.8, 1.0]
    assert all(weight.dtype == torch.float16 for weight in made.weights.values())
    assert story()[:200] not in made.card


def test_its_scores_are_those_that_evaluate_finds_again(folder):
    answer = evaluate(model(folder), data(folder))
    metrics = checkpoint.load(model(folder)).metrics
    for name in ("nats_per_char_windows", "nats_per_char_streamed", "bits_per_char", "ngram_nats_per_char"):
        assert answer[name] == pytest.approx(metrics[name])
    assert answer["bits_per_char"] == pytest.approx(answer["nats_per_char_windows"] / math.log(2))
    assert answer["nats_per_char_int8"] == pytest.approx(answer["nats_per_char_windows"], rel=0.005)
    assert answer["characters"] == 1999
    assert len(answer["notices"]) == 1  # that the text is short
    json.dumps(answer, allow_nan=False)


def test_int8_weights_that_change_nothing_have_no_minus(folder):
    scores = evaluate(model(folder), data(folder))
    for change, shown in ((-1e-6, "+0.00 %"), (-0.004, "-0.40 %"), (0.004, "+0.40 %")):
        int8 = scores["nats_per_char_windows"] * (1 + change)
        assert score_table(scores | {"nats_per_char_int8": int8}).rows[1][0] == f"with int8 weights ({shown})"


def test_another_text_is_scored_with_a_word_of_warning_and_its_unknown_characters_told(folder, tmp_path):
    (tmp_path / "other.txt").write_text(story(seed=2).replace("king", "kïng"))
    notices = evaluate(model(folder), str(tmp_path / "other.txt"))["notices"]
    assert any("trained on another text" in notice for notice in notices)
    assert any("ï was written as i" in notice for notice in notices)


@pytest.mark.parametrize("level", LEVELS)
def test_the_validation_text_is_never_seen_in_training(folder, tmp_path, level):
    """Changing all of the last tenth changes no weight."""
    whole = story()
    changed = whole[:18_000] + whole[17_999:15_999:-1]
    (tmp_path / "changed.txt").write_text(changed)
    settings = SETTINGS | {"epochs": 1, "level": level, "words": 100}
    weights = []
    for file in (data(folder), str(tmp_path / "changed.txt")):
        *_, report = (event for event in train_text(file, settings=settings) if isinstance(event, TrainReport))
        weights.append((report.loss, report.gradient_norm, report.sample))
    assert weights[0] == weights[1]


def test_the_same_seed_trains_the_same_writer_twice(folder, tmp_path):
    list(train_text(data(folder), out=tmp_path / "m", settings=SETTINGS))
    one, other = ((place / "model.safetensors").read_bytes() for place in (tmp_path / "m", folder / "model"))
    assert one == other


def test_a_training_that_was_stopped_resumes_to_the_weights_of_one_that_was_not(folder, tmp_path):
    training = train_text(data(folder), out=tmp_path / "m", settings=SETTINGS, command="train text --hidden 40")
    next(training), next(training)
    training.close()
    assert (tmp_path / "m" / "resume").is_dir()
    *_, result = train_text(data(folder), out=tmp_path / "m", resume=True, command="train text --resume")
    assert checkpoint.load(tmp_path / "m").provenance["command"] == "train text --hidden 40"
    one, other = ((place / "model.safetensors").read_bytes() for place in (tmp_path / "m", folder / "model"))
    assert one == other
    assert [point["step"] for point in result.summary["curve"]] == [89, 178, 267, 356]
    assert not (tmp_path / "m" / "resume").exists()


def test_a_writer_is_no_surer_than_a_slice_that_it_never_learnt_from_allows(tmp_path):
    """Random letters memorised: what is held out can only be guessed, and the network must know that."""
    letters = np.random.default_rng(1).choice(list("abcdefgh\n"), size=9_000)
    (tmp_path / "noise.txt").write_text("".join(letters))
    by_heart = SETTINGS | {"epochs": 25, "hidden": 64}
    scores = {}
    for share in (0.0, 0.2):
        settings = by_heart | {"calibration": share, "patience": 0, "ema": 0.9, "report_every": 10_000}
        *_, result = train_text(str(tmp_path / "noise.txt"), settings=settings)
        scores[share] = result.summary
    assert "output_scale" not in scores[0.0]
    assert scores[0.2]["output_scale"] < 0.9
    assert scores[0.2]["nats_per_char_streamed"] < scores[0.0]["nats_per_char_streamed"]


def test_a_stopped_training_can_write_already(folder, tmp_path):
    training = train_text(data(folder), out=tmp_path / "m", settings=SETTINGS)
    next(training)
    training.close()
    assert len(write(str(tmp_path / "m"), "ANNA:", length=30)["text"]) == 35
    assert "has not been measured" in writer.voice(str(tmp_path / "m")).verdict
    assert "Its training has not ended" in checkpoint.load(tmp_path / "m").card


def test_a_training_is_not_resumed_on_another_text(folder, tmp_path):
    training = train_text(data(folder), out=tmp_path / "m", settings=SETTINGS)
    next(training)
    training.close()
    (tmp_path / "other.txt").write_text(story(seed=2))
    with pytest.raises(RnnlabError, match="began with another text; give the same --data"):
        list(train_text(str(tmp_path / "other.txt"), out=tmp_path / "m", resume=True))


@pytest.mark.parametrize(
    ("name", "value"), [("validation", 0.5), ("rare", 5), ("level", "word"), ("documents", "line")]
)
def test_what_an_id_means_and_what_is_held_out_cannot_change_on_resuming(folder, tmp_path, name, value):
    training = train_text(data(folder), out=tmp_path / "m", settings=SETTINGS)
    next(training)
    training.close()
    with pytest.raises(RnnlabError, match=f"began with another --{name}; leave --{name} out"):
        list(train_text(data(folder), out=tmp_path / "m", settings={name: value}, resume=True))


def test_settings_follow_from_the_texts_size_unless_given(folder):
    made = checkpoint.load(model(folder))
    assert made.train["epochs"] == 4
    assert made.model.recurrent_dropout == 0.24  # proposed for so short a text
    assert made.model.hidden == 40


def test_documents_end_and_are_learnt_to(tmp_path):
    lines = "\n".join(["a short line", "another one here"] * 200)
    (tmp_path / "lines.txt").write_text(lines)
    settings = SETTINGS | {"documents": "line", "epochs": 40, "layers": 1}
    list(train_text(str(tmp_path / "lines.txt"), out=tmp_path / "m", settings=settings))
    answer = None
    for draft in drafts(str(tmp_path / "m"), "", Manner(200, unit="document"), seed=1):
        answer = draft
    assert answer.texts[0] in ("a short line", "another one here")
    on = list(carry_on(answer, Manner(200, unit="document")))[-1]
    assert on.texts[0].splitlines() == [answer.texts[0], on.texts[0].splitlines()[1]]
    assert on.texts[0].splitlines()[1] in ("a short line", "another one here")


def test_a_text_has_the_keys_that_are_promised_and_begins_with_its_prompt(folder):
    answer = write(model(folder), "BORIS:", length=50, seed=4)
    told = {"text", "seed", "characters", "chars_per_second", "notices", "model", "device"}
    assert set(answer) == told | {"longest_copied", "copying_limit"}
    assert answer["text"].startswith("BORIS:")
    assert (answer["seed"], answer["characters"], len(answer["text"])) == (4, 50, 56)
    assert answer["text"] == write(model(folder), "BORIS:", length=50, seed=4)["text"]


def test_a_seed_that_is_drawn_is_told_and_writes_the_text_again(folder):
    first = write(model(folder), "BORIS:", length=80)
    again = write(model(folder), "BORIS:", length=80, seed=first["seed"])
    assert first["text"] == again["text"]


def test_drafts_grow_from_the_first_character_on_and_end_with_a_finished_one(folder):
    found = list(drafts(model(folder), "ANNA:", Manner(3000), seed=1))
    assert not found[0].finished
    assert 0 < found[0].characters < 100
    assert [draft.finished for draft in found].count(True) == 1
    assert found[-1].finished
    for one, other in itertools.pairwise(found):
        assert other.texts[0].startswith(one.texts[0])
    assert len(found) < 100  # not one a character


def test_a_draft_that_was_stopped_anywhere_is_gone_on_with_to_the_same_text(folder):
    *_, whole = drafts(model(folder), "ANNA:", Manner(500), seed=1)
    writing = drafts(model(folder), "ANNA:", Manner(500), seed=1)
    begun = next(writing)
    writing.close()
    *_, rest = carry_on(begun, Manner(500 - begun.characters))
    assert rest.texts == whole.texts
    assert rest.characters == 500 - begun.characters


def test_three_texts_are_those_of_three_seeds(folder):
    *_, three = drafts(model(folder), "ANNA:", Manner(60), seed=7, texts=3)
    assert three.seeds == (7, 8, 9)
    assert list(three.texts) == [write(model(folder), "ANNA:", length=60, seed=seed)["text"] for seed in three.seeds]
    assert three.answer()["texts"] == list(three.texts)


def test_a_prompt_with_unknown_characters_is_written_on_from_with_a_notice(folder):
    answer = write(model(folder), "ÀNNA: “☃", length=10, seed=1)
    assert answer["text"].startswith("ANNA:")
    assert "À was written as A" in answer["notices"][0]
    assert "☃" in " ".join(answer["notices"])


def test_a_voice_tells_its_openings_and_how_good_it_is(folder):
    voice = writer.voice(model(folder))
    assert voice.title == "story"
    assert set(voice.openings) == {"ANNA:", "BORIS:", "CARLA:"}
    assert "per character on held-out pages" in voice.verdict
    assert "LSTM of characters, 2 × 40 units" in voice.size


@pytest.mark.parametrize("level", LEVELS[1:])
def test_a_model_of_longer_ids_is_scored_in_nats_per_character(folder, tmp_path, level):
    settings = SETTINGS | {"level": level, "words": 120}
    list(train_text(data(folder), out=tmp_path / "m", settings=settings))
    longer, chars = (evaluate(place, data(folder)) for place in (str(tmp_path / "m"), model(folder)))
    assert longer["ngram_nats_per_char"] == chars["ngram_nats_per_char"]
    assert 0.1 < longer["nats_per_char_streamed"] < 1.5
    assert longer["characters"] > 1980
    assert writer.voice(str(tmp_path / "m")).size.startswith(f"LSTM of {level}s")


def test_a_training_of_subwords_that_was_stopped_resumes_to_the_same_weights(folder, tmp_path):
    settings = SETTINGS | {"level": "subword", "epochs": 2, "report_every": 20}
    for name in ("whole", "m"):
        training = train_text(data(folder), out=tmp_path / name, settings=settings)
        list(training) if name == "whole" else (next(training), next(training))
        training.close()
    list(train_text(data(folder), out=tmp_path / "m", resume=True))
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "m"))
    assert one == other


@pytest.mark.parametrize(
    ("prompt", "manner", "asked", "sentence"),
    [
        ("", Manner(0), {}, "The length must be between 1 and 100,000 characters, not 0"),
        ("", Manner(), {"texts": 17}, "Between 1 and 16 texts can be written at a time, not 17"),
        ("", Manner(), {"seed": -2}, "The seed must be between 0 and 2,147,483,646, or -1 to have one drawn, not -2"),
        ("a" * 20_001, Manner(), {}, "The prompt has 20,001 characters; give at most 20,000"),
        ("", Manner(sampling={"temperature": 9.0}), {}, "temperature must be between 0 and 5, not 9.0"),
        ("", Manner(unit="document"), {}, "has learnt no end of a document"),
    ],
)
def test_what_cannot_be_written_gets_one_sentence(folder, prompt, manner, asked, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        next(drafts(model(folder), prompt, manner, **asked))


def test_a_forecaster_cannot_write_and_a_writer_cannot_forecast(folder):
    with pytest.raises(CheckpointError, match="was trained for 'forecast', not for writing"):
        write("stocks", "ANNA:")
    with pytest.raises(CheckpointError, match="was trained for 'text', not for forecasting"):
        forecast(model(folder), "AAPL")


def test_a_vocabulary_that_is_not_the_models_is_refused(folder, tmp_path):
    made = checkpoint.load(model(folder))
    fewer = made.codec["vocabulary"] | {"characters": made.codec["vocabulary"]["characters"][1:]}
    checkpoint.save(dataclasses.replace(made, codec={"vocabulary": fewer}), tmp_path / "odd")
    with pytest.raises(CheckpointError, match="vocabulary has 36 ids where its model predicts 37"):
        write(str(tmp_path / "odd"))
    checkpoint.save(dataclasses.replace(made, codec={}), tmp_path / "none")
    with pytest.raises(CheckpointError, match="The checkpoint's vocabulary is damaged"):
        write(str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty; give a plain text file"),
        (b"aaaa\n" * 100, "consists of a single character"),
        (bytes(range(256)) * 40, "is not text but binary data"),
        (b"too short", "9 characters|ids .* too few"),
    ],
)
def test_a_text_that_cannot_be_learnt_from_gets_one_sentence_and_leaves_nothing(tmp_path, content, sentence):
    (tmp_path / "odd.txt").write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        list(train_text(str(tmp_path / "odd.txt"), out=tmp_path / "m"))
    assert not (tmp_path / "m").exists()


def test_a_setting_that_a_writer_lacks_is_named(folder):
    with pytest.raises(RnnlabError, match="A writer has no setting --lead; leave it out"):
        list(train_text(data(folder), settings={"lead": 3}))


def test_a_long_held_out_part_is_scored_less_often(folder):
    small = {"hidden": 8, "layers": 1, "embedding": 4, "batch": 1, "window": 4}
    steps = []
    for share in (0.01, 0.4):
        request = Request.of(str(folder / "story.txt"), small | {"validation": share})
        steps.append(KIND.prepare(KIND.read(request), request).rounds[0].train.report_every)
    assert steps[0] == 250 < 2500 < steps[1]
