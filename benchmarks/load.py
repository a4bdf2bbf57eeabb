"""Visitors all at once: two train, twenty write and ten forecast for a minute, by real clients over loopback.

python -m benchmarks.load [--seconds N --writers N --forecasters N --trainers N]
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from gradio_client import Client, handle_file

from rnnlab.tasks.forecast import use as forecasting
from rnnlab.tasks.text import use as writing

LENGTH = 120
FULL = "Queue is full"
PORT = 7871
TICKERS = ("AAPL", "MSFT", "AMZN", "QQQ")


class Record:
    """What visitors saw: seconds by kind, errors, and texts and forecasts that were not their own."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {"first character": [], "text": [], "forecast": [], "training": []}
        self.errors: Counter[str] = Counter()
        self.mixed = 0
        self.texts: list[tuple[int, str]] = []  # verified when all is over: writing them here takes a core


def main() -> None:
    """Serve the page in a process of its own, visit it, and tell what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("seconds", 60), ("writers", 20), ("forecasters", 10), ("trainers", 2)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        environment = os.environ | {"GRADIO_SERVER_PORT": str(PORT), "RNNLAB_CACHE": place}
        page = subprocess.Popen([sys.executable, "app.py"], env=environment, stdout=subprocess.DEVNULL)
        try:
            address = _answering(f"http://127.0.0.1:{PORT}", page)
            _tell(*_visited(address, page.pid, Path(place), asked))
        finally:
            page.kill()
            page.wait()


def _visited(address: str, pid: int, place: Path, asked: argparse.Namespace) -> tuple[Record, list[float]]:
    text = place / "text.txt"
    text.write_text("".join(f"{n % 89} men went, {n * n % 97} came home; {n % 13} sang.\n" for n in range(3000)))
    record, over = Record(), threading.Event()
    visits: list[Callable[[], None]] = []
    visits += [lambda number=number: _write(address, record, over, number) for number in range(asked.writers)]  # type: ignore[misc]
    visits += [lambda number=number: _forecast(address, record, over, number) for number in range(asked.forecasters)]  # type: ignore[misc]
    visits += [lambda: _train(address, record, over, text)] * asked.trainers
    threads = [threading.Thread(target=visit) for visit in visits]
    for thread in threads:
        thread.start()
    memory, began = [], time.monotonic()
    while time.monotonic() - began < asked.seconds:
        time.sleep(5)
        memory.append(_resident_mb(pid))
    over.set()
    for thread in threads:
        thread.join()
    _verify(record)
    return record, memory


def _write(address: str, record: Record, over: threading.Event, number: int) -> None:
    client, turn = Client(address, verbose=False), 0
    while not over.is_set():
        seed, turn, began = 1000 * number + turn, turn + 1, time.monotonic()
        given = {"prompt": "ROMEO:", "model": "shakespeare", "length": LENGTH, "seed": str(seed)}

        def write(given: dict[str, Any] = given, began: float = began, seed: int = seed) -> None:
            first, last = None, None
            for last in client.submit(**given, api_name="/write"):
                if first is None and len(last["text"]) > len("ROMEO:"):
                    first = time.monotonic() - began
            if first is None or last is None:
                raise RuntimeError("no text came")
            record.seconds["first character"].append(first)
            record.seconds["text"].append(time.monotonic() - began)
            record.texts.append((seed, last["text"]))

        _attempt(record, write)


def _forecast(address: str, record: Record, over: threading.Event, number: int) -> None:
    client, ticker = Client(address, verbose=False), TICKERS[number % len(TICKERS)]
    expected = forecasting.forecast("stocks", ticker, horizon=5).summary()

    def forecast() -> None:
        began = time.monotonic()
        answer = client.predict(data=ticker, model="stocks", horizon=5, api_name="/forecast")
        record.seconds["forecast"].append(time.monotonic() - began)
        record.mixed += answer != expected

    while not over.is_set():
        _attempt(record, forecast)


def _train(address: str, record: Record, over: threading.Event, text: Path) -> None:
    client = Client(address, verbose=False)

    def train() -> None:
        began = time.monotonic()
        job = client.submit(file=handle_file(text), hidden=64, layers=1, epochs=10, api_name="/train_text")
        for _ in job:
            if over.is_set():
                job.cancel()
                return
        record.seconds["training"].append(time.monotonic() - began)

    while not over.is_set():
        _attempt(record, train)


def _attempt(record: Record, visit: Callable[[], None]) -> None:
    try:
        visit()
    except Exception as error:  # noqa: BLE001 - whatever a visitor may see is counted
        record.errors[FULL if FULL in str(error) else f"{type(error).__name__}: {error}"[:120]] += 1
        time.sleep(0.5)


def _verify(record: Record) -> None:
    """Count the texts that are not those of their seeds, written here."""
    for seed, text in record.texts:
        record.mixed += text != writing.write("shakespeare", "ROMEO:", length=LENGTH, seed=seed)["text"]


def _tell(record: Record, memory: list[float]) -> None:
    for kind, seconds in record.seconds.items():
        if len(seconds) > 1:
            ninety_five = statistics.quantiles(seconds, n=20)[-1]
            print(f"{kind}: {len(seconds)}, median {statistics.median(seconds):.2f} s, p95 {ninety_five:.2f} s")
        else:
            print(f"{kind}: {len(seconds)}")
    print(f"not their own: {record.mixed}; errors: {dict(record.errors) or 'none'}")
    print("resident MB every 5 s:", " ".join(f"{value:,.0f}" for value in memory))


def _answering(address: str, page: subprocess.Popen[bytes]) -> str:
    for _ in range(300):
        if page.poll() is not None:
            raise SystemExit("The page has ended.")
        try:
            httpx.get(address, timeout=5)
            return address
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("The page does not answer.")


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
