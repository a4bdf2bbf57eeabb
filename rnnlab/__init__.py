"""rnnlab: recurrent networks that forecast stock prices and write in an author's style, scored honestly."""

from __future__ import annotations

import os

from rnnlab.version import __version__

TYPE_CHECKING = False  # typing's own would be imported before the command line can answer to ^C
# Before any of them is imported: libraries that would tell their makers of this program's use, ONNX Runtime also by an
# id of the machine that it keeps in the home folder.
for _switch, _off in (
    ("ORT_DISABLE_TELEMETRY", "1"),
    ("HF_HUB_DISABLE_TELEMETRY", "1"),
    ("GRADIO_ANALYTICS_ENABLED", "False"),
):
    os.environ.setdefault(_switch, _off)
# The library `tokenizers` works on one thread; after several it warns of every fork on standard error.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

if TYPE_CHECKING:
    from typing import Any

__all__ = ["__version__", "load"]


def load(model: str) -> Any:
    """Load a checkpoint by name, to be asked what its task can: `.write(…)` or `.forecast(…)`.

    Args:
        model: a folder, a bundled name such as "shakespeare", or "owner/name" or "owner/name@revision" of the Hugging
            Face Hub, which is asked as the person who is signed in at this machine, if anyone.

    Raises:
        RnnlabError: there is none of that name, it is damaged, or the Hub refuses, fails or cannot be reached.
    """
    from rnnlab.runtime.opening import locate, open_located  # with torch, which takes seconds
    from rnnlab.tasks.registry import kind_of

    found = locate(model)
    return kind_of(open_located(found)).load(model, found)
