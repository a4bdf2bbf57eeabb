"""What commands print where nobody reads it, where nothing fits, where nothing is open, and on any terminal."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from markets import market

from rnnlab.__main__ import main

ROOT = Path(__file__).parents[1]
PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def unread():
    """A pipe whose reader has left."""
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w")


def full():
    return open("/dev/full", "w")


@pytest.mark.parametrize("arguments", [["data"], ["data", "--json"], ["--help"], ["write", "stocks", "--help"]])
@pytest.mark.parametrize(("stream", "code", "words"), [(unread, 0, 0), (full, 2, 1)])
def test_output_that_is_lost_ends_quietly_or_with_a_sentence(arguments, stream, code, words, monkeypatch, capsys):
    with stream() as output:
        monkeypatch.setattr(sys, "stdout", output)
        assert main(arguments) == code
    said = capsys.readouterr().err
    assert said.count("The output could not be written (No space left on device); send it somewhere else.\n") == words
    assert said.count("\n") == words


@pytest.mark.parametrize("stream", [unread, full])
def test_a_text_that_nobody_reads_any_more_ends_and_is_kept(stream, monkeypatch, tmp_path):
    with stream() as output:
        monkeypatch.setattr(sys, "stdout", output)
        command = ["write", "shakespeare", "--length", "19000", "--seed", "1", "--save", str(tmp_path / "kept")]
        assert main(command) == (0 if stream is unread else 2)
    assert (tmp_path / "kept").stat().st_size > 0


@pytest.mark.parametrize("stream", [unread, full])
def test_reports_that_nobody_reads_stop_no_training(stream, monkeypatch, tmp_path):
    market(300).to_csv(tmp_path / "acme.csv")
    command = ["train", "forecast", "--data", str(tmp_path / "acme.csv"), "--out", str(tmp_path / "m"), "--epochs", "2"]
    with stream() as output:
        monkeypatch.setattr(sys, "stderr", output)
        assert main([*command, "--batch", "8", "--window", "16", "--lead", "4"]) == 0
    assert (tmp_path / "m" / "model.safetensors").exists()


@pytest.mark.parametrize(("arguments", "code"), [(["data"], 0), (["data", "--json"], 0), (["write", "nowhere"], 2)])
def test_closed_streams_are_no_matter(arguments, code, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main(arguments) == code
    sys.stdout.close(), sys.stderr.close()


def test_a_process_ends_with_its_code_whatever_its_streams_are():
    shell = ["forecast stocks --data NOPE >&- 2>&1", "data --json"]
    begun = [
        subprocess.Popen(["sh", "-c", f"exec {sys.executable} -m rnnlab {words}"], cwd=ROOT, **PIPES) for words in shell
    ]
    begun[-1].stdout.close()  # as `| true` does
    told = [(process.stderr.read(), process.wait(120)) for process in begun]
    assert told == [(b"", 2), (b"", 0)]
    for process in begun:
        process.stdout.close(), process.stderr.close()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_json_is_one_line_of_ascii_on_any_terminal(encoding, monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    command = ["write", "shakespeare", "--prompt", "É—→\u2028ROMEO: \udcff", "--length", "5", "--seed", "1", "--json"]
    assert main(command) == 0
    printed = raw.getvalue().decode("ascii")
    assert len(printed.splitlines()) == 1
    assert "\u2014 was written as -" in " ".join(json.loads(printed)["notices"])
