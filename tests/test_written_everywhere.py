"""The same stops, bans, endings and prompts on the page, at the endpoint, in Python and on the command line."""

import io
import json
import warnings
from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

import rnnlab
from rnnlab.__main__ import main
from rnnlab.tasks.text.manner import Manner, sampling_settings
from rnnlab.tasks.text.page import tab
from rnnlab.tasks.text.page.links import linked_writing, writing_link
from rnnlab.tasks.text.page.request import AskedText, rule_names
from rnnlab.tasks.text.use import Draft, carry_on, drafts
from rnnlab.ui import app

RULES = [known.default for known in sampling_settings() if known.name in rule_names()]
LENGTH = 300
SAID = "And he said"


@pytest.fixture(scope="module")
def client():
    demo = app.build()
    yield Client(app.launch(demo, wait=False), verbose=False)
    demo.close()


def by_page(capsys, client, stops, ban, keep, finish, seed):
    values = ["shakespeare", "ROMEO:", 0.8, LENGTH, False, seed, "\n".join(stops), ban, False, *RULES, keep, finish]
    draft = list(tab.begin_writing(None, False, *values))[-1]["draft"]
    return draft.texts[0], draft.notices


def by_endpoint(capsys, client, stops, ban, keep, finish, seed):
    answer = client.predict(
        prompt="ROMEO:", model="shakespeare", length=LENGTH, seed=seed, stop=stops[0] if stops else "",
        stops=stops[1:], ban=ban, keep_stop=keep, finish_sentence=finish, api_name="/write",
    )  # fmt: skip
    return answer["text"], answer["notices"]


def by_python(capsys, client, stops, ban, keep, finish, seed):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        text = rnnlab.load("shakespeare").write(
            "ROMEO:", length=LENGTH, temperature=0.8, seed=int(seed), stops=stops, banned=ban, keep_stop=keep,
            finish_sentence=finish,
        )  # fmt: skip
    return text, [str(one.message) for one in told]


def by_command(capsys, client, stops, ban, keep, finish, seed):
    words = ["write", "shakespeare", "--prompt", "ROMEO:", "--length", str(LENGTH), "--temperature", "0.8"]
    words += ["--seed", seed, "--ban", ban, *(word for stop in stops for word in ("--stop", stop))]
    words += ["--keep-stop"] * keep + ["--finish-sentence"] * finish + ["--json"]
    assert main(words) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    return answer["text"], answer["notices"]


WAYS = pytest.mark.parametrize("way", [by_page, by_endpoint, by_python, by_command])


def expected(manner: Manner, seed: int = 1) -> str:
    *_, draft = drafts("shakespeare", "ROMEO:", manner, seed=seed)
    return draft.texts[0]


@WAYS
@pytest.mark.parametrize(
    ("typed", "stops"), [(["\\n\\n"], ("\n\n",)), ([".\\n", "zq"], (".\n",)), (["zq", "n’t", "zz"], ("n't",))]
)
def test_stops_are_read_alike(capsys, client, way, typed, stops):
    manner = Manner(LENGTH, sampling={"temperature": 0.8})
    seed, whole = next((seed, text) for seed in range(1, 60) if stops[0] in (text := expected(manner, seed))[6:])
    text, _ = way(capsys, client, typed, "", False, False, str(seed))
    assert text == whole[: whole.index(stops[0], 6)]


@WAYS
def test_a_stop_is_kept_where_that_is_asked_for(capsys, client, way):
    text, _ = way(capsys, client, ["zq", ".\\n"], "", True, False, "1")
    whole = expected(Manner(LENGTH, sampling={"temperature": 0.8}))
    assert text == whole[: whole.index(".\n") + 2]


@WAYS
def test_a_sentence_is_finished_where_that_is_asked_for(capsys, client, way):
    text, _ = way(capsys, client, [], "", False, True, "1")
    whole = expected(Manner(2 * LENGTH, sampling={"temperature": 0.8}))
    assert len(text) > LENGTH + 6
    assert text[-1] in ".!?"
    assert whole.startswith(text)
    assert whole[len(text)].isspace()


@WAYS
def test_banned_characters_take_escapes_and_the_known_shape_of_a_quote(capsys, client, way):
    text, notices = way(capsys, client, [], "\\n’e", False, False, "1")
    assert text == expected(Manner(LENGTH, sampling={"temperature": 0.8}, banned="\n'e"))
    assert not set("\n'e") & set(text[6:])
    assert list(notices) == ["’ is unknown to this model, so ' is never written in its place."]


@WAYS
def test_a_stop_that_was_changed_is_told(capsys, client, way):
    _, notices = way(capsys, client, ["’d", "€"], "", False, False, "1")
    assert list(notices) == [
        "The stop “’d” was read as “'d”, in characters that this model knows.",
        "The stop “€” can never appear, as this model does not know all of it.",
    ]


@WAYS
def test_the_seed_minus_one_draws_one_and_says_which(capsys, client, way):
    text, notices = way(capsys, client, ["\\n"], "", False, False, "-1")
    [seed] = [word for word in notices[0].split() if word.isdecimal()]
    assert notices[0] == f"The seed {seed} was drawn."
    assert text == way(capsys, client, ["\\n"], "", False, False, seed)[0]


def test_the_endpoint_refuses_stops_that_are_no_list_of_texts(client):
    with pytest.raises(AppError, match="are not a list of texts; write them as"):
        client.predict(prompt="x", model="shakespeare", stops={"a": 1}, api_name="/write")


def test_a_link_holds_several_stops_and_how_the_text_ends():
    manner = Manner(200, stops=("\n\n", "a\\b"), banned="\n'", keep_stop=True, finish_sentence=True)
    draft = Draft("shakespeare", "cpu", "To be", ((),), (7,), (), 0, 0.0, True, (), manner)
    asked = AskedText.of(linked_writing(dict(parse_qsl(writing_link(draft).removeprefix("?"))), ["shakespeare"]))
    found = (asked.manner.stops, asked.manner.banned, asked.manner.keep_stop, asked.manner.finish_sentence)
    assert found == (("\n\n", "a\\b"), "\n'", True, True)


def test_a_page_that_is_gone_on_with_finds_the_stop_that_its_length_cut():
    whole = expected(Manner(200))
    stop, place = whole[100:104], whole.index(whole[100:104], 6)
    *_, begun = drafts("shakespeare", "ROMEO:", Manner(place - 6 + 2, stops=(stop,)), seed=1)
    assert begun.texts[0] == whole[: place + 2]
    *_, rest = carry_on(begun, Manner(150, stops=(stop,)))
    assert rest.texts[0] == whole[:place]


def standing(monkeypatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))


def told(capsys, *words: str) -> tuple[int, str, str]:
    code = main(["write", "shakespeare", "--length", "5", "--seed", "1", *words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize("words", [["--prompt", "-"], ["--prompt-file", "-"], ["--prompt-file", "FILE"]])
def test_a_prompt_comes_from_a_file_or_standard_input_as_it_stands(tmp_path, monkeypatch, capsys, words):
    content = "\ufeffJULIET:\r\nO Romeo, Romeo!\r\n"
    (tmp_path / "prompt.txt").write_bytes(content.encode("utf-16") if "FILE" in words else content.encode())
    standing(monkeypatch, content.encode())
    code, out, _ = told(capsys, *(word.replace("FILE", str(tmp_path / "prompt.txt")) for word in words))
    assert code == 0
    assert out.startswith("JULIET:\nO Romeo, Romeo!\n")
    assert out == told(capsys, "--prompt", "JULIET:\nO Romeo, Romeo!\n")[1]


def test_a_prompt_in_another_encoding_is_told(monkeypatch, capsys):
    standing(monkeypatch, "Voilà, Roméo".encode("cp1252"))
    _, out, err = told(capsys, "--prompt", "-")
    assert out.startswith("Voila, Romeo")
    assert "was read as Windows-1252; save it as UTF-8 if letters look wrong" in err


@pytest.mark.parametrize(
    ("content", "words", "sentence"),
    [
        (b"", ["--prompt", "-"], "Standard input is empty; give a text to begin with"),
        (b"\x89PNG\r\n", ["--prompt-file", "-"], "Standard input seems to be a PNG picture; save it as plain text"),
        (b"a\0b\0\0c", ["--prompt", "-"], "Standard input is not text but binary data"),
        (b"x" * 1_000_001, ["--prompt", "-"], "Standard input is larger than 1 MB; give its last pages alone"),
        (b"x" * 20_001, ["--prompt", "-"], "The prompt has 20,001 characters; give at most 20,000"),
        (b"", ["--prompt-file", "nowhere.txt"], "There is no file 'nowhere.txt' here; check its name"),
        (b"", ["--prompt-file", "tests"], "tests is a folder; give a plain text file"),
        (b"a", ["--prompt-file", "a.txt", "--prompt", "b"], "both give a prompt; leave one of them out"),
        (b"a", ["--keep-stop"], "--keep-stop keeps nothing without --stop; give one, or leave it out"),
        (b"a", ["--prompt-file", "a.txt", "--continue", "kept"], "keeps its prompt and seeds; leave out --prompt"),
    ],
)
def test_a_prompt_that_cannot_be_read_gets_one_sentence(monkeypatch, capsys, content, words, sentence):
    standing(monkeypatch, content)
    code, _, err = told(capsys, *words)
    assert (code, err.count("\n")) == (2, 1)
    assert sentence in err


def original_everywhere(capsys, client) -> dict[str, str]:
    """A text that would copy, written without copying in each way."""
    values = ["kjv", SAID, 0.8, LENGTH, False, "3", "", "", False, *RULES, False, False, True]
    page = list(tab.begin_writing(None, False, *values))[-1]["draft"]
    endpoint = client.predict(prompt=SAID, model="kjv", length=LENGTH, seed="3", original=True, api_name="/write")
    python = rnnlab.load("kjv").write(SAID, length=LENGTH, temperature=0.8, seed=3, original=True)
    words = ["--prompt", SAID, "--length", str(LENGTH), "--temperature", "0.8", "--seed", "3", "--original", "--json"]
    assert main(["write", "kjv", *words]) == 0
    command = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert endpoint["longest_copied"] == command["longest_copied"] < endpoint["copying_limit"]
    return {"page": page.texts[0], "endpoint": endpoint["text"], "python": python, "command": command["text"]}


def test_a_text_that_is_not_to_copy_is_the_same_everywhere(capsys, client):
    texts = original_everywhere(capsys, client)
    assert len(set(texts.values())) == 1
    *_, free = drafts("kjv", SAID, Manner(LENGTH, sampling={"temperature": 0.8}), seed=3)
    assert free.copied[0].longest >= free.fingerprint.limit
    assert texts["page"] != free.texts[0]


def test_a_link_to_an_original_text_writes_it_again():
    *_, draft = drafts("shakespeare", "ROMEO:", Manner(100, original=True), seed=3)
    values = linked_writing(dict(parse_qsl(writing_link(draft).lstrip("?"))), ["shakespeare"])
    assert AskedText.of(values).manner.original


@pytest.mark.filterwarnings("ignore:Only characters")
@pytest.mark.parametrize("how", [{"share": 0.3}, {"contrast": 0.5}])
def test_a_text_of_two_voices_is_the_same_everywhere(capsys, client, how):
    values = ["shakespeare", "ROMEO:", 0.8, 60, False, "3", "", "", False, *RULES, False, False, False]
    chosen = ["doyle", how.get("share", 0.5), how.get("contrast", 0.0)]
    page = list(tab.begin_writing(None, False, *values, *chosen))[-1]["draft"]
    asked = {"length": 60, "blend": "doyle"} | how
    endpoint = client.predict(prompt="ROMEO:", model="shakespeare", seed="3", **asked, api_name="/write")
    python = rnnlab.load("shakespeare").write("ROMEO:", temperature=0.8, seed=3, **asked)
    words = [word for name, value in asked.items() for word in (f"--{name}", str(value))]
    assert (
        main(["write", "shakespeare", "--prompt", "ROMEO:", "--temperature", "0.8", "--seed", "3", *words, "--json"])
        == 0
    )
    command = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert len({page.texts[0], endpoint["text"], python, command["text"]}) == 1
    assert endpoint["blend"] == command["blend"] == "doyle"
    assert all(endpoint[name] == command[name] == value for name, value in how.items())


def test_a_text_ends_with_a_sentence_where_no_length_is_given(capsys):
    python = rnnlab.load("doyle").write(seed=1)
    assert main(["write", "doyle", "--seed", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["text"] == python
    assert python.rstrip('"')[-1] in ".!?"
    assert len(python) > 400
    exact = rnnlab.load("doyle").write(seed=1, length=400)
    assert python.startswith(exact)
    assert len(exact) == 400
    assert rnnlab.load("doyle").write(seed=1, length=400, finish_sentence=True) == python
    assert rnnlab.load("doyle").write(seed=1, finish_sentence=False) == exact
