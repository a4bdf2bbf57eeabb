"""Tonight's densities of some series, by a checkpoint, HAR and GARCH, into a ledger of the Hub before the open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from rnnlab import hub
from rnnlab.data.json_objects import SEAL, parse_object
from rnnlab.data.prices.dates.opens import check_exchange, closing, exchange_of, next_session, opening
from rnnlab.data.prices.dates.sessions import spacing
from rnnlab.data.prices.series import Prices
from rnnlab.errors import DataError, RnnlabError
from rnnlab.hub import Ledger
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import Located, locate
from rnnlab.scoring.baselines import har_t
from rnnlab.scoring.garch import garch_t, need_arch
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.data import AS_WRITTEN, PriceReading, open_distinct, series_record
from rnnlab.tasks.forecast.judge.walk import of_days
from rnnlab.tasks.forecast.ledger.entries import MODEL, TIME, Entry, parameters, read_line, readable
from rnnlab.tasks.forecast.recipes import Forecaster, open_forecasting
from rnnlab.train.checkpoint.checkpoint import CONFIG
from rnnlab.version import __version__

LEAST_DAYS = 250  # as many as GARCH is fitted to at least
SHOWN = "%Y-%m-%d %H:%M UTC"
CARD = """---
tags:
- rnnlab
- rnnlab-ledger
configs:
- config_name: entries
  data_files: entries/*.jsonl
---
# A forward ledger of forecasts

Each file in `entries/` is committed once and never changed. A line has one series' Student-t densities of its next
session's log return in percent: those of a recurrent network (`model`), and of HAR and GARCH(1,1) of the same night.
What counts is the time of the commit: an entry committed after its session's open is never scored.
`rnnlab ledger score --repo THIS --data PRICES` scores the others once their session has come, losses unaltered.
"""


@dataclass(frozen=True)
class Session:
    """A series' next session: its day, the exchange's ISO code ("" if unknown), and when it opens, UTC."""

    day: pd.Timestamp
    exchange: str
    opens: datetime


def commit(
    model: str,
    data: Sequence[str],
    repo: str,
    *,
    exchange: str = "",
    private: bool = False,
    dry_run: bool = False,
    reading: PriceReading = AS_WRITTEN,
    caller: Caller = OWNER,
    device: str = "auto",
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, Any]:
    """Write one entry for each series' next session into a ledger, as one file and one commit.

    Args:
        model: a folder, a bundled name, or "owner/name" of the Hub.
        data: tickers and files.
        repo: "owner/name" of a dataset repository, made if it is not there.
        exchange: the ISO code (MIC) on which all of them trade; "" for what their dates say.
        private: make a new repository private.
        dry_run: read the ledger and tell what would be written, but write nothing.
        now: the clock by which a session has opened or not; what counts later is the Hub's.

    Returns:
        {repo, file, dry_run, commit, committed (the Hub's time; both None in a dry run), entries: [the lines],
        notices: on series without an entry, and why}.

    Raises:
        RnnlabError: no series can have an entry, or something cannot be used as it is.
        HubError: the repository is no ledger, or the Hub refuses, fails or cannot be reached.
    """
    need_arch()
    known = check_exchange(exchange) if exchange else ""
    series, time = open_distinct(data, reading), now()
    sessions, notices = _sessions(series, known, time)
    found = locate(model, caller=caller)
    forecaster = open_forecasting(found, device=device)[1]
    entries = _entries(found, forecaster, [prices for prices in series if prices.name in sessions], sessions)
    since = f"entries/{min(pd.Timestamp(one.last_day) for one in entries) - pd.Timedelta(days=1):%Y-%m-%d}"

    def write(ledger: Ledger) -> tuple[str, bytes]:
        left = _new(ledger, entries)
        if late := [one for one in left if now() >= sessions[one.series].opens]:
            raise RnnlabError(f"{_opened(late[0].series, sessions[late[0].series])}; nothing was written.")
        return _path(ledger, time), b"".join(one.line() for one in left)

    answer: dict[str, Any] = {"repo": repo, "dry_run": dry_run, "file": None, "commit": None, "committed": None}
    token = caller.hub_token
    committed = time
    if dry_run:
        answer["file"], content = write(hub.read_ledger_or_new(repo, token, since))
    else:
        card = CARD.replace("THIS", repo).encode()
        kept = hub.add_file(repo, token, write, card=card, since=since, private=private)
        content, committed = kept.content, kept.committed
        answer |= {"file": kept.path, "commit": kept.commit, "committed": f"{committed:{TIME}}"}
    written = [read_line(line) for line in content.splitlines()]
    notices += [_late(one, committed) for one in written if committed >= sessions[one.series].opens]
    notices += [_repeated(one) for one in entries if one not in written]
    return answer | {"entries": [one.json() for one in written], "notices": notices}


def _sessions(series: Sequence[Prices], exchange: str, now: datetime) -> tuple[dict[str, Session], list[str]]:
    """By series, the next session of those that can have an entry now, and why the others cannot."""
    sessions, notices = {}, []
    for prices in series:
        notices += [f"{prices.name}: {one}" for one in prices.notices]
        try:
            sessions[prices.name] = _session(prices, exchange, now)
        except DataError as error:
            notices.append(str(error))
            if len(series) == 1:
                raise
            continue
        if not sessions[prices.name].exchange:
            notices.append(
                f"{prices.name}'s exchange is unknown, so its entry counts if the Hub has it before 00:00 UTC of the "
                f"session's date; name it with --exchange, above all if it opens earlier."
            )
    if not sessions:
        raise RnnlabError(f"None of the {len(series)} series can have an entry: {notices[-1]}")
    return sessions, notices


def _session(prices: Prices, exchange: str, now: datetime) -> Session:
    """A series' next session, if it has not opened yet and the last day known is over; DataError otherwise."""
    dates, name = pd.DatetimeIndex(prices.table.index), prices.name
    if len(dates) < LEAST_DAYS:
        raise DataError(
            f"{name} has {len(dates)} rows, but an entry needs at least {LEAST_DAYS}; give a longer history."
        )
    if (kind := spacing(dates)) not in ("daily", "seven days a week"):
        raise DataError(f"{name} has {kind} prices; a ledger takes daily ones.")
    known, last = exchange or exchange_of(prices.table), pd.Timestamp(dates[-1])
    ended = closing(last, known)
    if f"{last:%Y-%m-%d}" > f"{now:%Y-%m-%d}" or (ended is not None and now < ended):
        until = f" until {ended:{SHOWN}}" if ended is not None else ""
        raise DataError(f"{name}'s last day, {last:%Y-%m-%d}, is not over{until}; commit after its close.")
    day = next_session(dates, known)
    session = Session(day, known, opening(day, known))
    if now >= session.opens:
        raise DataError(f"{_opened(name, session)}; give prices up to the last close, and commit before the open.")
    return session


def _opened(name: str, session: Session) -> str:
    return f"{name}'s next session, {session.day:%Y-%m-%d}, opened at {session.opens:{SHOWN}}"


def _entries(
    found: Located, forecaster: Forecaster, series: Sequence[Prices], sessions: dict[str, Session]
) -> list[Entry]:
    """An entry for each series, its densities made from its last day."""
    revision = found.commit or str(parse_object((found.folder / CONFIG).read_bytes())[SEAL])
    last = forecaster.latest([prices.table for prices in series])
    entries = []
    for row, prices in enumerate(series):
        session, facts = sessions[prices.name], series_record(prices)
        own = {MODEL: last.at((row, 0))} | _baselines(prices.table)
        entry = Entry(
            series=prices.name,
            last_day=facts["end"],
            last_close=float(prices.table["Close"].iloc[-1]),
            rows=facts["rows"],
            closes_sha256=facts["closes_sha256"],
            session=f"{session.day:%Y-%m-%d}",
            exchange=session.exchange,
            opens=f"{session.opens:{TIME}}",
            model=found.name,
            revision=revision,
            rnnlab=__version__,
            densities={name: parameters(density) for name, density in own.items()},
        )
        entries.append(entry)
    return entries


def _baselines(table: pd.DataFrame) -> dict[str, StudentT]:
    """HAR's and GARCH's densities of the next session, fitted to all days, percent."""
    _, returns, ranges = of_days(table)
    days = len(table)
    last = np.array([days - 1])
    har, garch = har_t(returns, last, days, 1, ranges), garch_t(returns, last, days)
    assert isinstance(garch, StudentT), "one day ahead there is a formula"
    return {"har_t": har, "garch_t": garch}


def _new(ledger: Ledger, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that the ledger does not have yet; RnnlabError if it has them all."""
    there = {entry.night for entry in readable(ledger)}
    left = [one for one in entries if one.night not in there]
    if not left:
        raise RnnlabError(_repeated(entries[0]))
    return left


def _repeated(entry: Entry) -> str:
    return (
        f"{entry.series} has an entry from {entry.last_day} already; an entry is never rewritten, so commit again when "
        f"there is a newer close."
    )


def _path(ledger: Ledger, now: datetime) -> str:
    """A file of entries that the ledger does not have: of tonight, numbered from the second on."""
    number, path = 1, f"entries/{now:%Y-%m-%d}.jsonl"
    while path in ledger.paths:
        number += 1
        path = f"entries/{now:%Y-%m-%d}-{number}.jsonl"
    return path


def _late(entry: Entry, committed: datetime) -> str:
    return (
        f"{entry.series}'s entry reached the Hub at {committed:{SHOWN}}, after the open at {entry.opens}, so it is "
        f"never scored; commit earlier."
    )
