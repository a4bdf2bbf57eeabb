"""A ZeroGPU Space without a GPU: the real `spaces` package forks, asks for loans and carries results; not a test.

python tests/lent.py ANSWER HOW … — trains the waves and leaves in a file what came of it and what was asked for. Of
`spaces` only what touches CUDA itself is left out; who lends is a server on loopback.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", SPACES_ZERO_GPU="true", GRADIO_ANALYTICS_ENABLED="False")

import dataclasses
import json
import sys
import threading
import types
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import torch
from waves import CONFIG, Waves, wave_model


class Lender(BaseHTTPRequestHandler):
    """Lends as often as it may, then answers that the visitor's share is used up."""

    loans = 100
    asked: list[dict[str, str]]

    def do_POST(self) -> None:
        """Answer as the device's server does."""
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.asked.append({"path": address.path, "pid": str(os.getpid())} | asked)
        granted = sum(one["path"] == "/schedule" for one in self.asked) <= self.loans
        told = {"idle": False, "nvidiaIndex": 0, "nvidiaUUID": "GPU-1", "allowToken": "t"}
        status = 200 if address.path != "/schedule" or granted else 429
        body = json.dumps(told if status == 200 else {"left": 0, "wait": 3600}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def lender() -> type[Lender]:
    """Start it; its address goes to `spaces`."""
    Lender.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Lender)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["SPACES_ZERO_DEVICE_API_URL"] = f"http://127.0.0.1:{server.server_port}"
    return Lender


def without_cuda() -> None:
    """Put something that does nothing where `spaces` would touch CUDA; all else of it stays."""
    nothing = types.ModuleType("spaces.zero.torch")
    for name in ("enter_mode", "patch", "unpatch", "init", "move"):
        setattr(nothing, name, lambda *given, **named: None)
    for name in ("pack", "size"):
        setattr(nothing, name, lambda *given, **named: 0)
    nothing.is_in_bad_fork = lambda: False
    sys.modules["spaces.zero.torch"] = nothing


def main(answer: str, *hows: str) -> None:
    """Train in each way: "whole", "stopped" after some steps, "refused" after two loans, "never" lent, or "short"."""
    lends = lender()
    without_cuda()
    from rnnlab.runtime import zero_gpu

    found = {}
    for how in hows:
        lends.asked = []
        lends.loans = {"refused": 2, "never": 0}.get(how, 100)
        zero_gpu.WORTHWHILE = 30.0 if how == "short" else 0.0
        zero_gpu.LONGEST = zero_gpu.SHORTEST = 10.0 if how == "stopped" else 0.01  # a report a loan
        model = wave_model()
        config = dataclasses.replace(CONFIG, steps=1_000_000) if how == "stopped" else CONFIG

        def watch(step: int, steps: int, how: str = how) -> bool:
            return how != "stopped" or step < 20

        reports = list(zero_gpu.fit_anywhere(model, Waves(), config, watch=watch))
        weights = [weight.detach() for weight in model.parameters()]
        found[how] = {"reports": reports, "weights": weights, "asked": lends.asked, "pid": os.getpid()}
    torch.save(found, answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
