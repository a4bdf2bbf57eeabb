"""A checkpoint for a Python program: loaded once by name, then asked; knows no page and no command."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from rnnlab.data.prices.tables import frame_text
from rnnlab.data.text.stops import unescaped
from rnnlab.errors import DataError
from rnnlab.runtime.opening import locate, open_checkpoint, open_located
from rnnlab.tasks.forecast.use import forecast
from rnnlab.tasks.text.use import Manner, drafts


@dataclass(frozen=True)
class Model:
    """A checkpoint that writes or forecasts, as it was trained to.

    name: as it was asked for. task: "text" or "forecast". folder: where its files lie; of a repository of the Hub, the
    one commit that was pulled, whatever is pushed later.
    """

    name: str
    task: str
    folder: Path

    @property
    def card(self) -> str:
        """The model card, Markdown: what it learnt from, how good it is, how it was made."""
        return open_checkpoint(str(self.folder)).card

    def write(
        self,
        prompt: str = "",
        *,
        length: int = 400,
        temperature: float | None = None,
        seed: int | None = None,
        stops: Sequence[str] = (),
        sampling: Mapping[str, float] = MappingProxyType({}),
        device: str = "auto",
        banned: str = "",
        keep_stop: bool = False,
        finish_sentence: bool = False,
    ) -> str:
        r"""Write on from a prompt; what was changed in it, and a seed that was drawn for -1, is told as a warning.

        Args:
            prompt: what the text begins with.
            length: characters to write.
            temperature: how daring each choice is; None is the default.
            seed: the same seed writes the same text; drawn at random if None, or if -1, which is told.
            stops: the text ends before the first of them to appear; \n is a line break, \t a tab, \\ a backslash.
            sampling: the chain's other settings by name, such as top_k (docs/writing.md).
            device: "cpu", "cuda", "mps" or "auto".
            banned: characters that are never written, with the same escapes.
            keep_stop: the text ends after the stop and not before it.
            finish_sentence: go on beyond the length to the end of a sentence, 500 characters at most.

        Returns:
            The whole text, the prompt first.

        Raises:
            RnnlabError: the checkpoint is no writer, or something of the above cannot be used as it is.
        """
        listed = (stops,) if isinstance(stops, str) else stops
        manner = Manner(
            length, sampling={**sampling, "temperature": temperature}, stops=tuple(map(unescaped, listed)),
            banned=unescaped(banned), keep_stop=keep_stop, finish_sentence=finish_sentence,
        )  # fmt: skip
        *_, last = drafts(str(self.folder), prompt, manner, seed=seed, device=device)
        for notice in last.notices:
            warnings.warn(notice, stacklevel=2)
        return last.texts[0]

    def forecast(
        self,
        prices: str | Path | pd.DataFrame | pd.Series,
        horizon: int = 20,
        *,
        device: str = "auto",
        ticker: str | None = None,
        dates: str | None = None,
        encoding: str | None = None,
        calibrated: bool = False,
    ) -> pd.DataFrame:
        """Forecast the sessions after the last day.

        Args:
            prices: a bundled ticker, the path of a price file, a table with a column Close (Open, High, Low and Volume
                are used if there) and an index or a column of dates, or a series of closes with an index of dates.
            horizon: sessions to forecast, 1 to 20.
            device: "cpu", "cuda", "mps" or "auto".
            ticker: which one, if the file or table holds several.
            dates: "iso", "us" or "day-first" if dates can be read in two ways.
            encoding: in which the file is written, as "shift_jis"; found if None.
            calibrated: whether the bands are calibrated day by day, by how often they held before.

        Returns:
            A row a session, the index its date: median, lower80, upper80, lower95, upper95, in the price's currency.
            What was mended or looks odd in the prices is warned of, and listed in its attrs["notices"].

        Raises:
            RnnlabError: the checkpoint is no forecaster, or something of the above cannot be used as it is.
        """
        data = _as_data(prices, encoding)
        answer = forecast(
            str(self.folder), data, horizon=horizon, device=device, ticker=ticker, dates=dates, encoding=encoding,
            calibrated=calibrated,
        )  # fmt: skip
        rows = pd.DataFrame(answer["rows"])
        table = rows.assign(date=pd.to_datetime(rows["date"])).set_index("date")
        table.attrs["notices"] = answer["notices"]
        for notice in answer["notices"]:
            warnings.warn(notice, stacklevel=2)
        return table


def load(model: str) -> Model:
    """Load a checkpoint by name.

    Args:
        model: a folder, a bundled name such as "shakespeare", or "owner/name" or "owner/name@revision" of the Hugging
            Face Hub, which is asked as the person who is signed in at this machine, if anyone.

    Raises:
        RnnlabError: there is none of that name, it is damaged, or the Hub refuses, fails or cannot be reached.
    """
    found = locate(model)
    return Model(model, open_located(found).task, found.folder.resolve())


def _as_data(prices: Any, encoding: str | None) -> str | Path | bytes:
    """A name or path as it is; a table as the price file that it would be, so that it is read as strictly."""
    if isinstance(prices, str | Path):
        return prices
    if not isinstance(prices, pd.DataFrame | pd.Series):
        raise DataError(
            f"Prices cannot be a {type(prices).__name__}; give a bundled ticker, a file's path, a pandas DataFrame "
            "with dates, or a pandas Series with an index of dates."
        )
    if encoding is not None:
        raise DataError("A table has no encoding; leave it out.")
    return frame_text(prices, "the table").encode()
