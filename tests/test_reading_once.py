"""What a visitor chooses is read, encoded, timed and counted once; pressing Train trains on that."""

import dataclasses
from collections import Counter

import pytest
from authors import story

from rnnlab.runtime import page_training
from rnnlab.runtime.page_training import Asked, Trained, begin, plan
from rnnlab.tasks.text.judge import score
from rnnlab.tasks.text.kind import KIND

TINY = {"hidden": 16, "layers": 1, "embedding": 8, "epochs": 1}


@pytest.fixture
def counted(monkeypatch, tmp_path):
    """The task with everything that is dear counted."""
    done: Counter[str] = Counter()

    def counting(name, work):
        def counted(*given, **more):
            done[name] += 1
            return work(*given, **more)

        return counted

    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(page_training, "probe", counting("probe", page_training.probe))
    monkeypatch.setattr(score, "fit_ngrams", counting("count", score.fit_ngrams))
    kind = dataclasses.replace(KIND, read=counting("read", KIND.read), prepare=counting("prepare", KIND.prepare))
    return kind, done


def test_choosing_and_training_read_encode_time_and_count_once(counted, tmp_path):
    kind, done = counted
    (tmp_path / "once.txt").write_text(story())
    data = str(tmp_path / "once.txt")
    proposed = plan(Asked.of(kind, data, TINY))
    assert plan(Asked.of(kind, data, TINY | proposed.settings)) == proposed
    _, events = begin(Asked.of(kind, data, TINY | proposed.settings), report_every=proposed.report_every)
    assert isinstance(list(events)[-1], Trained)
    assert done == {"read": 1, "prepare": 1, "probe": 1, "count": 1}


def test_other_settings_read_nothing_again_and_a_changed_file_is_read_anew(counted, tmp_path):
    kind, done = counted
    file = tmp_path / "twice.txt"
    file.write_text(story())
    plan(Asked.of(kind, str(file), TINY))
    plan(Asked.of(kind, str(file), TINY | {"hidden": 24}))
    assert done["read"] == done["count"] == 1
    file.write_text(story() + "The end.\n")
    assert "characters" in plan(Asked.of(kind, str(file), TINY)).read[0]
    assert done["read"] == 2
