"""Abandoned words stay abandoned: those that docs/glossary.md lists, in what a user reads and in names of modules."""

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
# Dated records, the list itself, and docs/files.md, whose sentences are the code's own.
RECORDS = {"decisions.md", "experiments.md", "glossary.md", "files.md"}
PAPERS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(page for page in sorted((ROOT / "docs").glob("*.md")) if page.name not in RECORDS),
]


def abandoned(heading: str) -> list[str]:
    """The words in the first column of the glossary's table that begins with this heading."""
    table = GLOSSARY.split(f"| {heading} | say |\n|---|---|\n")[1].split("\n\n")[0]
    return [word for row in table.splitlines() for word in row.split("|")[1].strip().split(", ")]


PHRASES = abandoned("abandoned phrase")


def found(phrase: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(phrase)}\b".replace(r"\ ", r"\s+"), text, re.IGNORECASE) is not None


def sentences(source: str) -> str:
    """The string literals of a module, its docstrings aside."""
    tree = ast.parse(source)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    literals = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return "\n\0".join(node.value for node in literals if id(node) not in docs)


@pytest.fixture(scope="module")
def code() -> dict[str, str]:
    return {str(file.relative_to(ROOT)): sentences(file.read_text()) for file in (ROOT / "rnnlab").rglob("*.py")}


@pytest.mark.parametrize("phrase", PHRASES)
def test_the_papers_use_no_abandoned_phrase(phrase):
    front = GLOSSARY.split("## Abandoned words")[0]
    assert [paper.name for paper in PAPERS if found(phrase, paper.read_text())] == []
    assert not found(phrase, front)


@pytest.mark.parametrize("phrase", PHRASES)
def test_no_sentence_of_the_program_uses_an_abandoned_phrase(phrase, code):
    assert [file for file, text in code.items() if found(phrase, text)] == []


@pytest.mark.parametrize("name", abandoned("abandoned module name"))
def test_no_module_has_an_abandoned_name(name):
    files = [file for file in (ROOT / "rnnlab").rglob("*") if fnmatch(file.stem, name)]
    assert files == []


def test_a_phrase_is_found_across_a_line_break_and_a_docstring_is_no_sentence():
    assert found("gone on with", "It is Gone\n    on with.")
    assert not found("learn on", "learn once")
    assert sentences('"""by heart"""\nsaid = f"{1} loops" "and ends"') == " loopsand ends"
