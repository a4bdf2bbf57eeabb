"""A writer's author in plain figures: made of a text, kept beside a checkpoint, found again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rnnlab.data.text.documents import split_at
from rnnlab.errors import CheckpointError, DataError, RnnlabError
from rnnlab.hub.card import card
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import Located, bundled_checkpoints, locate, open_checkpoint
from rnnlab.scoring.originality.copying import Index
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.scoring.style.building import build
from rnnlab.scoring.style.profile import Profile
from rnnlab.tasks.text.data import open_beside
from rnnlab.tasks.text.judge.fetched_authors import fetched_authors
from rnnlab.tasks.text.summary import summary
from rnnlab.tasks.text.writer import check_record, reading, text_learnt
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint

NO_PROFILE = "This checkpoint has no profile of its author (profile.json); give the author's text with --data."


@dataclass(frozen=True)
class Author:
    """An author in plain figures, and an index of the training part, to find what is copied; None if there is none.

    another: whether they are of another text than the writer was trained on.
    """

    profile: Profile
    index: Index | None
    another: bool = False


def author_of_text(documents: Sequence[str], validation: float, title: str, index: Index | None = None) -> Author:
    """Measure the author of a text whose end was held out; DataError if it has too few words.

    index: of the training part; made of it if None.
    """
    training, held_out = split_at(documents, 1 - validation)
    index = index or Fingerprint.of(training)
    return Author(build(training, held_out, title, index), index)


def measured_author(
    documents: Sequence[str], validation: float, title: str, index: Index | None = None
) -> Author | None:
    """The same; None of a text that is too short."""
    with suppress(DataError):
        return author_of_text(documents, validation, title, index)
    return None


def author_of(made: Checkpoint, data: Sequence[str] = (), *, encoding: str = "", column: str = "") -> Author:
    """A writer's author: of a text that is given, else what the checkpoint keeps.

    Raises:
        RnnlabError: the text cannot be used, or none is given and the checkpoint has no profile, or a damaged one.
    """
    check_record(made)
    title = text_learnt(made)[0]
    if data:
        how = reading(made)
        corpus = open_beside(data, how, encoding=encoding, column=column)
        another = corpus.sha256 != text_learnt(made)[1]
        index = None if another else made.fingerprint
        found = author_of_text(corpus.documents, how.validation, corpus.name if another else title, index)
        return dataclasses.replace(found, another=another)
    if made.profile is None:
        raise CheckpointError(NO_PROFILE)
    return Author(Profile.from_json(made.profile), made.fingerprint)


def other_authors(title: str, models: Sequence[str] = (), *, caller: Caller = OWNER) -> list[Profile]:
    """The profiles at hand of authors other than one.

    They are of the writers that are named, of the bundled ones, and of the catalog's texts that have been fetched.

    Raises:
        RnnlabError: one that is named cannot be opened or has no profile.
    """
    found = [author_of(open_checkpoint(model, caller=caller)).profile for model in models]
    for name in bundled_checkpoints():
        with suppress(RnnlabError):  # it is of another task, or damaged, which its own report would tell
            found.append(author_of(open_checkpoint(name, caller=caller)).profile)
    found += fetched_authors([title, *(one.title for one in found)])
    distinct = {one.title: one for one in reversed(found)}
    return [one for one in reversed(distinct.values()) if one.title != title]


def kept_here(model: str) -> Located:
    """Where a checkpoint lies in which a report can be kept; CheckpointError if it is not on this machine."""
    found = locate(model)
    if found.commit is not None:
        raise CheckpointError(f"{found.name} is on the Hub; pull it, then keep the report in its folder.")
    return found


def keep(model: str, author: Profile, metrics: Mapping[str, Any]) -> None:
    """Write an author's profile, and metrics if there are any, into a checkpoint on this machine and onto its card.

    Raises:
        CheckpointError: it is not on this machine, or the folder cannot be written.
    """
    found = kept_here(model)
    resumable = (found.folder / checkpoint.RESUME_NUMBERS).is_file()
    made = checkpoint.load(found.folder, resume=resumable)
    made = dataclasses.replace(made, metrics={**made.metrics, **metrics}, profile=author.json())
    checkpoint.save(dataclasses.replace(made, card=card(made, summary(made))), found.folder)
