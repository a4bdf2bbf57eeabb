"""The Hub's Jobs, each run as a process of this machine; knows nothing of what a Job does.

What an image would hold is this environment: `python`, `pip` and `hf` are those beside the interpreter that runs this.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from hub.repos import Refused, Store

NOW = "2026-01-01T00:00:00.000Z"
HARDWARE = (("cpu-basic", "CPU Basic", None, 0.000167), ("a10g-small", "Nvidia A10G - small", "A10G", 0.016667))


@dataclass
class Job:
    """One Job: who asked for what, its process, its lines and how it ended."""

    id: str
    owner: str
    spec: dict[str, Any]
    lines: list[str] = field(default_factory=list)
    stage: str = "RUNNING"
    message: str | None = None
    process: subprocess.Popen[str] | None = None
    starting: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Run it to its end or to its time limit, in a folder of its own."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            if not self._started(folder):
                return
            assert self.process is not None
            clock = threading.Timer(self.spec.get("timeoutSeconds", 1800), self.end, ["ERROR", "Job timeout"])
            clock.start()
            assert self.process.stdout is not None
            with self.process:  # closes its output
                for line in self.process.stdout:
                    self.lines.append(line.rstrip("\n"))
            code = self.process.returncode
            clock.cancel()
        if self.stage == "RUNNING":
            self.message = f"Job failed with exit code {code}" if code else None
            self.stage = "ERROR" if code else "COMPLETED"

    def _started(self, folder: str) -> bool:
        """Start its process, unless it was cancelled before."""
        with self.starting:
            if self.stage == "RUNNING":
                self.process = subprocess.Popen(
                    self.spec["command"] + self.spec["arguments"], cwd=folder, env=self._environment(folder), text=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                )  # fmt: skip
            return self.stage == "RUNNING"

    def end(self, stage: str, message: str | None = None) -> None:
        """Kill it with all that it has started, or see to it that it never starts."""
        with self.starting:
            if self.stage != "RUNNING":
                return
            self.stage, self.message = stage, message
            if self.process is not None:
                with suppress(ProcessLookupError):  # it has just ended by itself
                    os.killpg(self.process.pid, signal.SIGKILL)

    def _environment(self, folder: str) -> dict[str, str]:
        """What a container would start with, and what the Job asked for."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "RNNLAB", "PYTHON"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        own = {"PATH": path, "HOME": folder, "HF_HOME": f"{folder}/.hf", "RNNLAB_CACHE": f"{folder}/.rnnlab"}
        return kept | own | self.spec["environment"] | self.spec.get("secrets", {})

    def told(self) -> dict[str, Any]:
        """What the Hub tells of it: never a secret's value."""
        return {
            "id": self.id, "createdAt": NOW, "dockerImage": self.spec["dockerImage"], "command": self.spec["command"],
            "environment": self.spec["environment"], "secrets": list(self.spec.get("secrets", {})),
            "flavor": self.spec["flavor"], "labels": self.spec.get("labels"),
            "status": {"stage": self.stage, "message": self.message},
            "owner": {"id": self.owner, "name": self.owner, "type": "user"},
        }  # fmt: skip


def add_jobs(app: FastAPI, store: Store, token_of: Callable[[Request], str | None]) -> None:
    """Let the clients start Jobs, look at them, read what they print, and end them."""

    @app.get("/api/jobs/hardware")
    def hardware() -> list[dict[str, Any]]:
        return [
            {
                "name": name, "prettyName": pretty, "cpu": "2 vCPU", "ram": "16 GB", "unitLabel": "minute",
                "accelerator": {"type": "gpu", "model": gpu, "quantity": "1", "vram": "24 GB", "manufacturer": "Nvidia"}
                if gpu else None,
                "unitCostMicroUSD": round(cost * 1e6), "unitCostUSD": cost,
            }
            for name, pretty, gpu, cost in HARDWARE
        ]  # fmt: skip

    @app.post("/api/jobs/{owner}")
    async def submit(request: Request, owner: str) -> dict[str, Any]:
        store.check_writer(owner, token_of(request))
        spec = await request.json()
        if spec["flavor"] not in {name for name, *_ in HARDWARE}:
            raise Refused(400, "", f"Invalid flavor {spec['flavor']}")
        if owner in store.without_credit:
            raise Refused(402, "", "Pre-paid credit balance is insufficient")
        job = Job(f"job{len(store.jobs) + 1}", owner, spec)
        store.jobs[job.id] = job
        threading.Thread(target=job.run, daemon=True).start()
        return job.told()

    def found(request: Request, owner: str, id: str) -> Job:
        store.check_writer(owner, token_of(request))
        if id not in store.jobs or store.jobs[id].owner != owner:
            raise Refused(404, "", "Job not found")
        job: Job = store.jobs[id]
        return job

    @app.get("/api/jobs/{owner}/{id}")
    def inspect(request: Request, owner: str, id: str) -> dict[str, Any]:
        return found(request, owner, id).told()

    @app.post("/api/jobs/{owner}/{id}/cancel")
    def cancel(request: Request, owner: str, id: str) -> dict[str, Any]:
        job = found(request, owner, id)
        job.end("CANCELED")
        return job.told()

    @app.get("/api/jobs/{owner}/{id}/logs")
    def logs(request: Request, owner: str, id: str) -> StreamingResponse:
        return StreamingResponse(_events(found(request, owner, id)), media_type="text/event-stream")


def _events(job: Job) -> Iterator[str]:
    sent = 0
    yield f"data: {json.dumps({'data': '===== Job started =====', 'timestamp': NOW})}\n\n"
    while True:
        running = job.stage == "RUNNING"
        for line in job.lines[sent:]:
            yield f"data: {json.dumps({'data': line, 'timestamp': NOW})}\n\n"
            sent += 1
        if not running:
            return
        time.sleep(0.1)
