"""Every command's flags and positionals, read from its own help; the sentences of the help are no part of them."""

from __future__ import annotations

import io
import os
import re
from contextlib import redirect_stdout, suppress
from typing import Any
from unittest.mock import patch

from rnnlab.__main__ import main

WIDE = {"COLUMNS": "100000"}  # so that argparse breaks no line
ENTRY = re.compile(r"^  ((?:-|\w)\S*(?: \S+)*?)(?:  +(.*))?$")
DEFAULT = re.compile(r"\(default ([^\s()]+)\)$")
WITH_ARGUMENTS = 4  # spaces before a command's name in the list of commands


def observe() -> dict[str, Any]:
    """By command ("", "train", "train text", …): its commands, and by flag or positional what is known of it."""
    found: dict[str, Any] = {}
    waiting = [""]
    while waiting:
        command = waiting.pop(0)
        found[command] = read_help(help_of(command))
        waiting += [f"{command} {name}".strip() for name in found[command]["commands"]]
    return found


def help_of(command: str) -> str:
    """What `rnnlab COMMAND --help` prints."""
    with patch.dict(os.environ, WIDE), redirect_stdout(io.StringIO()) as out, suppress(SystemExit):
        main([*command.split(), "--help"])
    return out.getvalue()


def read_help(told: str) -> dict[str, Any]:
    """The commands, flags and positionals of a help text.

    Of each flag: whether it is required, its other spelling, how many values it takes, its choices and its default.
    """
    usage, _, body = told.partition("\n\n")
    commands = re.findall(rf"^ {{{WITH_ARGUMENTS}}}(\w\S*)(?:  |$)", body, re.MULTILINE)
    listed: dict[str, Any] = {}
    for line in re.sub(r"\n {10,}(?=\S)", "  ", body).splitlines():
        entry = ENTRY.match(line)
        if entry and not (commands and not entry[1].startswith("-")):
            listed |= _argument(entry[1], entry[2] or "", usage)
    return {"commands": commands, "arguments": listed}


def _argument(head: str, words: str, usage: str) -> dict[str, Any]:
    """What an entry says, by its first flag or its name; nothing for a line that is no entry."""
    if not head.startswith("-"):
        named = re.search(rf"(?:^| ){re.escape(head)}(?: |$)", usage)
        return {head: {"takes": "several" if f"{head} [{head} ...]" in usage else "one"}} if named else {}
    flags = re.findall(r"(?:^|, )(--?[\w-]+)", head)
    value = re.sub(r"^.*(?:^|, )--?[\w-]+ ?", "", head)
    known: dict[str, Any] = {"required": not re.search(rf"\[{flags[0]}(?![\w-])", usage)}
    if flags[1:]:
        known["also"] = flags[1:]
    if value:
        known["takes"] = "several" if value.endswith("...]") else "one or none" if value.startswith("[") else "one"
    if "{" in value:
        known["choices"] = re.sub(r".*\{|\}.*", "", value).split(",")
    if default := DEFAULT.search(words):
        known["default"] = default[1]
    return {flags[0]: known}
