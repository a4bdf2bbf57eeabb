"""The page as a Space of the Hub: one commit with the files that it needs and no others; independent of any page."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, metadata_load

from rnnlab.errors import HubError
from rnnlab.hub.failures import address, explained, patiently
from rnnlab.hub.pushing import NO_TOKEN

NEEDED = ("app.py", "README.md", "LICENSE", "requirements.txt")
CONTENTS = ("rnnlab/**/*.py", "data/catalog.json", "data/prices/*", "data/checkpoints/*/*")
TORCH = "2.11.0"  # the newest that ZeroGPU listed in August 2026; ours is tested on 2.13.0
FRONT_MATTER = ("title", "sdk", "sdk_version", "app_file", "license")
LONGEST_DESCRIPTION = 60


def deploy(root: Path, repo: str, token: str | None, *, private: bool = False, torch: str = TORCH) -> str:
    """Upload the page as a Space, as one commit; what lay there and is no part of it any more is deleted.

    Args:
        root: the repository's folder.
        repo: "owner/name", made if it is not there.
        token: whose account it is; None is refused.
        private: make a new Space private; one that is there stays as it is.
        torch: the version that the Space installs.

    Returns:
        The Space's address.

    Raises:
        HubError: the folder lacks a file or its front matter is wrong, the name is another's Space, or the Hub
            refuses, fails or cannot be reached.
    """
    if not token:
        raise HubError(NO_TOKEN)
    check_front_matter(root)
    api = HfApi(endpoint=address(), token=token)
    space: dict[str, Any] = {"repo_id": repo, "repo_type": "space"}
    with tempfile.TemporaryDirectory() as place, explained(repo):
        stage(root, Path(place), torch)
        made = patiently(lambda: api.create_repo(**space, space_sdk="gradio", private=private, exist_ok=True))
        there = {file.rfilename for file in patiently(lambda: api.space_info(repo)).siblings or []}
        if "app.py" in there and "rnnlab/__init__.py" not in there:
            raise HubError(f"{repo} is a Space of another project; choose another name.")
        api.upload_folder(**space, folder_path=place, delete_patterns=["*"], commit_message="The page of rnnlab")
    return str(made)


def stage(root: Path, place: Path, torch: str = TORCH) -> None:
    """Copy what a Space needs into a folder, torch pinned to a version; HubError if something is missing."""
    missing = [name for name in (*NEEDED, "rnnlab", "data") if not (root / name).exists()]
    if missing:
        raise HubError(f"{missing[0]} is missing; a Space is made from a clone of the repository.")
    for file in (*map(root.joinpath, NEEDED), *(file for pattern in CONTENTS for file in root.glob(pattern))):
        copy_into(place, str(file.relative_to(root)), file)
    pins = (root / "requirements.txt").read_text()
    (place / "requirements.txt").write_text(re.sub(r"(?m)^torch==.*$", f"torch=={torch}", pins))


def copy_into(place: Path, name: str, file: Path) -> None:
    """Copy a file into a folder under a name, which may lead through folders that are not there yet."""
    target = place / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def check_front_matter(root: Path) -> None:
    """Raise HubError unless README.md begins with what a Space needs, and asks for the Gradio that is pinned."""
    readme = root / "README.md"
    said = metadata_load(readme) if readme.is_file() else None
    if not isinstance(said, dict) or any(not said.get(name) for name in FRONT_MATTER):
        raise HubError(f"README.md must begin with the front matter of a Space: {', '.join(FRONT_MATTER)}.")
    pinned = re.search(r"(?m)^gradio(?:\[\w+\])?==(.+)$", (root / "requirements.txt").read_text())
    if pinned is None or pinned[1] != str(said["sdk_version"]):
        raise HubError(f"README.md asks for Gradio {said['sdk_version']}, requirements.txt for another; make them one.")
    if len(str(said.get("short_description", ""))) > LONGEST_DESCRIPTION:
        raise HubError(f"The short_description in README.md is longer than {LONGEST_DESCRIPTION} characters.")
