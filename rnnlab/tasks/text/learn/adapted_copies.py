"""Copies of voices that were adapted to a visitor's text: kept in memory alone, by names that nobody can guess."""

from __future__ import annotations

import dataclasses
import math
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from rnnlab.errors import RnnlabError
from rnnlab.nn.stepping import open_engine
from rnnlab.runtime.byte_lru import ByteLru
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.jobs import Job, Pulse
from rnnlab.runtime.opening import Located, locate, stamp
from rnnlab.tasks.text.learn.adapting import Adaptation, adapt_writer
from rnnlab.tasks.text.writer import Writer, open_located_writing, writer_bytes
from rnnlab.train.loop import Watch

MOST_BYTES = 600_000_000  # of all copies together
MOST_OF_ONE = 200_000_000  # of one client's; the bundled voices take about 60 million each
KEPT = 7200.0  # seconds after a copy was last used, as what a visitor uploads
MOST_SECONDS = 180.0  # that a visitor's text may take
GONE = "This adapted copy is no longer kept; adapt the voice to the text again."
ANOTHER = "This adapted copy is of another voice, or the voice has changed since; adapt this one to the text."


@dataclass(frozen=True)
class AdaptedCopy:
    """name: what it is asked for by. voice: of which it was made, as it was asked for. told: whether it has helped."""

    name: str
    voice: str
    told: Adaptation


@dataclass(frozen=True)
class _Kept:
    """made_of: the checkpoint's stamp. client: whose share it takes."""

    writer: Writer
    made_of: tuple[str, ...]
    client: str


_COPIES: ByteLru[_Kept] = ByteLru(MOST_BYTES, KEPT)


def adapting(voice: str, page: str, *, caller: Caller = OWNER, device: str = "auto") -> Iterator[Pulse | AdaptedCopy]:
    """Adapt a copy of a voice to a text; gives signs of life, then the copy. Closing it ends the work.

    Args:
        voice: a folder, a bundled name or a repository of the Hub.
        page: the text, as `adapt_writer` reads it.
        caller: who asks; a visitor's time and memory are bounded.
        device: "cpu", "cuda", "mps" or "auto".

    Raises:
        RnnlabError: the voice or the text cannot be used as it is, or it takes too much time or memory.
    """
    found = locate(voice, caller=caller)
    writer = open_located_writing(found, device=device)
    if not caller.at_this_machine and writer_bytes(writer) > MOST_OF_ONE:
        raise RnnlabError("This voice is too large to be adapted here; adapt a smaller one, or use Python.")

    def work(watch: Watch) -> Iterator[tuple[Writer, Adaptation]]:
        yield adapt_writer(writer, page, watch)

    job = Job(work, math.inf if caller.at_this_machine else MOST_SECONDS, lambda: None)
    with closing(job.events()) as events:
        for event in events:
            if isinstance(event, Pulse):
                yield event
            else:
                adapted, told = event
                yield AdaptedCopy(_keep(_Kept(adapted, stamp(found.folder), caller.client)), voice, told)
                return  # before a sign of life of a thread that is about to end


def adapted_writer(name: str, found: Located, weights: str = "fp32") -> Writer:
    """The copy of a name, to write in the place of the voice that was found; RnnlabError if it is gone or another's."""
    kept = _COPIES.find(name)
    if kept is None:
        raise RnnlabError(GONE)
    if kept.made_of != stamp(found.folder):
        raise RnnlabError(ANOTHER)
    if weights == "fp32":
        return kept.writer
    return dataclasses.replace(kept.writer, engine=open_engine(kept.writer.model, weights))


def forget_copy(copy: AdaptedCopy | None) -> None:
    """Put a copy away, if there is one."""
    if copy is not None:
        _COPIES.forget(copy.name)


def _keep(kept: _Kept) -> str:
    """Keep a copy, the client's least recently used ones making room for it; gives its name."""
    name, room = secrets.token_hex(16), MOST_OF_ONE - writer_bytes(kept.writer)
    own = [(key, size) for key, one, size in _COPIES.things() if one.client == kept.client]
    total = sum(size for _, size in own)
    for key, size in own:
        if total > room:
            _COPIES.forget(key)
            total -= size
    _COPIES.put(name, kept, writer_bytes(kept.writer))
    return name
