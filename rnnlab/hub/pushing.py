"""A checkpoint folder -> one commit of a repository of the Hub; never a file that a checkpoint does not hold."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, ModelInfo
from huggingface_hub.errors import RepositoryNotFoundError

from rnnlab.errors import HubError
from rnnlab.hub.failures import address, explained, patiently
from rnnlab.train.checkpoint import archives, checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint

NO_TOKEN = "Pushing needs a token of the Hugging Face Hub; sign in with `hf auth login` or set HF_TOKEN."
LEFT_ALONE = {".gitattributes", ".gitignore", "LICENSE"}  # what else a repository of ours may hold


def push(
    folder: str | Path, repo: str, token: str | None, *, check: Callable[[Checkpoint], object], private: bool = False
) -> str:
    """Upload a checkpoint as one commit; a token that may make repositories of its own (`contribute-repos`) suffices.

    Only the checkpoint's public files go up, and of them only ordinary ones, for a link may lead anywhere. They are
    copied first: what has been checked is what is sent. Those that have not changed are not sent again, and a push that
    is cut short leaves the repository at its last commit.

    Args:
        folder: the checkpoint, which is read strictly first.
        repo: "owner/name", made if it is not there.
        token: whose account it is; None is refused, so that nobody writes with another's.
        check: raises RnnlabError unless a checkpoint opens as the task that it names.
        private: make a new repository private; one that is there stays as it is.

    Returns:
        The commit's address.

    Raises:
        CheckpointError: the folder is no sound checkpoint.
        HubError: the name is another project's, or the Hub refuses, fails or cannot be reached.
    """
    if not token:
        raise HubError(NO_TOKEN)
    api = HfApi(endpoint=address(), token=token)
    with _checked_copy(Path(folder), check) as (place, loaded), explained(repo):
        patiently(lambda: api.create_repo(repo, private=private, exist_ok=True))
        info = patiently(lambda: api.model_info(repo))
        there = _own_files(info, repo)
        public = [file for file in checkpoint.PUBLIC if (place / file).is_file()]
        gone = [file for file in checkpoint.PUBLIC if file in there and file not in public]
        words = f"A checkpoint of rnnlab: {loaded.task}, {loaded.model.cell}"
        changes: dict[str, Any] = {"allow_patterns": public, "delete_patterns": gone or None, "commit_message": words}
        commit = api.upload_folder(repo_id=repo, folder_path=place, parent_commit=info.sha, **changes)
    return str(commit.commit_url)


@contextmanager
def _checked_copy(folder: Path, check: Callable[[Checkpoint], object]) -> Iterator[tuple[Path, Checkpoint]]:
    """A copy of a checkpoint's public files that opens as what it says it is; gone at the end."""
    name = folder.resolve().name
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary) / "checkpoint"
        archives.gather([folder / file for file in checkpoint.TAKEN if os.path.lexists(folder / file)], place, name)
        loaded = checkpoint.load(place, name=name)
        check(loaded)
        checkpoint.draw_curve(loaded, place)
        yield place, loaded


def check_target(repo: str, token: str | None) -> None:
    """Raise HubError if this name is another project's, so that no checkpoint could be pushed there; makes nothing."""
    api = HfApi(endpoint=address(), token=token or False)
    with explained(repo):
        try:
            info = patiently(lambda: api.model_info(repo))
        except RepositoryNotFoundError:
            return
    _own_files(info, repo)


def _own_files(info: ModelInfo, repo: str) -> set[str]:
    """The files of a repository that is ours to write to."""
    there = {file.rfilename for file in info.siblings or []}
    if "rnnlab" not in (info.tags or []) and not there <= {*checkpoint.PUBLIC, *LEFT_ALONE}:
        raise HubError(f"{repo} holds something else than a checkpoint of rnnlab; choose another name.")
    return there
