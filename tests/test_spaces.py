"""The page as a Space, by the real client against a Hub on loopback; and what it would run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hub.repos import Store
from reaching import reachable_hub

from rnnlab import hub as ours
from rnnlab.errors import HubError
from rnnlab.hub.spaces import TORCH, check_front_matter, stage
from rnnlab.service.sharing import deploy_space

ROOT = Path(__file__).parents[1]
ANNA = "hf_anna"


@pytest.fixture
def hub(monkeypatch, tmp_path):
    with reachable_hub(monkeypatch, tmp_path) as hub:
        hub.store.users[ANNA] = "anna"
        yield hub


def files(store: Store, id: str) -> dict:
    repo = store.repos["space", id]
    return repo.commits[repo.sha_of("main")]


def test_one_commit_holds_what_a_space_needs_and_nothing_else(hub):
    answer = deploy_space("anna/rnnlab", token=ANNA)
    assert answer["url"].endswith("/spaces/anna/rnnlab")
    there = set(files(hub.store, "anna/rnnlab"))
    assert {"app.py", "README.md", "requirements.txt", "rnnlab/ui/app.py", "data/catalog.json"} <= there
    assert {f"data/checkpoints/stocks/{name}" for name in ("config.json", "model.safetensors")} <= there
    assert not [name for name in there if re.match(r"tests|docs|benchmarks|\.ci|Makefile", name)]
    assert not [name for name in there if "__pycache__" in name or name.endswith(".pyc")]


def test_a_second_time_what_is_gone_is_deleted_and_another_s_space_is_left_alone(hub, tmp_path):
    root = copied(tmp_path)
    (root / "rnnlab" / "old.py").write_text("")
    ours.deploy(root, "anna/rnnlab", ANNA)
    (root / "rnnlab" / "old.py").unlink()
    ours.deploy(root, "anna/rnnlab", ANNA)
    assert "rnnlab/old.py" not in files(hub.store, "anna/rnnlab")
    hub.store.add("space", "anna/other").commit({"app.py": b"print()"})
    with pytest.raises(HubError, match=r"^anna/other is a Space of another project; choose another name\.$"):
        ours.deploy(root, "anna/other", ANNA)
    assert set(files(hub.store, "anna/other")) == {"app.py"}


def copied(place: Path) -> Path:
    """A copy of what a Space needs, with the versions of this repository."""
    root = place / "root"
    root.mkdir()
    stage(ROOT, root)
    (root / "requirements.txt").write_text((ROOT / "requirements.txt").read_text())
    return root


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("README.md", "sdk_version: 6.31.0", "sdk_version: 6.0.0", "README.md asks for Gradio 6.0.0, requirements.txt"),
        ("README.md", "title: rnnlab", "name: rnnlab", "README.md must begin with the front matter of a Space: title"),
        ("README.md", "short_description: ", f"short_description: {'x' * 60}", "longer than 60 characters"),
    ],
)
def test_a_front_matter_that_a_space_would_refuse_is_refused_first(hub, tmp_path, file, old, new, sentence):
    root = copied(tmp_path)
    (root / file).write_text((root / file).read_text().replace(old, new))
    with pytest.raises(HubError, match=sentence):
        ours.deploy(root, "anna/rnnlab", ANNA)
    assert ("space", "anna/rnnlab") not in hub.store.repos


def test_without_a_token_or_a_clone_it_is_said_what_is_missing(hub, tmp_path):
    with pytest.raises(HubError, match=r"^Pushing needs a token of the Hugging Face Hub"):
        ours.deploy(ROOT, "anna/rnnlab", None)
    root = copied(tmp_path)
    (root / "app.py").unlink()
    with pytest.raises(HubError, match=r"^app.py is missing; a Space is made from a clone of the repository\.$"):
        ours.deploy(root, "anna/rnnlab", ANNA)


@pytest.mark.long
def test_what_is_uploaded_builds_the_page_by_itself(tmp_path):
    stage(ROOT, tmp_path)
    check_front_matter(tmp_path)
    pins = (tmp_path / "requirements.txt").read_text()
    assert f"torch=={TORCH}\n" in pins
    assert pins.replace(TORCH, "2.13.0") == (ROOT / "requirements.txt").read_text()
    program = "import app, rnnlab, pathlib; print(pathlib.Path(rnnlab.__file__).parent.parent, len(app.demo.blocks))"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    place, blocks = done.stdout.split()
    assert Path(place) == tmp_path.resolve()
    assert int(blocks) > 50
