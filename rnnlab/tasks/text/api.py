"""A writer for a Python program: loaded once by name, then asked."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rnnlab.data.text.prompts import unescaped
from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import OWNER
from rnnlab.runtime.opening import Located, open_located
from rnnlab.scoring.style.report import StyleReport
from rnnlab.tasks.text.export.exporting import export
from rnnlab.tasks.text.judge.reporting import SAMPLES, report_of
from rnnlab.tasks.text.learn.adapting import Adaptation, adapt_writer
from rnnlab.tasks.text.manner import USUAL, Manner, with_preset
from rnnlab.tasks.text.use import drafts, drafts_by, hand_of
from rnnlab.tasks.text.writer import Writer, open_writing, voice_of


@dataclass(frozen=True)
class TextModel:
    """A checkpoint that writes.

    name: as it was asked for. folder: where its files lie; of a repository of the Hub, the one commit that was pulled,
    whatever is pushed later. card: the model card, Markdown. adaptation: what a page has done to an adapted copy.
    """

    name: str
    task: str
    folder: Path
    card: str
    adaptation: Adaptation | None = None
    _writer: Writer | None = field(default=None, repr=False)

    @classmethod
    def of(cls, name: str, found: Located) -> TextModel:
        """A checkpoint that was found under a name; CheckpointError if it is damaged."""
        made = open_located(found)
        return cls(name, made.task, found.folder.resolve(), made.card)

    def report(
        self,
        text: str | None = None,
        *,
        samples: int = SAMPLES,
        temperature: float | None = None,
        min_p: float | None = None,
        seed: int = 1,
        data: Sequence[str] = (),
        against: Sequence[str] = (),
        device: str = "auto",
    ) -> StyleReport:
        """Measure how near what it writes, or a text, is to its author (docs/writing.md).

        Args:
            text: what to report on; None has it write `samples` texts of 250 words.
            samples: how many.
            temperature, min_p: that they are written with; None is the default.
            seed: of the first of them.
            data: the author's text; by default what the checkpoint keeps of it.
            against: further writers, whose authors the author is told apart from.
            device: "cpu", "cuda", "mps" or "auto".

        Returns:
            The report: `.rows`, `.verdict`, `.table()` and `.json()`, what the command prints with --json.

        Raises:
            RnnlabError: something of the above cannot be used as it is.
        """
        if text is None and self._writer is not None:
            raise RnnlabError("What an adapted copy writes has no report; give the text, or ask the model itself.")
        return report_of(
            str(self.folder),
            data=(data,) if isinstance(data, str) else data,
            text=text,
            samples=samples,
            temperature=temperature,
            min_p=min_p,
            seed=seed,
            against=against,
            device=device,
        )

    def adapted(self, page: str, *, device: str = "auto") -> TextModel:
        """A copy in memory that has learnt a page; nothing is written to the checkpoint (docs/writing.md).

        Args:
            page: 500 to 20,000 characters; its last fifth is not learnt but tells whether the rest has helped.
            device: "cpu", "cuda", "mps" or "auto"; the copy writes there.

        Returns:
            The copy, with `.adaptation.before` and `.after`: nats a character on the page's last fifth.

        Raises:
            RnnlabError: the page or the device cannot be used as it is, or this is an adapted copy.
        """
        if self._writer is not None:
            raise RnnlabError("This is an adapted copy already; give the model itself one page that holds both.")
        writer, told = adapt_writer(open_writing(str(self.folder), device=device), page)
        return replace(self, adaptation=told, _writer=writer)

    def export(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write its step as ONNX, its vocabulary, readers in Python and JavaScript and a page into a folder.

        Args:
            folder: a new one.
            overwrite: whether an earlier export there may be replaced; other files there stay.

        Returns:
            The folder.

        Raises:
            RnnlabError: its cell has no graph, it is an adapted copy, or the folder may or can not be written.
        """
        if self._writer is not None:
            raise RnnlabError("An adapted copy lives in memory only and is not exported; export the model itself.")
        return Path(export(str(self.folder), folder, overwrite=overwrite)["folder"])

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"A checkpoint that writes has no {name}(); it has write(), report(), adapted() and export()."
        )

    def write(
        self,
        prompt: str = "",
        *,
        length: int | None = None,
        temperature: float | None = None,
        seed: int | None = None,
        stops: Sequence[str] = (),
        sampling: Mapping[str, float] = MappingProxyType({}),
        device: str = "auto",
        banned: str = "",
        keep_stop: bool = False,
        finish_sentence: bool | None = None,
        original: bool = False,
        blend: str = "",
        share: float | None = None,
        contrast: float | None = None,
        preset: str | None = None,
    ) -> str:
        r"""Write on from a prompt; what was changed in it, and a seed that was drawn for -1, is told as a warning.

        Args:
            prompt: what the text begins with.
            length: characters to write; None is 400 and the rest of the sentence.
            temperature: randomness of each choice; None is the default.
            seed: the same seed writes the same text; drawn at random if None, or if -1, which is told.
            stops: the text ends before the first of them to appear; \n is a line break, \t a tab, \\ a backslash.
            sampling: the chain's other settings by name, such as top_k (docs/writing.md).
            device: "cpu", "cuda", "mps" or "auto".
            banned: characters that are never written, with the same escapes.
            keep_stop: the text ends after the stop and not before it.
            finish_sentence: go on beyond the length to the end of a sentence, 500 characters at most; None does so
                where no length is given.
            original: never copy the author's text for longer than held-out pages do (docs/writing.md).
            blend: a second writer, whose predictions are combined with this one's at every step.
            share: of the second writer, from 0 to 1; None is 0.5.
            contrast: in place of a share, how strongly the text is moved away from the second writer, from 0 to 5.
            preset: in place of a temperature, "faithful", "balanced" or "daring", as measured for this voice; it sets
                min_p, too, unless sampling does.

        Returns:
            The whole text, the prompt first.

        Raises:
            RnnlabError: the checkpoint is no writer, or something of the above cannot be used as it is.
        """
        sampling = sampling if temperature is None else {**sampling, "temperature": temperature}
        if preset is not None:
            writer = self._writer or open_writing(str(self.folder), device=device)
            sampling = with_preset(self.name, voice_of(writer, self.name).presets, preset, sampling)
        listed = (stops,) if isinstance(stops, str) else stops
        manner = Manner(
            USUAL.length if length is None else length,
            sampling=sampling,
            stops=tuple(map(unescaped, listed)),
            banned=unescaped(banned),
            keep_stop=keep_stop,
            finish_sentence=length is None if finish_sentence is None else finish_sentence,
            original=original,
            blend=blend,
            share=share,
            contrast=contrast,
        )
        if self._writer is None:
            *_, last = drafts(str(self.folder), prompt, manner, seed=seed, device=device)
        elif device not in ("auto", self._writer.model.head.weight.device.type):
            raise RnnlabError(f"An adapted copy writes where it was adapted, not on {device}; leave the device out.")
        else:
            hand, manner = hand_of(self._writer, manner, OWNER, device)
            *_, last = drafts_by(hand, self.name, prompt, manner, seed=seed)
        for notice in last.notices:
            warnings.warn(notice, stacklevel=2)
        return last.texts[0]
