"""The page in a process of its own, as a Space runs it, beside a Hub on loopback; and its endpoints over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from gradio_client import Client, handle_file
from hub.serving import Hub, running_hub

from .places import MODELS, PRICES, ROOT, STORY

ANNA = "hf_annas_secret"


@dataclass(frozen=True)
class Page:
    """A running page: its address, and the Hub that it asks."""

    address: str
    hub: Hub


@contextmanager
def running_page() -> Iterator[Page]:
    """The page on a free port until the block ends; the Hub has a user Anna, with a public writer."""
    with running_hub() as hub, tempfile.TemporaryDirectory() as home:
        hub.store.users[ANNA] = "anna"
        voice = {file.name: file.read_bytes() for file in (MODELS / "shakespeare").iterdir()}
        hub.store.add("model", "anna/voice").commit(voice)
        environment = {name: value for name, value in os.environ.items() if name != "HF_TOKEN"}
        environment |= {"HF_ENDPOINT": hub.address, "HF_HOME": f"{home}/hf", "RNNLAB_CACHE": f"{home}/cache"}
        environment |= {"GRADIO_TEMP_DIR": f"{home}/gradio"}
        command, pipe = [sys.executable, "-u", "app.py"], subprocess.PIPE
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdout=pipe, stderr=subprocess.STDOUT
        ) as process:
            assert process.stdout is not None
            said = []
            try:
                for line in process.stdout:
                    said.append(line)
                    if "http://127.0.0.1:" in line:
                        break
                else:
                    raise AssertionError("the page did not start: " + "".join(said))
                yield Page("http://127.0.0.1:" + line.split("http://127.0.0.1:")[1].split()[0].rstrip("/"), hub)
            finally:
                process.terminate()
                process.stdout.read()


def observe_endpoints(page: Page) -> dict[str, Any]:
    """By endpoint its parameters by name and what it returns, as the page's own description tells."""
    told = httpx.get(f"{page.address}/gradio_api/info", timeout=60).json()["named_endpoints"]
    return {
        name: {
            "parameters": {
                one["parameter_name"]: _described(one) | {"position": position}
                for position, one in enumerate(endpoint["parameters"])
            },
            "returns": [_described(one) for one in endpoint["returns"]],
            "oauth_token": endpoint.get("oauth_token"),
        }
        for name, endpoint in told.items()
    }


def _described(told: dict[str, Any]) -> dict[str, Any]:
    """Of a parameter or of what is returned: label, type, and the default if it has one."""
    known: dict[str, Any] = {"label": told["label"], "type": told["python_type"]["type"]}
    if "parameter_has_default" in told:
        known["required"] = not told["parameter_has_default"]
    return known | ({"default": told["parameter_default"]} if told.get("parameter_has_default") else {})


def endpoint_answers(page: Page) -> dict[str, Any]:
    """By a name of its own for each call: what the endpoint answers; of one that streams also its first report."""
    client = Client(page.address, verbose=False, oauth_token=ANNA)
    story, prices = handle_file(STORY), handle_file(PRICES)
    text = {"hidden": 4, "layers": 1, "epochs": 1}
    calls: dict[str, dict[str, Any]] = {
        "/push": {"model": "stocks", "repo": "anna/prices"},
        "/models": {"hub": True, "query": "prices", "order": "newest"},
        "/load": {"model": "anna/prices"},
        "/load of a writer": {"model": "shakespeare"},
        "/forecast": {"data": "AAPL", "model": "stocks", "horizon": 2},
        "/forecast of a file, calibrated": {"file": prices, "horizon": 2, "calibrated": True},
        "/backtest": {"file": prices, "model": "stocks"},
        "/write": {"prompt": "ROMEO:", "model": "shakespeare", "length": 5, "seed": "1"},
        "/write by a preset": {"prompt": "To be", "model": "shakespeare", "length": 5, "seed": "1", "preset": "daring"},
        "/adapt": {"model": "shakespeare", "text": "To be, or not to be? " * 25},
        "/train_text": {"file": story} | text,
        "/train_text from a writer": {"file": story, "base": "shakespeare", "epochs": 1},
        "/train_forecast": {"file": prices} | text,
    }
    answers = {}
    for name, given in calls.items():
        job = client.submit(**given, api_name=name.split()[0])
        answers[name] = {"answer": job.result()}
        if name.startswith("/train"):
            answers[name]["report"] = job.outputs()[0]
    return answers
