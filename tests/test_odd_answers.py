"""A Hub whose answers hold what no Hub says: refused in a sentence or taken for what they are, and nothing worse."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hub.faults import Fault
from hub.serving import running_hub

from benchmarks.fuzzing import records
from benchmarks.fuzzing.judging import fault_of, is_finite
from rnnlab import hub as ours
from rnnlab.errors import RnnlabError

STOCKS = Path(__file__).parents[1] / "data" / "checkpoints" / "stocks"
REPO, ANNA = "anna/stocks", "hf_annas_secret"
NONE = (b"", b"null", b"[]", b"{}", b"7", b'"x"', b"<html>", b"\xff", b"[" * 100_000)
MANY = 25  # answers for each question
ASKED: dict[str, tuple[str, Callable[[], object]]] = {
    "what it is": ("/api/models/", lambda: ours.look(REPO)),
    "its files": ("/api/models/", lambda: ours.pull(REPO)),
    "what there is": (r"/api/models\?*$", lambda: ours.find("forecast")),
    "its machines": ("/hardware", lambda: ours.flavors(ANNA)),
    "who asks": ("whoami", lambda: ours.check_target("anna/new", ANNA)),
    "a repository to push to": ("/api/models/", lambda: ours.check_target(REPO, ANNA)),
}


@pytest.fixture(scope="module")
def hub():
    with running_hub() as hub, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", hub.address)
        hub.store.users[ANNA] = "anna"
        repo = hub.store.add("model", REPO)
        repo.commit({path.name: path.read_bytes() for path in STOCKS.iterdir() if path.is_file()})
        yield hub


def other(draw: random.Random) -> Callable[[bytes], bytes]:
    """Makes an odd answer of a sound one: another value somewhere, now and then no JSON at all."""

    def change(body: bytes) -> bytes:
        if draw.random() < 0.2:
            return draw.choice(
                (b"", b"null", b"[]", b"{}", b"7", b'"x"', b"<html>", b"\xff", b"[" * 100_000, body[:-9])
            )
        said = {"": json.loads(body)}
        for _ in range(draw.choice((1, 1, 3))):
            records.change(said if draw.random() < 0.1 else said[""] if said.get("") else said, draw)
        return json.dumps(said.get("")).encode()

    return change


@pytest.mark.sampled(50)
@pytest.mark.parametrize("number", range(MANY))
@pytest.mark.parametrize("what", ASKED)
def test_an_odd_answer_ends_in_a_sentence_or_does_not_matter(hub, tmp_path, monkeypatch, what, number):
    path, ask = ASKED[what]
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path))
    hub.faults[:] = [Fault("change", path, change=other(random.Random(f"{what} {number}")))]
    try:
        found = ask()
    except RnnlabError as error:
        assert fault_of(str(error), [str(tmp_path), os.environ["HF_ENDPOINT"]]) == ""  # noqa: PT017
    else:
        assert is_finite(vars(found) if hasattr(found, "__dict__") else found)
    finally:
        hub.faults.clear()
    left = {file.name for file in tmp_path.rglob("*") if file.is_file() and "snapshots" in file.parts}
    assert left <= {"config.json", "model.safetensors", "README.md"}
