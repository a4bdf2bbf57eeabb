"""The checkpoints that come with the repository, by task."""

from __future__ import annotations

import logging

from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import STRANGER
from rnnlab.runtime.kind import TaskKind
from rnnlab.runtime.opening import bundled_checkpoints, open_checkpoint


def bundled_models(kind: TaskKind) -> list[str]:
    """The names of the bundled checkpoints for a task; one that cannot be used is left out, and the log says why."""
    return [name for name in bundled_checkpoints() if _is_sound(name, kind)]


def _is_sound(name: str, kind: TaskKind) -> bool:
    try:
        made = open_checkpoint(name, caller=STRANGER)
        if made.task != kind.name:
            return False
        kind.usable(made)
        kind.summary(made)
        return True
    except RnnlabError as error:
        logging.getLogger(__name__).warning("The bundled checkpoint %s is left out: %s", name, error)
        return False
