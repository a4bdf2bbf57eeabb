"""Raw calls with values of wrong kinds to every public endpoint of a page: each ends in an answer or in a sentence.

    python -m benchmarks.endpoints [CALLS [SEED]]

The page is one of its own, on loopback. Gradio's own refusals, by a status of HTTP, are counted and no fault.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ["HF_ENDPOINT"] = "http://127.0.0.1:9"  # where nobody answers

import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

CALLS, SEED = 860, 1
SECONDS = 60.0  # that a call may take
ROUTES = ("call", "call/v2", "queue/join")
SOUND: dict[str, dict[str, Any]] = {  # of each endpoint, values that are answered within a second or so
    "forecast": {"data": "AAPL", "model": "stocks", "horizon": 2, "file": None, "calibrated": False},
    "backtest": {"data": "AAPL", "model": "stocks", "start": "2016-01-04", "file": None},
    "write": {
        "prompt": "ROMEO:",
        "model": "shakespeare",
        "length": 5,
        "temperature": 0.8,
        "seed": "1",
        "top_k": 0,
        "top_p": 1.0,
        "min_p": 0.0,
        "repetition_penalty": 1.0,
        "stop": "",
    },
    "models": {"task": "", "query": "", "author": "", "order": "newest", "hub": False},
    "load": {"model": "stocks"},
    "push": {"model": "stocks", "repo": "anna/stocks", "private": False},
    "train_text": {"file": None, "cell": "", "hidden": 4, "layers": 1, "epochs": 1, "lr": 0, "level": ""},
    "train_forecast": {"data": "AAPL", "file": None, "cell": "", "hidden": 4, "layers": 1, "epochs": 1, "lr": 0},
}
MARK = {"_type": "gradio.FileData"}
NUMBERS = (0, -1, 3.7, 10**30, -(10**400), float("nan"), float("inf"))
TEXTS = ("", "AAPL", "7", "NaN", "\0", "\ud800", "é" * 300, "a" * 100_000, "../..", "/etc/passwd", "owner/name")
SHAPES = (None, True, False, [], [1], ["AAPL"], [[]], {}, {"a": 1}, {"__type__": "update", "value": 3})
PATHS = ("/etc/passwd", "gone.csv", "", "http://127.0.0.1:9/x", 5, None)
FILES = (*({"path": path, "meta": MARK} for path in PATHS), {"path": "/etc/passwd"}, {"url": "x", "meta": MARK})
WRONG: tuple[Any, ...] = (*NUMBERS, *TEXTS, *SHAPES, *FILES)
VISIT = "visit:" + "0" * 32 + "/x"
ODD: dict[type, tuple[Any, ...]] = {  # of the kind that is due, and yet nothing that is asked for
    str: (" ", "\n", "\0", "٣", "1e5", "-1", "0x7", "a/b@" + "c" * 300, VISIT, "https://a.b/c", "%s%n", "'\"<b>", "🙂"),
    float: (0, -1, 1, 21, 0.5, 1e-300, -0.0, 2**31, 1e14),
    bool: (True, 1, 0.0),
}


@dataclass(frozen=True)
class Call:
    """A raw call: by which route, of which endpoint, with which values."""

    route: str
    endpoint: str
    values: dict[str, Any]
    left_out: int = 0  # of the last values
    more: tuple[Any, ...] = ()


def calls(seed: int) -> Iterator[Call]:
    """Calls without end: sound ones of which one or two values are wrong, some too short or too long."""
    chance = random.Random(seed)
    while True:
        endpoint = chance.choice(list(SOUND))
        values = dict(SOUND[endpoint])
        for name in chance.sample(list(values), k=min(len(values), chance.choice([1, 1, 2]))):
            kind = float if type(values[name]) is int else type(values[name])
            values[name] = chance.choice(ODD[kind] if kind in ODD and chance.random() < 0.5 else WRONG)
        short, long = chance.random() < 0.1, chance.random() < 0.1
        yield Call(chance.choice(ROUTES), endpoint, values, int(short), (chance.choice(WRONG),) if long else ())


def outcome(page: httpx.Client, call: Call) -> str:
    """What came of a call: "answer", "sentence", "status" of HTTP, or what is wrong with it."""
    began = time.monotonic()
    try:
        event, said = _asked(page, call)
    except httpx.TimeoutException:
        return f"no end within {SECONDS:g} s"
    if event == "status":
        return "status" if said in (400, 422, 500) else f"status {said}"
    if time.monotonic() - began > SECONDS:
        return f"an end after more than {SECONDS:g} s"
    if event == "complete":
        return "answer"
    error = said.get("error") if isinstance(said, dict) else None
    return "sentence" if is_sentence(error) else f"error {error!r:.200}"


def is_sentence(error: object) -> bool:
    """Whether an error says something that a person can read, and nothing of the program's insides."""
    inside = ("Traceback", "Error:", "site-packages", "Could not preprocess")
    return isinstance(error, str) and error.endswith((".", "?")) and not any(word in error for word in inside)


def _asked(page: httpx.Client, call: Call) -> tuple[str, Any]:
    """Ask, and give the event that ends the answer, with what it says."""
    data = [*call.values.values()]
    data = [*data[: len(data) - call.left_out], *call.more]
    if call.route == "queue/join":
        return _joined(page, call.endpoint, data)
    named = dict([*call.values.items()][: len(call.values) - call.left_out])  # other names Gradio refuses itself
    body = named if call.route == "call/v2" else {"data": data}
    begun = page.post(f"{call.route}/{call.endpoint}", content=json.dumps(body), headers=JSON)
    if begun.status_code != 200:
        return "status", begun.status_code
    event = ""
    with page.stream("GET", f"{call.route}/{call.endpoint}/{begun.json()['event_id']}") as stream:
        for line in stream.iter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: ") and event in ("complete", "error"):
                return event, json.loads(line.removeprefix("data: "))
    return "error", "the stream broke off"


def _joined(page: httpx.Client, endpoint: str, data: list[Any]) -> tuple[str, Any]:
    """The same as the page's own client asks."""
    config = page.get("../config").json()
    number = next(one["id"] for one in config["dependencies"] if one["api_name"] == endpoint)
    session = f"{random.random()}"
    body = {"data": data, "fn_index": number, "session_hash": session}
    begun = page.post("queue/join", content=json.dumps(body), headers=JSON)
    if begun.status_code != 200:
        return "status", begun.status_code
    with page.stream("GET", "queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            told = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if told.get("msg") == "process_completed":
                return "complete" if told["success"] else "error", told["output"]
    return "error", "the stream broke off"


JSON = {"content-type": "application/json"}


def client(address: str) -> httpx.Client:
    """A client of a page."""
    return httpx.Client(base_url=f"{address.rstrip('/')}/gradio_api/", timeout=SECONDS)


def main(count: int, seed: int) -> int:
    """Call so often; the number of faults."""
    from rnnlab.ui import app  # when the environment is set

    with tempfile.TemporaryDirectory() as cache:
        os.environ["RNNLAB_CACHE"] = cache
        demo = app.build()
        page = client(app.launch(demo, wait=False))
        told: Counter[str] = Counter()
        slowest = 0.0
        for _, call in zip(range(count), calls(seed), strict=False):
            began = time.monotonic()
            found = outcome(page, call)
            slowest = max(slowest, time.monotonic() - began)
            kind = found if found in ("answer", "sentence", "status") else "fault"
            told[kind] += 1
            if kind == "fault":
                print(f"{found}: {call!r:.300}", flush=True)
        demo.close()
    print(f"{count} calls: {dict(told)}; the slowest took {slowest:.1f} s")
    return told["fault"]


if __name__ == "__main__":
    count, seed = [*map(int, sys.argv[1:]), *(CALLS, SEED)[len(sys.argv) - 1 :]]
    sys.exit(main(count, seed) > 0)
