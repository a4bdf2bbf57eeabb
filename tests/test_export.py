"""A writer outside of rnnlab: the exported step, and readers that write what `write` does."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import onnx
import pytest
from commanding import run
from golden.places import FIXTURES
from web_runtime import install_runtime

import rnnlab
from rnnlab.data.text.prompts import adapt, all_forms
from rnnlab.tasks.text.export.exporting import WRITTEN
from rnnlab.tasks.text.manner import PRESETS
from rnnlab.tasks.text.pieces import SENTENCE_END
from rnnlab.tasks.text.writer import open_writing

VOICES = ["shakespeare", "doyle", "tolstoy", "kjv"]
WRITERS = [*VOICES, *(str(FIXTURES / "finished" / name) for name in ("writer", "words", "subwords"))]
PROMPT = "“It was  a café’s\r\nlamp ﬁre,” 中 3½ Mr. O'Neil said...  "
NODE = shutil.which("node")


@pytest.fixture(scope="module", params=WRITERS, ids=lambda one: Path(one).name)
def exported(request, tmp_path_factory):
    """A writer and the folder that it was exported to."""
    folder = tmp_path_factory.mktemp("exports") / "voice"
    assert run("export", request.param, "--to", "onnx", str(folder)).returncode == 0
    return request.param, folder


def read(*command, folder):
    """What a reader prints, in a program of its own that knows nothing of this one."""
    cores = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=folder, env=cores, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


HOW = [
    ("--length", "500", "--seed", "1"),
    ("--length", "120", "--seed", "2147483646", "--temperature", "1.1", "--prompt", PROMPT),
    ("--length", "60", "--seed", "3", "--temperature", "0", "--prompt", "The "),
    ("--length", "40", "--seed", "4", "--temperature", "1", "--finish-sentence"),
    ("--length", "200", "--seed", "6", "--temperature", "1.5", "--min-p", "0"),
    ("--length", "200", "--seed", "7", "--temperature", "1.5", "--min-p", "0.3"),
    ("--seed", "5"),
]
HOW_NAMES = ["500 characters", "a prompt", "the likeliest", "a whole sentence", "no min-p", "much min-p", "no length"]


@pytest.mark.parametrize("how", HOW, ids=HOW_NAMES)
def test_the_python_reader_writes_the_same_text_as_the_command(exported, how):
    model, folder = exported
    expected = run("write", model, *how).stdout
    assert read(sys.executable, "-I", "write.py", *how, folder=folder) == expected


@pytest.fixture(params=["python", "javascript"])
def reader(request, exported):
    """The command of a reader."""
    if request.param == "python":
        return sys.executable, "-I", "write.py"
    request.getfixturevalue("node")
    return NODE, "write.mjs"


@pytest.mark.parametrize("beside", [(), ("--min-p", "0.2")], ids=["alone", "with a min-p"])
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("exported", ["tolstoy"], indirect=True)
def test_a_readers_preset_is_the_commands(exported, reader, preset, beside):
    model, folder = exported
    how = ("--length", "200", "--seed", "1", "--preset", preset, *beside)
    assert read(*reader, *how, folder=folder) == run("write", model, *how).stdout


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize("word", ["--bold", "letter.txt", "--length"])
def test_a_flag_that_cannot_be_is_refused_in_javascript(exported, word):
    done = subprocess.run(
        (NODE, "write.mjs", word), cwd=exported[1], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert word in done.stderr
    assert "; there are --prompt, --preset, --length, --temperature, --min-p, --seed, " in done.stderr


@pytest.mark.skipif(NODE is None, reason="Node is not installed (apt-get install nodejs npm)")
def test_without_its_runtime_the_javascript_reader_says_what_to_do(exported, tmp_path):
    folder = shutil.copytree(exported[1], tmp_path / "bare", ignore=shutil.ignore_patterns("node_modules"))
    done = subprocess.run((NODE, "write.mjs"), cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ONNX Runtime is not here; run npm install in this folder.\n"


NO_PRESETS = [("--preset", "bold"), ("--preset", "toString"), ("--preset", "daring", "--temperature", "1")]


@pytest.mark.parametrize("words", NO_PRESETS, ids=" ".join)
@pytest.mark.parametrize("exported", ["tolstoy", str(FIXTURES / "finished" / "writer")], indirect=True)
def test_a_preset_that_cannot_be_is_refused_in_a_sentence(exported, reader, words):
    done = subprocess.run([*reader, *words], cwd=exported[1], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
    assert re.search("here is no such preset; there are: |reset sets the temperature; leave out --temp", done.stderr)


IMPOSSIBLE = [("--seed=-1", "seed", 2**31 - 1), (f"--seed={2**31}", "seed", 2**31 - 1)]
IMPOSSIBLE += [("--min-p=1.5", "min-p", 1), ("--min-p=-1", "min-p", 1), ("--min-p=nan", "min-p", 1)]
IMPOSSIBLE += [("--temperature=-1", "temperature", 5), ("--length=-3", "length", 10**6)]


@pytest.mark.parametrize(("word", "what", "most"), IMPOSSIBLE)
def test_a_number_that_cannot_be_is_refused_in_a_sentence(exported, word, what, most):
    refused_by(exported[1], what, most, sys.executable, "-I", "write.py", word)


@pytest.mark.parametrize(("word", "what", "most"), IMPOSSIBLE)
@pytest.mark.usefixtures("node")
def test_a_number_that_cannot_be_is_refused_in_javascript(exported, word, what, most):
    refused_by(exported[1], what, most, NODE, "write.mjs", word)


@pytest.mark.parametrize("word", ["--seed=", "--temperature=nan", "--length=2.5", "--min-p=x"])
@pytest.mark.usefixtures("node")
def test_what_is_no_number_is_refused_in_javascript(exported, word):
    command = (NODE, "write.mjs", word)
    done = subprocess.run(command, cwd=exported[1], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def refused_by(folder, what, most, *command):
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
    assert f"he {what} must be between {int(what == 'length')} and {most}" in done.stderr


@pytest.mark.parametrize("how", HOW, ids=HOW_NAMES)
@pytest.mark.usefixtures("node")
def test_the_javascript_reader_writes_the_same_text_as_the_command(exported, how):
    model, folder = exported
    expected = run("write", model, *how).stdout
    assert read(NODE, "write.mjs", *how, folder=folder) == expected


@pytest.fixture
def node(exported):
    if NODE is None:
        pytest.skip("Node is not installed (apt-get install nodejs npm)")
    install_runtime(exported[1])


def test_the_step_is_sound_and_names_its_inputs_and_outputs(exported):
    graph = onnx.load(exported[1] / "step.onnx")
    onnx.checker.check_model(graph, full_check=True)
    parts = [one.name for one in graph.graph.input][1:]
    assert graph.graph.input[0].name == "ids"
    assert [one.name for one in graph.graph.output] == ["logits", *(f"next_{part}" for part in parts)]
    assert [one.domain for one in graph.opset_import] == [""]


def test_the_readers_forms_are_the_prompts_own():
    known = open_writing("doyle").vocabulary.alphabet
    forms = all_forms(known)
    for sign in "“”’–é½ǽﬁß中Ω\u00a0\u2028👍𝐀Ⅷ":
        assert adapt(known, sign)[0] == (sign if sign in known else forms.get(sign, ""))


def test_no_path_of_this_machine_is_written(exported):
    model, folder = exported
    for file in folder.glob("*.[jmh]*"):
        assert str(FIXTURES) not in file.read_text(encoding="utf-8"), file.name
    assert json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))["model"] == Path(model).name


def test_a_forecaster_is_refused_in_a_sentence_and_writes_nothing(tmp_path):
    done = run("export", "stocks", str(tmp_path / "out"))
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert done.stderr == "stocks was trained for forecast; only a writer can be exported.\n"


def test_a_folder_that_is_there_is_not_replaced_unasked(exported):
    model, folder = exported
    before = (folder / "step.onnx").stat().st_mtime_ns
    done = run("export", model, str(folder))
    assert (done.returncode, (folder / "step.onnx").stat().st_mtime_ns) == (2, before)
    assert "voice exists; add --overwrite" in done.stderr


def test_a_folder_of_something_else_is_never_replaced(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = run("export", "doyle", str(tmp_path), "--overwrite")
    assert done.returncode == 2
    assert "exists and is no export; choose another folder for DIR." in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_an_export_is_replaced_when_asked_and_what_else_lies_there_stays(tmp_path):
    folder, writer = tmp_path / "voice", WRITERS[2]
    rnnlab.load(writer).export(folder)
    (folder / "node_modules").mkdir()
    (folder / "step.onnx").write_bytes(b"old")
    done = run("export", writer, str(folder), "--overwrite", "--json")
    answer = json.loads(done.stdout)
    assert {file["name"]: file["bytes"] for file in answer["files"]}["step.onnx"] > 3
    assert {file.name for file in folder.iterdir()} == {*WRITTEN, "node_modules"}
    assert [file.name for file in tmp_path.iterdir()] == ["voice"]


@pytest.mark.skipif(NODE is None, reason="Node is not here")
def test_javascript_ends_a_sentence_where_python_does():
    texts = [
        "CAFÉS. Then",
        "LÉA. Elle",
        "Mr. X. Y. Dr. No. ",
        "(Capt. Hay) Plan B? Yes",
        "“St. Ives”… and I. So",
        "Ends\n \nb",
    ]
    program = "const [end, texts] = JSON.parse(process.argv[1]); console.log(JSON.stringify(texts.map((text) => "
    program += '[...text.matchAll(new RegExp(end, "gu"))].map((found) => found.index + found[0].length))))'
    words = [NODE, "-e", program, json.dumps([SENTENCE_END, texts])]
    there = json.loads(subprocess.run(words, capture_output=True, encoding="utf-8", check=True).stdout)
    assert there == [[found.end() for found in re.finditer(SENTENCE_END, text)] for text in texts]
    assert there[0] == [6]
