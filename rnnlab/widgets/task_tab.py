"""What a column's part of the page offers to the page around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import gradio as gr

from rnnlab.runtime.callers import Caller

Changed = dict[Any, Any]  # what an event changed, by component


class TaskTab(Protocol):
    """A tab that uses checkpoints of one task, after it was laid out."""

    @property
    def outputs(self) -> Sequence[Any]:
        """The components that opening a checkpoint or a link may change."""

    @property
    def inputs(self) -> Sequence[Any]:
        """The components whose values opening a checkpoint needs."""

    def open(self, model: str, caller: Caller, values: Sequence[Any]) -> Changed:
        """Use a checkpoint that is fetched and checked; raises RnnlabError."""

    def open_link(self, token: gr.OAuthToken | None, query: Mapping[str, str]) -> Changed:
        """What the tab becomes when the page is opened by a link to it."""


class TaskPage(Protocol):
    """The module of a column's part of the page."""

    ID: str  # of its tab
    WHAT: str  # what its events are called, several of them

    def lay_out(self, models: Sequence[str], outside: gr.Column) -> TaskTab | None:
        """Lay the tab out with the bundled checkpoints of the task, and connect its events; None if it cannot be used.

        Its endpoints belong to it, too; see `add_endpoints`.
        """

    def add_endpoints(self, models: Sequence[str]) -> None:
        """Add its endpoints for programs to the Blocks being built."""
