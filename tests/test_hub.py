"""Checkpoints on their way to and from the Hub: the real client against a Hub on loopback."""

import functools
import json
import logging
import os
import re
import shutil
from pathlib import Path

import pytest
from hub.cards import objections
from hub.faults import Fault
from hub.secrets import ANNA, BORIS, READER, client_home, told
from hub.serving import running_hub
from huggingface_hub import ModelCard, constants

from rnnlab import hub as ours
from rnnlab.errors import CheckpointError, HubError
from rnnlab.hub import failures, finding, pulling
from rnnlab.hub.card import card as card_of
from rnnlab.tasks.registry import TASKS, check_usable, kind_of
from rnnlab.train.checkpoint import checkpoint

STOCKS = Path(__file__).parents[1] / "data" / "checkpoints" / "stocks"
TAKEN = {"README.md", "config.json", "model.safetensors"}
PUBLIC = {*TAKEN, "curve.svg"}
push = functools.partial(ours.push, check=check_usable)
find = functools.partial(ours.find, tuple(TASKS))


@pytest.fixture
def hub(monkeypatch, tmp_path, caplog, capfd):
    """A Hub with two users, one of whom also has a token that may only read; no token may be told of anywhere."""
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    with running_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        hub.store.users |= {ANNA: "anna", BORIS: "boris", READER: "anna"}
        hub.store.readers.add(READER)
        with caplog.at_level("DEBUG"):
            yield hub
    assert told([caplog.text, *capfd.readouterr()], [tmp_path, client_home()], hub) == []


@pytest.fixture
def folder(tmp_path) -> Path:
    """A checkpoint, beside which lie a training state and what has no business there."""
    place = tmp_path / "stocks"
    shutil.copytree(STOCKS, place)
    (place / "resume").mkdir()
    (place / "resume" / "state.json").write_text("{}")
    (place / "notes.txt").write_text("not for others")
    (place / "model.pkl").write_bytes(b"nor this")
    return place


def files(hub, repo, revision="main"):
    kept = hub.store.repos["model", repo]
    return kept.commits[kept.sha_of(revision)]


def put(hub, id, place=STOCKS, **kind):
    """A repository that holds a folder's files as plain ones, so that they travel by HTTP alone."""
    repo = hub.store.add("model", id, **kind)
    repo.commit({path.name: path.read_bytes() for path in place.iterdir() if path.is_file()})
    return repo


def asked(hub, method, pattern):
    return [one for one in hub.asked if one.method == method and re.search(pattern, one.path)]


def test_a_push_makes_one_commit_of_the_public_files_and_nothing_else(hub, folder):
    url = push(folder, "anna/stocks", ANNA)
    repo = hub.store.repos["model", "anna/stocks"]
    assert set(files(hub, "anna/stocks")) == {*PUBLIC, ".gitattributes"}
    assert url == f"{hub.address}/anna/stocks/commit/{repo.refs['main']}"
    assert len(repo.commits) == 2  # the first is the Hub's own
    assert not repo.private


def test_what_was_pushed_is_what_is_pulled_and_the_weights_went_in_chunks(hub, folder):
    push(folder, "anna/stocks", ANNA)
    assert files(hub, "anna/stocks")["model.safetensors"].large.xet_hash
    pulled = ours.pull("anna/stocks")
    assert {path.name for path in pulled.folder.iterdir()} == TAKEN
    for name in TAKEN:
        assert (pulled.folder / name).read_bytes() == (folder / name).read_bytes()


def test_a_second_push_of_the_same_folder_sends_no_weights_and_makes_no_commit(hub, folder):
    first = push(folder, "anna/stocks", ANNA)
    hub.asked.clear()
    assert push(folder, "anna/stocks", ANNA) == first
    assert asked(hub, "POST", "/commit/") == []
    (folder / "README.md").write_text("---\ntags: [rnnlab]\n---\n# Another card\n")
    assert push(folder, "anna/stocks", ANNA) != first
    assert len(hub.store.repos["model", "anna/stocks"].commits) == 3


def test_a_link_out_of_the_folder_is_not_followed(hub, folder, tmp_path):
    (tmp_path / "private.txt").write_text("a file of the person's own")
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(tmp_path / "private.txt")
    with pytest.raises(CheckpointError, match="stocks holds a link or a device"):
        push(folder, "anna/stocks", ANNA)
    assert not hub.store.repos


def test_a_damaged_folder_is_not_pushed(hub, folder):
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(CheckpointError, match="does not hold the weights"):
        push(folder, "anna/stocks", ANNA)
    assert hub.store.repos == {}


def test_what_is_something_else_s_is_not_overwritten(hub, folder):
    hub.store.add("model", "anna/other").commit({"pytorch_model.bin": b"x"})
    with pytest.raises(HubError, match=r"^anna/other holds something else .*; choose another name\.$"):
        push(folder, "anna/other", ANNA)
    assert set(files(hub, "anna/other")) == {"pytorch_model.bin"}


def test_a_push_that_fails_midway_leaves_the_last_good_commit(hub, folder):
    push(folder, "anna/stocks", ANNA)
    good = hub.store.repos["model", "anna/stocks"].refs["main"]
    (folder / "README.md").write_text("---\ntags: [rnnlab]\n---\n# Another card\n")
    hub.faults.append(Fault("error", "/commit/", status=403))
    with pytest.raises(HubError):
        push(folder, "anna/stocks", ANNA)
    assert hub.store.repos["model", "anna/stocks"].refs["main"] == good


def test_a_push_that_stalls_is_left_and_the_last_good_commit_stays(hub, folder, monkeypatch):
    push(folder, "anna/stocks", ANNA)
    good = hub.store.repos["model", "anna/stocks"].refs["main"]
    (folder / "README.md").write_text("---\ntags: [rnnlab]\n---\n# Another card\n")
    monkeypatch.setattr(failures, "WRITING", 0.3)  # seconds, where two minutes are given
    hub.faults.append(Fault("stall", "/commit/"))
    with pytest.raises(
        HubError, match=r"^The Hugging Face Hub was too slow to answer for anna/stocks; try again later"
    ):
        push(folder, "anna/stocks", ANNA)
    assert hub.store.repos["model", "anna/stocks"].refs["main"] == good


@pytest.mark.parametrize(
    "front",
    ["model-index: [{name: x}]", "model-index: [{name: x, results: [{task: {type: t}}]}]", "tags: 3", "license: [a]"],
)
def test_a_card_that_the_hub_objects_to_is_not_pushed(hub, folder, front):
    push(folder, "anna/stocks", ANNA)
    good = hub.store.repos["model", "anna/stocks"].refs["main"]
    (folder / "README.md").write_text(f"---\n{front}\n---\n# Another card\n")
    with pytest.raises(HubError, match=r"^anna/stocks was left as it is: the Hub objects to what README\.md begins"):
        push(folder, "anna/stocks", ANNA)
    assert hub.store.repos["model", "anna/stocks"].refs["main"] == good


def test_a_hub_whose_answers_make_no_sense_is_said_so(hub, folder):
    put(hub, "anna/stocks")
    hub.faults.append(Fault("error", "/api/models/", status=200))
    with pytest.raises(HubError, match=r"^The Hugging Face Hub gave an answer on anna/stocks that cannot be read; try"):
        ours.pull("anna/stocks")


@pytest.mark.parametrize("name", ["stocks", "stocks-today", "shakespeare", "doyle", "tolstoy", "kjv"])
def test_the_hub_s_own_check_has_nothing_against_a_card_of_ours(hub, name):
    push(STOCKS.parent / name, f"anna/{name}", ANNA)
    assert asked(hub, "POST", "validate-yaml")
    assert objections((STOCKS.parent / name / "README.md").read_text()) == []


def test_a_repository_that_changed_meanwhile_is_left_as_it_is(hub, folder):
    push(folder, "anna/stocks", ANNA)
    (folder / "README.md").write_text("---\ntags: [rnnlab]\n---\n# Another card\n")
    hub.faults.append(Fault("error", "/commit/", status=412))
    with pytest.raises(HubError, match=r"^anna/stocks has changed while .* and was left as it is; try again\.$"):
        push(folder, "anna/stocks", ANNA)


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("hf_unknown", r"^The Hugging Face Hub does not know this token; sign in again"),
        (READER, r"^This token gives no right to do that with anna/stocks; take one"),
        (BORIS, r"^This token gives no right to do that with anna/stocks; take one"),
    ],
)
def test_a_token_that_may_not_write_is_refused_without_being_named(hub, folder, token, sentence):
    with pytest.raises(HubError, match=sentence) as refused:
        push(folder, "anna/stocks", token)
    assert token not in str(refused.value)
    assert hub.store.repos == {}


def test_a_revision_is_a_branch_a_tag_or_a_commit(hub):
    repo = put(hub, "anna/stocks")
    first = repo.refs["main"]
    repo.refs["v1"] = first
    repo.commit(files(hub, "anna/stocks") | {"README.md": b"# later"})
    assert ours.pull("anna/stocks", "v1").commit == ours.pull("anna/stocks", first).commit == first
    assert ours.pull("anna/stocks").commit == ours.pull("anna/stocks", "main").commit == repo.refs["main"] != first


def test_a_branch_that_moves_between_two_files_mixes_nothing(hub, monkeypatch):
    repo = put(hub, "anna/stocks")
    first = repo.refs["main"]
    answer = hub.store.open

    def moving(*given, **more):
        if len(asked(hub, "GET", "config.json")) == 1 and repo.refs["main"] == first:
            repo.commit({**files(hub, "anna/stocks"), "model.safetensors": b"other", "README.md": b"# other"})
        return answer(*given, **more)

    monkeypatch.setattr(hub.store, "open", moving)
    pulled = ours.pull("anna/stocks")
    assert repo.refs["main"] != first == pulled.commit
    assert (pulled.folder / "README.md").read_bytes() == (STOCKS / "README.md").read_bytes()


def test_a_private_checkpoint_is_its_owner_s_alone_even_once_it_is_kept_here(hub):
    commit = put(hub, "anna/secret", private=True).refs["main"]
    pulled = ours.pull("anna/secret", token=ANNA)
    assert not pulled.public
    for revision in (None, "main", commit):
        for token in (BORIS, None):
            with pytest.raises(HubError, match=r"^The Hugging Face Hub has no model anna/secret that this caller"):
                ours.pull("anna/secret", revision, token)
    hub.faults.append(Fault("error", "", status=503))
    assert ours.pull("anna/secret", token=ANNA).folder == pulled.folder
    for revision in (None, commit):
        with pytest.raises(HubError, match="failed on anna/secret"):
            ours.pull("anna/secret", revision, BORIS)


def test_this_machine_s_own_token_is_not_used_for_a_caller_who_has_none(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", ANNA)
    put(hub, "anna/secret", private=True)
    put(hub, "anna/stocks")
    ours.pull("anna/stocks")
    with pytest.raises(HubError, match="no model anna/secret"):
        ours.pull("anna/secret")
    assert not [one for one in hub.asked if "authorization" in one.headers]


def test_a_gated_checkpoint_says_where_to_ask(hub):
    put(hub, "anna/gated", gated=True)
    for token in (BORIS, None):
        with pytest.raises(HubError, match=r"^anna/gated is gated: ask for access on its page"):
            ours.pull("anna/gated", token=token)
    hub.store.let_in.add("boris")
    assert not ours.pull("anna/gated", token=BORIS).public


@pytest.mark.parametrize(
    ("repo", "revision", "sentence"),
    [
        ("anna/none", None, r"^The Hugging Face Hub has no model anna/none that this caller may see; check"),
        ("anna/stocks", "v9", r"^anna/stocks has no revision 'v9'; name a branch"),
        ("anna/stocks", "0" * 40, r"^anna/stocks has no revision '0{40}'; name a branch"),
        ("../etc", None, r"^'\.\./etc' is no repository's name; write it as owner/name"),
        ("a/b/c", None, r"^'a/b/c' is no repository's name; write it as owner/name"),
    ],
)
def test_a_checkpoint_that_is_not_there_is_said_so(hub, repo, revision, sentence):
    put(hub, "anna/stocks")
    with pytest.raises(HubError, match=sentence):
        ours.pull(repo, revision)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "^The Hugging Face Hub does not know this token; sign in again"),
        (403, "^This token gives no right to do that with anna/stocks; take one"),
        (429, "^The Hugging Face Hub has been asked too often"),
        (500, r"^The Hugging Face Hub failed on anna/stocks \(status 500\)"),
    ],
)
def test_a_hub_that_refuses_or_fails_is_said_so_in_a_sentence_of_its_own(hub, status, sentence):
    put(hub, "anna/stocks")
    hub.faults.append(Fault("error", "/api/models/", status=status))
    with pytest.raises(HubError, match=sentence):
        ours.pull("anna/stocks")


def test_a_hub_that_fails_twice_and_then_answers_is_asked_again(hub):
    put(hub, "anna/stocks")
    hub.faults.append(Fault("error", "/api/models/", times=2))
    assert ours.pull("anna/stocks").commit


def test_a_hub_that_never_answers_is_left(hub, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.3)  # seconds, where ten are given
    put(hub, "anna/stocks")
    hub.faults.append(Fault("stall", "/api/models/"))
    with pytest.raises(HubError, match=r"^The Hugging Face Hub was too slow to answer for anna/stocks; try again"):
        ours.pull("anna/stocks")


def test_a_file_of_which_half_arrives_is_asked_for_again(hub):
    put(hub, "anna/stocks")
    hub.faults.append(Fault("cut", "resolve/.*/model.safetensors", times=1, method="GET"))
    pulled = ours.pull("anna/stocks")
    assert (pulled.folder / "model.safetensors").read_bytes() == (STOCKS / "model.safetensors").read_bytes()
    assert len(asked(hub, "GET", "model.safetensors")) == 2


def test_a_file_that_arrived_with_another_byte_is_refused_and_fetched_anew(hub):
    put(hub, "anna/stocks")
    hub.faults.append(Fault("swap", "resolve/.*/model.safetensors", times=1, method="GET"))
    with pytest.raises(CheckpointError, match=r"^anna/stocks/model\.safetensors does not hold the weights"):
        ours.pull("anna/stocks")
    assert checkpoint.load(ours.pull("anna/stocks").folder).task == "forecast"


def test_what_a_killed_process_had_not_checked_is_checked_and_fetched_anew(hub):
    """Its last act was to keep a file that had arrived damaged; there is no mark yet that says it was checked."""
    put(hub, "anna/stocks")
    pulled = ours.pull("anna/stocks")
    for damaged in ("model.safetensors", "config.json"):
        [mark] = pulled.folder.parents[1].glob("checked/*")
        mark.unlink()
        kept = (pulled.folder / damaged).resolve()
        kept.write_bytes(kept.read_bytes()[:-1] + b"x")
        assert checkpoint.load(ours.pull("anna/stocks").folder).task == "forecast"


def test_what_was_checked_is_not_read_again(hub):
    put(hub, "anna/stocks")
    pulled = ours.pull("anna/stocks")
    kept = (pulled.folder / "model.safetensors").resolve()
    kept.write_bytes(b"changed since, which `load` will refuse")
    assert ours.pull("anna/stocks") == pulled


def test_a_record_that_arrived_with_another_byte_is_refused_and_looked_at_anew(hub):
    put(hub, "anna/stocks")
    hub.faults.append(Fault("swap", "resolve/.*/config.json", times=1, method="GET"))
    with pytest.raises(CheckpointError):
        ours.look("anna/stocks")
    assert ours.look("anna/stocks").record.task == "forecast"
    assert asked(hub, "GET", "model.safetensors") == []


def test_a_record_that_was_looked_at_is_still_there_when_the_hub_is_gone(hub, monkeypatch):
    put(hub, "anna/stocks")
    commit = ours.pull("anna/stocks").commit
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert ours.look("anna/stocks").commit == commit


def test_what_was_pulled_still_opens_when_the_hub_is_gone(hub, monkeypatch):
    put(hub, "anna/stocks")
    pulled = ours.pull("anna/stocks")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert ours.pull("anna/stocks") == ours.pull("anna/stocks", pulled.commit) == pulled
    with pytest.raises(HubError, match=r"^The Hugging Face Hub cannot be reached for anna/other; check the network"):
        ours.pull("anna/other")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"config.json": None}, r"^anna/x holds no config\.json, so it is no checkpoint of rnnlab; nothing else"),
        ({"model.safetensors": None, "pytorch_model.bin": b"x"}, r"^anna/x holds no model\.safetensors, so it is"),
        ({"config.json": b"x" * 5_000_001}, r"^anna/x/config\.json is larger than 5 MB; it was not downloaded"),
        ({"config.json": b"{"}, r"^anna/x/config\.json is not JSON"),
        ({"model.safetensors": b"x"}, r"^anna/x/model\.safetensors does not hold the weights"),
    ],
)
def test_a_repository_that_is_no_sound_checkpoint_is_refused(hub, changed, sentence):
    repo = put(hub, "anna/x")
    kept = {name: file.content for name, file in files(hub, "anna/x").items()} | changed
    repo.commit({name: content for name, content in kept.items() if content is not None})
    with pytest.raises(CheckpointError, match=sentence):
        ours.pull("anna/x")
    if "larger" in sentence or "holds no" in sentence:
        assert asked(hub, "GET", "/resolve/") == []


def test_a_config_that_asks_for_a_huge_model_allocates_nothing(hub):
    repo = put(hub, "anna/x")
    config = json.loads((STOCKS / "config.json").read_text())
    config["model"]["hidden"] = 10**9
    repo.commit({**files(hub, "anna/x"), "config.json": json.dumps(config).encode()})
    with pytest.raises(CheckpointError, match=r"^anna/x/config\.json describes an impossible model"):
        ours.pull("anna/x")


def test_checkpoints_are_found_by_task_owner_and_name_without_their_weights(hub):
    put(hub, "anna/stocks").downloads = 5
    put(hub, "boris/stocks").downloads = 9
    put(hub, "boris/mine", private=True)
    hub.store.add("model", "boris/other").commit({"README.md": b"---\ntags: [text]\n---\n"})
    names = lambda **given: [one.repo for one in find(**given)]  # noqa: E731
    assert names(order="most downloaded") == ["boris/stocks", "anna/stocks"]
    assert (names(author="anna"), names(query="STO", author="boris")) == (["anna/stocks"], ["boris/stocks"])
    assert names(task="text") == []
    assert set(names(token=BORIS)) == {"anna/stocks", "boris/stocks", "boris/mine"}
    found = find("forecast", "anna")[0]
    assert found.metrics["crps, one day ahead"] > 0
    assert (found.task, found.license, found.modified) == ("forecast", "mit", "2026-01-01")
    assert asked(hub, "GET", "/resolve/") == []


def test_a_card_that_says_odd_things_of_itself_is_listed_without_them(hub):
    odd = b"---\ntags: [rnnlab]\nlicense: [1]\nlanguage: 7\nmodel-index:\n- results: 3\n---\n"
    hub.store.add("model", "anna/odd").commit({"README.md": odd})
    found = find()
    assert [(one.repo, one.metrics, one.license) for one in found] == [("anna/odd", {}, "")]


def test_what_was_pulled_stays_within_a_bound_and_what_was_read_longest_ago_goes_first(hub, tmp_path):
    for number in range(4):
        put(hub, f"anna/s{number}", private=number == 0)
    pulled = [ours.pull(f"anna/s{number}", token=ANNA) for number in range(4)]
    for age, one in enumerate((pulled[1], pulled[0], pulled[3], pulled[2])):
        for file in one.folder.iterdir():
            os.utime(file, (1_000_000 + age, 1_000_000))
    size = sum(file.stat().st_size for file in pulled[0].folder.iterdir())
    pulling.prune(tmp_path / "cache" / "hub", pulled[1].folder, int(2.5 * size))
    assert [one.folder.exists() for one in pulled] == [False, True, True, False]
    assert checkpoint.load(ours.pull("anna/s0", token=ANNA).folder).task == "forecast"


@pytest.mark.parametrize("name", ["stocks", "shakespeare", "doyle", "tolstoy", "kjv"])
def test_a_card_is_valid_whole_and_tells_each_measure_beside_a_baseline(name):
    place = STOCKS.parent / name
    card, made = ModelCard.load(place / "README.md", ignore_metadata_errors=False), checkpoint.load(place)
    assert card.content == card_of(made, kind_of(made).summary(made))
    assert "More Information Needed" not in card.content
    assert (card.data.library_name, card.data.license) == ("rnnlab", "mit")
    names = [result.metric_name for result in card.data.eval_results]
    assert len(names) > len([one for one in names if "baseline" in one]) > 0
    assert 'rnnlab.load("FOLDER")' in card.content


def test_a_token_that_is_told_of_is_found(hub, tmp_path_factory):
    place = tmp_path_factory.mktemp("leaks")
    (place / "log.txt").write_text(f"asking with {ANNA}")
    found = told([f"Bearer {BORIS}", "nothing"], [place], hub)
    assert [one.split(":")[0] for one in found] == ["said", "written"]


def test_the_client_s_tries_are_not_logged_where_the_hub_cannot_be_reached(monkeypatch, caplog):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # where nobody listens
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
    with pytest.raises(HubError, match="The Hugging Face Hub cannot be reached for models"):
        finding.find(["text"])
    assert caplog.messages == []
    monkeypatch.setattr(logging.getLogger("huggingface_hub.utils._http"), "filters", [])
    with pytest.raises(HubError):
        finding.find(["text"])
    assert any("Retrying in" in told for told in caplog.messages)
