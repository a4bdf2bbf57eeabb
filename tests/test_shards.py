"""A text larger than memory: cut into shards, learnt shard by shard, resumed at the same place."""

import gzip
import itertools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from authors import story
from hub.tables import parquet
from reaching import reachable_hub
from trainings import train_text

from rnnlab.__main__ import main
from rnnlab.data.text.characters import build_characters
from rnnlab.data.text.shards import open_shards, write_shards
from rnnlab.data.text.text_pieces import read_pieces
from rnnlab.data.text.vocab import encode_compactly
from rnnlab.errors import DataError, RnnlabError
from rnnlab.service.sharding import make_shards
from rnnlab.tasks.text.judge.evaluating import evaluate
from rnnlab.tasks.text.learn.sharded import ShardedTask
from rnnlab.tasks.text.learn.task import TextTask
from rnnlab.train.checkpoint import checkpoint

SMALL = {"hidden": 16, "layers": 1, "embedding": 8, "batch": 4, "window": 25, "epochs": 2, "report_every": 40}


@pytest.fixture(scope="module")
def text() -> str:
    return "".join(f"Chapter {n}.\n{story()}\n" for n in range(6))


@pytest.fixture(scope="module")
def shards(text, tmp_path_factory) -> str:
    place = tmp_path_factory.mktemp("shards")
    (place / "tales.txt").write_text(text)
    make_shards([str(place / "tales.txt")], place / "shards", millions=0.01)
    return str(place / "shards")


def test_shards_joined_are_the_text_and_their_counts_are_its(text, shards):
    made = open_shards(shards)
    assert len(made.lengths) > 3
    assert "".join(made.read(number) for number in range(len(made.lengths))) == text
    assert made.characters == len(text)
    assert made.counts == {one: text.count(one) for one in set(text)}
    assert min(made.lengths) >= 5_000


@pytest.mark.parametrize("size", [1, 7, 100, 10**9])
def test_a_text_may_be_cut_anywhere_and_is_cleaned_as_a_whole_one_is(size, tmp_path):
    pieces = ["a\r\n", "b\u200b\r\n\r\n", "e\u0301\n", "no end"]
    made = write_shards(pieces, tmp_path / "out", name="n", source="s", size=size)
    assert "".join(made.read(number) for number in range(len(made.lengths))) == "a\nb\n\né\nno end"
    assert made.notices == ("1 character that cannot be seen were left out.",)


def test_files_are_read_piece_by_piece_packed_or_not(tmp_path):
    (tmp_path / "a.txt").write_text("é" * 700_000 + "\n" + "b" * 3_000_000)
    with gzip.open(tmp_path / "b.txt.gz", "wt", encoding="utf-8") as packed:
        packed.write("c\nd\n")
    assert "".join(read_pieces([tmp_path / "a.txt", tmp_path / "b.txt.gz"])).endswith("b" * 10 + "c\nd\n")
    (tmp_path / "latin.txt").write_bytes("Müller\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"^latin.txt is not in UTF-8; save it as UTF-8, or name its encoding with --"):
        list(read_pieces([tmp_path / "latin.txt"]))
    with pytest.raises(DataError, match=r"^none.txt cannot be read; check its name"):
        list(read_pieces([tmp_path / "none.txt"]))


def sharded(texts, batch=3, window=5):
    vocabulary = build_characters(texts)
    ids = [encode_compactly(vocabulary, [one]) for one in texts]
    opened: list[int] = []

    def opening(number):
        opened.append(number)
        return ids[number]

    lengths = [len(one) for one in texts]
    return ShardedTask(opening, lengths, ids[0], vocabulary, window=window, forget=10, batch=batch), ids, opened


def test_each_pass_reads_every_shard_once_in_an_order_of_its_own():
    texts = [
        f"{letter}. {'some words go on and on, ' * length}"
        for letter, length in zip("abcdefg", range(2, 9), strict=True)
    ]
    task, ids, opened = sharded(texts)
    assert task.steps_per_epoch == sum(one.steps_per_epoch for one in alone(task, ids))
    list(itertools.islice(task.batches(1), 2 * task.steps_per_epoch))
    first, second = opened[:7], opened[7:]
    assert sorted(first) == list(range(7))
    held = set(first[-2:])  # these may still be open when the second pass comes to them
    assert set(range(7)) - held <= set(second)
    assert first[: len(second)] != second


def alone(task, ids):
    return [TextTask(one, ids[0], task.vocabulary, window=5, forget=10, batch=3) for one in ids]


def test_a_shard_s_batches_are_those_of_its_text_and_begin_without_a_past():
    task, ids, _ = sharded(["one " * 20, "two two " * 17, "three " * 30])
    tasks = alone(task, ids)
    got = list(itertools.islice(task.batches(3), task.steps_per_epoch))
    for number in np.random.default_rng([3, 0]).permutation(3):
        own = list(itertools.islice(tasks[number].batches(3), tasks[number].steps_per_epoch))
        assert own[0].fresh
        for one in own:
            two = got.pop(0)
            assert torch.equal(one.x, two.x)
            assert torch.equal(one.y, two.y)
            assert one.fresh == two.fresh


def test_batch_n_is_the_same_wherever_one_begins():
    task, *_ = sharded(["one " * 20, "x", "two two " * 17, "three " * 30])
    whole = list(itertools.islice(task.batches(5), 3 * task.steps_per_epoch))
    for start in range(0, len(whole), 7):
        batch = next(task.batches(5, start))
        assert torch.equal(batch.x, whole[start].x)
        assert batch.fresh == whole[start].fresh


def test_a_writer_learns_from_shards_and_its_card_says_so(shards, tmp_path, capsys):
    flags = [word for name, value in SMALL.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    assert main(["train", "text", "--data", shards, "--out", str(tmp_path / "out"), *flags]) == 0
    made = checkpoint.load(tmp_path / "out")
    assert made.metrics["validation"]["nats_per_char"] < 3
    assert made.provenance["data"][0]["shards"] == len(open_shards(shards).lengths)
    assert made.metrics["nats_per_char_streamed"] < 3
    counted = made.metrics["ngram_characters"]
    assert f"(the 5-gram was counted on the {counted:,} before them) was held out" in made.card
    assert "counted on" in capsys.readouterr().out
    scores = evaluate(str(tmp_path / "out"), shards)
    assert scores["nats_per_char_windows"] == pytest.approx(made.metrics["nats_per_char_windows"], rel=1e-3)
    assert scores["ngram_nats_per_char"] == made.metrics["ngram_nats_per_char"]
    assert scores["notices"] == []


def test_a_training_on_shards_that_was_stopped_ends_with_the_weights_of_one_that_was_not(shards, tmp_path):
    *_, result = train_text(shards, out=tmp_path / "whole", settings=SMALL)
    assert result.summary["steps"] > 3 * SMALL["report_every"]
    training = train_text(shards, out=tmp_path / "halves", settings=SMALL)
    list(itertools.islice(training, 2))
    training.close()
    list(train_text(shards, out=tmp_path / "halves", resume=True))
    first, second = (tmp_path / name / "model.safetensors" for name in ("whole", "halves"))
    assert first.read_bytes() == second.read_bytes()


def test_shards_that_were_changed_are_not_learnt_from(text, tmp_path):
    (tmp_path / "t.txt").write_text(text)
    make_shards([str(tmp_path / "t.txt")], tmp_path / "s", millions=0.01)
    (tmp_path / "s" / "00001.txt").write_text("other words\n" * 1000)
    with pytest.raises(DataError, match=r"^00001.txt of t has changed since it was made; make the shards anew\.$"):
        list(train_text(str(tmp_path / "s"), settings=SMALL))
    index = json.loads((tmp_path / "s" / "shards.json").read_text())
    (tmp_path / "s" / "shards.json").write_text(json.dumps(index | {"format": 9}))
    with pytest.raises(DataError, match=r"^s/shards.json is damaged or of another version; make the shards anew\.$"):
        list(train_text(str(tmp_path / "s"), settings=SMALL))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"level": "word"}, "A text in shards is learnt whole, by characters and as it is; leave out --level"),
        ({"fold_case": True}, "leave out --level, --documents, --fold-case"),
        ({"rare": 1000, "validation": 0.5}, None),
        ({"window": 4096, "validation": 0.01}, "held out are too few for windows of 4096"),
    ],
)
def test_what_shards_cannot_be_asked_is_refused(shards, settings, sentence):
    training = train_text(shards, settings=SMALL | {"steps": 2} | settings)
    if sentence is None:
        next(training)
        return
    with pytest.raises(RnnlabError, match=sentence):
        next(training)


def test_shards_are_made_whole_or_not_at_all(tmp_path):
    (tmp_path / "t.txt").write_text("words\n" * 50)
    with pytest.raises(DataError, match="0.001 million characters are no shard's size; give 0.01 to 200"):
        make_shards([str(tmp_path / "t.txt")], tmp_path / "s", millions=0.001)
    with pytest.raises(DataError, match=r"^none.txt cannot be read"):
        make_shards([str(tmp_path / "t.txt"), str(tmp_path / "none.txt")], tmp_path / "s")
    (tmp_path / "empty.txt").write_text("\n\n")
    with pytest.raises(DataError, match="empty holds no text"):
        make_shards([str(tmp_path / "empty.txt")], tmp_path / "s")
    with pytest.raises(DataError, match="Files have no splits or revisions"):
        make_shards([str(tmp_path / "t.txt")], tmp_path / "s", split="train")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["empty.txt", "t.txt"]
    make_shards([str(tmp_path / "t.txt")], tmp_path / "s")
    with pytest.raises(DataError, match=r"^s exists; choose another folder for --out\.$"):
        make_shards([str(tmp_path / "t.txt")], tmp_path / "s")


def test_a_dataset_of_the_hub_is_streamed_into_shards(monkeypatch, tmp_path, text, capsys):
    with reachable_hub(monkeypatch, tmp_path) as hub:
        files = {f"data/train-{n}.parquet": parquet(text=[text[n * 20_000 : (n + 1) * 20_000]]) for n in range(3)}
        hub.store.add("dataset", "someone/large").commit(files)
        command = ["data", "shards", "someone/large", "--out", str(tmp_path / "s"), "--millions", "0.02", "--json"]
        assert main(command) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["shards"] == 3
        assert told["source"].startswith("column 'text' of train of someone/large at ")
        assert abs(told["characters"] - 60_000) < 10
        assert sorted(one.name for one in tmp_path.glob("tmp*")) == [], "nothing temporary stays"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read as Linux tells it")
def test_memory_does_not_grow_with_the_text(tmp_path):
    """Peak memory of cutting and learning, of a text and of one ten times as long."""
    program = (
        "import sys; from rnnlab.runtime.training import Request; from rnnlab.service.sharding import make_shards\n"
        "from rnnlab.tasks.text.kind import KIND\n"
        "make_shards([sys.argv[1]], sys.argv[2], millions=0.5)\n"
        "request = Request.of(sys.argv[2], {'hidden': 16, 'layers': 1, 'batch': 64})\n"
        "task = KIND.prepare(KIND.read(request), request).rounds[0].task; batches = task.batches(1)\n"
        "for _ in range(task.steps_per_epoch): next(batches)\n"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
    )
    peaks = []
    for times in (1, 10):
        file = tmp_path / f"{times}.txt"
        file.write_text("".join(f"{n} men went out, {n % 97} came home.\n" for n in range(60_000 * times)))
        command = [sys.executable, "-c", program, str(file), str(tmp_path / f"s{times}")]
        root = str(Path(__file__).parents[1])
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
        peaks.append(int(done.stdout))
    assert peaks[1] < 1.05 * peaks[0], f"{peaks} KB"
