"""The command `export`."""

from __future__ import annotations

import argparse
from typing import Any

from rnnlab.tasks.text.export.exporting import FORMATS, export, exported_lines
from rnnlab.terminal.commands import Answer, add_command, add_overwrite, tell


def add_export(commands: Any) -> None:
    """Add `export`."""
    words = "export a writer for other programs: a step, a vocabulary, readers in Python and JavaScript, a page"
    parser = add_command(commands, "export", words, _export)
    parser.add_argument("model", metavar="MODEL", help="a checkpoint: a folder, or a bundled name such as shakespeare")
    parser.add_argument("folder", metavar="DIR", help="the folder to write, a new one")
    parser.add_argument("--to", choices=FORMATS, default=FORMATS[0], help="format of the step (default onnx)")
    add_overwrite(parser, "an earlier export in DIR; other files there stay")


def _export(args: argparse.Namespace) -> Answer:
    return tell(args, export(args.model, args.folder, overwrite=args.overwrite), exported_lines)
