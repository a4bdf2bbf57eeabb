"""^C, once or three times quickly: in a program that is still starting, that writes, and on the way out."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rnnlab.tasks.text.draft_file import open_draft
from rnnlab.tasks.text.use import Manner, carry_on, write
from rnnlab.terminal.interrupts import Interrupts

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "rnnlab"]
PIPES = {"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def deafen() -> None:
    """What a shell does in a program that a script starts with `&`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def interrupt(process: subprocess.Popen, times: int = 3) -> tuple[int, str, str]:
    for _ in range(times):
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=600)
    return process.returncode, out.decode(), err.decode()


def test_a_text_that_is_interrupted_tells_its_seed_and_is_kept(tmp_path):
    kept = tmp_path / "kept"
    command = [*COMMAND, "write", "shakespeare", "--length", "20000", "--seed", "7", "--temperature", "0.6"]
    with subprocess.Popen([*command, "--save", str(kept)], preexec_fn=deafen, **PIPES) as process:
        first = os.read(process.stdout.fileno(), 1).decode()
        code, out, err = interrupt(process)
    written = (first + out).removesuffix("\n")
    assert code == 130
    assert err == f"Stopped after {len(written)} characters, seed 7; kept in {kept}, to be resumed with --continue.\n"
    draft = open_draft(kept, "shakespeare")
    assert (draft.texts, draft.seeds, draft.manner.sampling) == ((written,), (7,), {"temperature": 0.6})
    *_, more = carry_on(draft, Manner(30, sampling=draft.manner.sampling))
    whole = write("shakespeare", length=len(written) + 30, temperature=0.6, seed=7)["text"]
    assert more.texts == (whole,)


@pytest.mark.parametrize("command", [[*COMMAND, "data"], [sys.executable, "app.py"]])
def test_a_program_that_is_still_starting_ends_without_a_word(command):
    environment = os.environ | {"PYTHONPROFILEIMPORTTIME": "1"}  # tells of each import
    with subprocess.Popen(command, env=environment, **PIPES) as process:
        for line in process.stderr:
            if line.rstrip().endswith(b" torch.version"):
                break
        code, out, err = interrupt(process)
    assert (code, out) == (130, "")
    assert all(line.startswith("import time:") for line in err.splitlines())


@pytest.fixture
def listening():
    before = signal.getsignal(signal.SIGINT)
    yield Interrupts()
    signal.signal(signal.SIGINT, before)


def test_only_the_first_of_several_interrupts(listening):
    listening.listen()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)


def test_a_program_that_was_started_deaf_hears_and_one_that_ends_does_not(listening):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listening.listen()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    listening.end()
    signal.raise_signal(signal.SIGINT)
