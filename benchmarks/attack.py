"""An attack on a page of its own, over loopback: what is refused, how much memory it takes, how long others wait.

python -m benchmarks.attack [--short]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from rnnlab.nn.model import new_model
from rnnlab.train.checkpoint import archives, checkpoint
from rnnlab.train.weights import cpu_weights, halved

PORT = 7873
STOCKS = Path(__file__).parents[1] / "data" / "checkpoints" / "stocks"
MOST_OVER_REST = 2000  # MB
LONGEST_WAIT = 3.0  # seconds, for 95 of 100 who forecast or write
LIMIT, PAUSES = 6.0, 6.0  # seconds of a training and of all its pauses, on the attacked page


@dataclass
class Found:
    """What an attack showed: rows of a table, and what was out of bounds."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def tell(self, what: str, figure: str, answer: str, holds: bool = True) -> None:
        """Add a row, and print it."""
        print(f"{what:<52} {figure:>16}  {answer[:110]}{'' if holds else '   OUT OF BOUNDS'}", flush=True)
        self.rows.append((what, figure, answer))
        if not holds:
            self.wrong.append(f"{what}: {figure}, {answer}")


class Page:
    """The attacked page, in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes], address: str) -> None:
        self.pid = process.pid
        self.asking = httpx.Client(base_url=f"{address}/gradio_api/", timeout=120)
        self.config: dict[str, Any] = httpx.get(f"{address}/config", timeout=60).json()

    def resident(self, name: str = "VmRSS") -> float:
        """Its memory in MB; of VmHWM the most since `rest`."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith(name))

    def rest(self) -> float:
        """Begin to measure its peak; gives its memory now, in MB."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        return self.resident()

    def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """A file on the page, as an endpoint takes it."""
        [path] = self.asking.post("upload", files={"files": (name, content)}).json()
        return {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}

    def call(self, endpoint: str, given: dict[str, Any]) -> str:
        """Ask an endpoint and read all that it answers; a refusal's sentence, else the last event."""
        joined = self.asking.post(f"call/v2/{endpoint}", json=given)
        if joined.status_code != 200:
            return str(joined.json().get("detail"))
        return self.asking.get(f"call/{endpoint}/{joined.json()['event_id']}").text.strip().splitlines()[-1]

    def event(self, element: str, moment: str, data: list[Any], session: str) -> str:
        """Do what the browser does when something happens to an element; the last message that comes of it."""
        number = self._event_number(element, moment)
        joined = self.asking.post("queue/join", json={"fn_index": number, "session_hash": session, "data": data})
        if joined.status_code != 200:
            return str(joined.json().get("detail"))
        *_, last, _ = self.asking.get("queue/data", params={"session_hash": session}).text.strip().split("\n\n")
        return last

    def at_once(self, element: str, moment: str, data: list[Any], session: str) -> None:
        """The same of an event outside the queue."""
        number = self._event_number(element, moment)
        body = {"fn_index": number, "session_hash": session, "data": data}
        self.asking.post("run/predict", json=body).raise_for_status()

    def _event_number(self, element: str, moment: str) -> int:
        [component] = [one["id"] for one in self.config["components"] if one["props"].get("elem_id") == element]
        found = [one["id"] for one in self.config["dependencies"] if [component, moment] in one["targets"]]
        return int(found[0])


def main() -> None:
    """Attack; exits with 1 if anything was out of bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer visitors; waits are not judged")
    parser.add_argument("--page", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.page:
        _serve()
        return
    found = attack(short=asked.short)
    print(f"{len(found.wrong)} out of bounds")
    sys.exit(bool(found.wrong))


def attack(*, short: bool) -> Found:
    """Attack a page of its own."""
    found = Found()
    with tempfile.TemporaryDirectory() as place, _page(Path(place)) as page:
        page.call("write", {"prompt": "", "model": "shakespeare", "length": 5})
        page.call("forecast", {"data": "AAPL", "model": "stocks", "horizon": 1})
        _sizes(page, found, short=short)
        _closed_door(page, found, seconds=4 if short else 20, judged=not short)
        _pauses(page, found)
        _memory(page, found, visitors=300 if short else 3000)
        _in_my_name(page, found)
    return found


def _sizes(page: Page, found: Found, *, short: bool) -> None:
    """A1: what would take much memory, before it does."""
    tale = page.upload(
        "tale.txt", b"".join(b"%d men went, %d came home.\n" % (n % 89, n * n % 97) for n in range(3000))
    )
    wide = "".join(map(chr, [*range(0x4E00, 0x9FA0), *range(0xAC00, 0xD7A0), *range(0xA000, 0xA480)]))
    letters = page.upload("letters.txt", (wide * 12).encode())
    tries = {
        "hidden 4096, layers 4": ("train_text", {"file": tale, "hidden": 4096, "layers": 4}),
        "hidden 2900, layers 3": ("train_text", {"file": tale, "hidden": 2900, "layers": 3}),
        f"a text of {len(wide):,} different characters": ("train_text", {"file": letters, "epochs": 1}),
        "a forecaster of hidden 4096, layers 8": ("train_forecast", {"data": "AAPL", "hidden": 4096, "layers": 8}),
    }
    if not short:
        given = {"file": tale, "hidden": 920, "layers": 2, "epochs": 1}
        tries["hidden 920, layers 2, about the most allowed"] = ("train_text", given)
    for what, (endpoint, given) in tries.items():
        _measured(page, found, what, lambda endpoint=endpoint, given=given: page.call(endpoint, given))  # type: ignore[misc]
    for what, files in _zips().items():
        sent = page.upload("a.zip", files)
        element = "stopped-training" if "state" in what else "bring"
        data = [sent, None] if "state" in what else [[sent], None, None]
        _measured(
            page, found, f"{what}, {len(files) / 1e6:.1f} MB",
            lambda element=element, data=data: page.event(element, "upload", data, os.urandom(8).hex()),  # type: ignore[misc]
        )  # fmt: skip


def _zips() -> dict[str, bytes]:
    """Small zips of much: a state, and weights, of nothing but zeros."""
    made = {}
    for what, member, size in (
        ("a zip whose state unpacks to 1.5 GB", "resume/state.safetensors", 1_500_000_000),
        ("a zip whose weights unpack to 0.5 GB", "model.safetensors", 499_000_000),
    ):
        with tempfile.TemporaryFile() as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name in ("config.json", "model.safetensors"):
                    if name != member:
                        archive.write(STOCKS / name, name)
                if "state" in member:
                    archive.writestr("resume/state.json", "{}")
                with archive.open(member, "w", force_zip64=True) as stream:
                    for _ in range(size // 10_000_000):
                        stream.write(bytes(10_000_000))
            file.seek(0)
            made[what] = file.read()
    return made | {"a zip of 37 million weights, about the most allowed": _large_zip()}


def _large_zip() -> bytes:
    """A writer about as large as one that visitors may bring: the bundled one's record, with more units."""
    small = checkpoint.load(STOCKS.with_name("shakespeare"))
    model = new_model(dataclasses.replace(small.model, hidden=1750), seed=1)
    large = dataclasses.replace(small, model=model.config, weights=halved(cpu_weights(model)))
    with tempfile.TemporaryDirectory() as place:
        checkpoint.save(large, Path(place) / "large")
        archives.pack(Path(place) / "large", Path(place) / "large.zip")
        return (Path(place) / "large.zip").read_bytes()


def _measured(page: Page, found: Found, what: str, attempt: Any) -> None:
    rest, began = page.rest(), time.monotonic()
    answer = attempt()
    over = page.resident("VmHWM") - rest
    found.tell(what, f"+{over:,.0f} MB {time.monotonic() - began:.1f} s", _sentence(answer), over < MOST_OVER_REST)


def _closed_door(page: Page, found: Found, *, seconds: float, judged: bool) -> None:
    """A2: a hundred trainings whose streams nobody opens, and others who forecast and write meanwhile."""
    tale = page.upload("tale.txt", b"To be, or not to be: that is not the question here.\n" * 4000)
    answers: Counter[int] = Counter()
    waits: dict[str, list[float]] = {"forecast": [], "write": []}
    over = threading.Event()

    def visit(endpoint: str, given: dict[str, Any]) -> None:
        while not over.is_set():
            began = time.monotonic()
            answer = page.call(endpoint, given)
            waits[endpoint].append(time.monotonic() - began)
            if not answer.startswith("data: [{"):
                found.tell(f"{endpoint} beside the attack", "refused", answer, holds=False)

    asks = {
        "forecast": {"data": "AAPL", "model": "stocks", "horizon": 5},
        "write": {"prompt": "ROMEO:", "model": "shakespeare", "length": 60},
    }
    others = [threading.Thread(target=visit, args=one) for one in asks.items()]
    for _ in range(100):
        answers[page.asking.post("call/v2/train_text", json={"file": tale, "epochs": 100}).status_code] += 1
    for one in others:
        one.start()
    time.sleep(seconds)
    over.set()
    for one in others:
        one.join()
    found.tell("100 trainings that nobody listens to", str(dict(answers)), "429 is refused", answers[200] <= 2)
    for kind, times in waits.items():
        p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        found.tell(f"{kind} meanwhile, {len(times)} times", f"p95 {p95:.2f} s", "", p95 < LONGEST_WAIT or not judged)


def _pauses(page: Page, found: Found) -> None:
    """A3: a training that is paused again and again."""
    session, ended = os.urandom(8).hex(), threading.Event()
    tale = page.upload("tale.txt", b"To be, or not to be: that is not the question here.\n" * 4000)
    [curve] = [one["id"] for one in page.config["components"] if one["props"].get("elem_id") == "training-curve"]
    [event] = [one for one in page.config["dependencies"] if curve in one["outputs"] and len(one["inputs"]) > 4]
    usual = {one["id"]: one["props"].get("value") for one in page.config["components"]}
    values = [usual[number] for number in event["inputs"]]
    values[:9] = ["Write in a style", None, [tale], None, "lstm", 64, 1, 100, 0.002]
    begun = threading.Event()

    def train() -> None:
        body = {"fn_index": event["id"], "session_hash": session, "data": values}
        while page.asking.post("queue/join", json=body).status_code == 429:  # what nobody listens to is there still
            time.sleep(1)
        with page.asking.stream("GET", "queue/data", params={"session_hash": session}) as told:
            begun.set()
            for _ in told.iter_lines():
                pass
        ended.set()

    threading.Thread(target=train, daemon=True).start()
    begun.wait()
    began = time.monotonic()
    while not ended.wait(1.0) and time.monotonic() - began < 120:
        for words in ("Pause", "Go on"):
            with suppress(httpx.HTTPError):
                page.at_once("pause", "click", [None, words], session)
            time.sleep(0.2)
    took = time.monotonic() - began
    found.tell(f"a training of {LIMIT:g} s, paused over and over", f"{took:.0f} s", "", ended.is_set() and took < 60)


def _memory(page: Page, found: Found, *, visitors: int) -> None:
    """A4: a body, an unread stream, uploads, and thousands of visitors in turn."""
    rest = page.rest()
    refused = page.asking.post("call/v2/write", content=b'{"prompt": "' + b"x" * 100_000_000 + b'"}')
    over = page.resident("VmHWM") - rest
    found.tell("a prompt of 100 MB", f"+{over:,.0f} MB", str(refused.json()["detail"]), over < 50)
    rest = page.rest()
    given = {"prompt": "ROMEO:", "model": "shakespeare", "length": 20_000}
    joined = page.asking.post("call/v2/write", json=given).json()
    with page.asking.stream("GET", f"call/write/{joined['event_id']}"):
        time.sleep(8)
        over = page.resident("VmHWM") - rest
    found.tell("a stream of 20,000 characters that is not read", f"+{over:,.0f} MB", "", over < 100)
    early = 0.0
    for number in range(visitors):
        session = os.urandom(8).hex()
        page.event("picks", "input", ["shakespeare"], session)
        if number == 99:
            time.sleep(3)
            early = page.resident()
    time.sleep(3)
    late = page.resident()
    figure = f"{early:,.0f} → {late:,.0f} MB"
    found.tell(f"{visitors:,} visitors in turn, after 100 and at the end", figure, "", late < 1.1 * early)
    answers = Counter(
        page.asking.post("upload", files={"files": ("a.txt", bytes(90_000_000))}).status_code for _ in range(6)
    )
    found.tell("six uploads of 90 MB by one client", str(dict(answers)), "413 is refused", answers[413] >= 1)


def _in_my_name(page: Page, found: Found) -> None:
    """A5: what another site's page asks for with my cookie."""
    headers = {"Origin": "https://evil.example", "Cookie": "session=mine", "Sec-Fetch-Site": "cross-site"}
    for endpoint in ("push", "load", "train_text"):
        answer = page.asking.post(f"call/v2/{endpoint}", json={}, headers=headers)
        found.tell(f"/{endpoint} from another site", str(answer.status_code), answer.text, answer.status_code == 403)


def _sentence(answer: str) -> str:
    """What is said: of an endpoint its error, of the page the words of its panel."""
    told = answer.removeprefix("data: ")
    with suppress(ValueError):
        found = json.loads(told)
        if isinstance(found, dict):
            told = str(found.get("error") or found.get("output", {}).get("data", told))
    return " ".join(re.sub(r"<[^>]*>|\\n", " ", told).split())


@contextmanager
def _page(place: Path) -> Iterator[Page]:
    environment = os.environ | {"GRADIO_SERVER_PORT": str(PORT), "RNNLAB_CACHE": str(place / "cache")}
    environment |= {"GRADIO_TEMP_DIR": str(place / "files"), "RNNLAB_TRAIN_MINUTES": str(LIMIT / 60)}
    words = [sys.executable, "-m", "benchmarks.attack", "--page"]
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{PORT}"
    try:
        for _ in range(600):
            with suppress(httpx.HTTPError):
                if httpx.get(address, timeout=5).status_code == 200:
                    break
            assert process.poll() is None, "the page has ended"
            time.sleep(0.2)
        yield Page(process, address)
    finally:
        process.kill()
        process.wait()


def _serve() -> None:
    import app
    from rnnlab.runtime import jobs

    jobs.LONGEST_PAUSE = PAUSES
    app.launch(app.demo)


if __name__ == "__main__":
    main()
