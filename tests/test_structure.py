"""What a text is besides words is told, by its form; prose, plays, verse and code are left in peace."""

import json

import pytest
from authors import story
from languages import STORIES

from rnnlab.data.text.structure import structure_of

LINES = [line for line in story(3000).split("\n") if line.endswith(".")]


def told(text: str, name: str = "text.txt") -> str | None:
    found = structure_of(text, name)
    return None if found is None else found.kind


def each(form: str) -> str:
    """Every line of a story in one form, its number where the form wants one."""
    return "".join(
        form.format(number=number, day=number % 28 + 1, minute=number % 60, line=line)
        for number, line in enumerate(LINES, 10)
    )


KINDS = {
    "CSV": [
        each('{number},"{line}",{minute}\n'),
        "id,said\n" + each('{number},"{line}"\n'),
        each("{line};{number};x\n"),
        "id\twords\n" + each("{number}\t{line}\n"),
        each("{number}|{line}|{minute}\n"),
    ],
    "SRT": [each("{number}\n00:{minute:02}:01,000 --> 00:{minute:02}:03,500\n{line}\n\n")],
    "WebVTT": ["WEBVTT\n\n" + each("00:{minute:02}.000 --> 00:{minute:02}.900\n{line}\n\n")],
    "subtitles": [
        each("{{{number}00}}{{{number}50}}{line}\n"),
        each("[{minute:02}:11.50]{line}\n"),
        "[Events]\n" + each("Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{line}\n"),
    ],
    "HTML": [
        "<!doctype html>\n" + each("{line}\n"),
        each("<p class='said'>{line}</p>\n"),
        each("{line}<br/>\n"),
        '<?xml version="1.0"?><play>' + each("<l>{line}</l>\n"),
    ],
    "wiki": [each("== {number} ==\n'''So''' [[the river|{line}]]\n")],
    "TeX": [r"\documentclass{book} \begin{document}" + each("\\section{{{number}}}\n{line} \\emph{{so}}\n")],
    "log": [
        each("2021-03-{day:02} 10:{minute:02}:00,123 INFO server: {line}\n"),
        each("[WARNING] {line}\n"),
        each("Mar {day:2} 10:{minute:02}:00 host daemon[{number}]: {line}\n"),
        each("ERROR:root:{line}\n"),
        each('10.0.0.1 - - [0{minute}/Mar/2021:10:00:00 +0000] "GET /" 200 5\n').replace("[0", "["),
    ],
    "chat": [
        each("{day}/3/21, 10:{minute:02} - Ann Lee: {line}\n"),
        each("[{day:02}.03.21, 10:{minute:02}:13] Ann: {line}\n"),
        each("3/{day}/21, 1:{minute:02} PM - Ann: {line}\n{line}\n{line}\n"),
        each("[10:{minute:02}] <ann> {line}\n"),
        each("Ann Lee, [{day:02}.03.21 10:{minute:02}]\n{line}\n\n"),
        each("10:{minute:02} <ann> {line}\n"),
        each("[{day:02}-Mar-21 10:{minute:02} AM] ann#1234\n{line}\n\n"),
    ],
    "Markdown tables": ["# Said\n\n| who | what |\n|---|:---|\n" + each("| {number} | {line} |\n")],
    "e-mail": [each("From: ann@example.org\nTo: bo@example.org\nSubject: {number}\n\n{line}\n\n")],
    "JSON lines": [each('{{"id": {number}, "text": "{line}"}}\n')],
    "JSON": [
        json.dumps([{"id": 1, "text": line} for line in LINES], indent=1),
        json.dumps({"rows": [{"t": x} for x in LINES]}),
        json.dumps(LINES),
        json.dumps({"book": {"pages": LINES}}),
        json.dumps([{"t": line} for line in LINES * 50]),
    ],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in KINDS.items() for text in texts])
def test_a_text_of_each_form_is_told(kind, text):
    found = structure_of(text)
    assert found is not None
    assert found.kind == kind
    assert found.notice().count(". ") == 0


PEACEFUL = {
    "prose": "\n\n".join(LINES),
    "a play": each("ANNA: {line}\nBORIS: {line}\n"),
    "a play with titles": story(),
    "verse": each("{line},\n").replace(".,", ","),
    "verses that are numbered": each("3:{minute} {line}\n"),
    "a list": "\n".join(f"{line.split()[0]}, {line.split()[-1]}" for line in LINES),
    "a dictionary": each("word, n. {line}\n"),
    "a diary": each("{day} March 1921. {line} {line}\n\n"),
    "Markdown": each("## {number}\n\n{line} **so** [there](x)\n\n"),
    "Python": "def f(a, b):\n    return {'x': a[1], 'y': b}\n\n" * 30,
    "C": "int main(void) {\n  if (a < b && c > d) return a;\n}\n" * 30,
    "numbers in order": each("{number}. {line}\n"),
    "letters without blanks": "ACGTTTGA\n" * 60,
    "one brace": "{ and so it began\n" + each("{line}\n"),
}


@pytest.mark.parametrize("what", PEACEFUL)
def test_prose_plays_verse_and_code_are_left_in_peace(what):
    assert told(PEACEFUL[what]) is None


@pytest.mark.parametrize("language", STORIES)
def test_a_story_in_any_language_is_left_in_peace(language):
    assert told("\n".join([STORIES[language]] * 9)) is None


def test_a_few_rows_are_a_table_if_the_files_ending_says_so():
    rows = 'who,what\nann,"so, there"\nbo,no\n'
    assert told(rows, "said.txt") is None
    assert told(rows, "said.csv") == told(rows, "said.CSV.gz") == "CSV"
    assert told("what\nso there\nno\n", "said.csv") == "CSV"


def test_the_notice_names_the_column_with_the_longest_texts():
    rows = "id;who;said\n" + each("{number};ann;{line}\n")
    assert structure_of(rows).notice() == (
        "The text seems to be CSV with the columns id, who and said, whose separators and quotes would be learnt too; "
        "take one, such as --column said."
    )
    nested = "".join(json.dumps({"turns": [{"said": line}]}) + "\n" for line in LINES)
    assert structure_of(nested).notice().endswith("would be learnt too; take the words out first.")
