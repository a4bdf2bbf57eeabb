"""The commands on texts: train text, write, evaluate."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterator
from typing import Any

from rnnlab import service
from rnnlab.commands.remote import add_remote, train_there
from rnnlab.commands.shared import Answer, StepBar, add_command, add_settings, add_time_limit, follow, given, tell
from rnnlab.errors import RnnlabError

TEXT = "a text of the catalog or a dataset of the Hub that has been fetched, or a text file"
ESCAPES = r"\n is a line break, \t a tab"
LARGE = f"{TEXT}, or a folder of shards (data shards)"
GONE_ON_WITH = "A text that is gone on with has its prompt and seeds; leave out --prompt, --seed and --texts."


def add_training(trainings: Any) -> None:
    """Add `train text`."""
    parser = add_command(trainings, "text", "train a writer on an author's text", _train)
    parser.add_argument("--data", required=True, metavar="NAME|TXT|DIR", help=LARGE)
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the checkpoint")
    parser.add_argument("--resume", action="store_true", help="go on with the training that DIR holds")
    parser.add_argument(
        "--from", dest="base", metavar="MODEL", help="learn on from this writer, on its text or another, as shakespeare"
    )
    add_time_limit(parser)
    add_remote(parser)
    group = parser.add_argument_group("settings", "Sizes, dropout and epochs follow from the text's size unless given.")
    add_settings(group, service.text_settings(), set())


def add_commands(commands: Any) -> None:
    """Add `write` and `evaluate`."""
    write = add_command(commands, "write", "write on from a prompt in an author's style", _write)
    _add_model(write)
    write.add_argument(
        "--prompt", default="", metavar="TEXT",
        help="what the text begins with; - reads it from standard input (default: nothing)",
    )  # fmt: skip
    write.add_argument("--prompt-file", metavar="FILE", help="a text file with the prompt, taken as it stands")
    write.add_argument("--length", type=int, default=400, help="how much to write (default 400)")
    write.add_argument("--unit", choices=service.UNITS, default="characters", help="what the length is counted in")
    write.add_argument("--seed", type=int, help="of the choices: the same seed, the same text (-1 or default: drawn)")
    write.add_argument("--texts", type=int, default=1, help="texts to write at a time, with seeds in a row (default 1)")
    write.add_argument(
        "--stop", action="append", default=[], metavar="TEXT", help=f"end before this; may be repeated; {ESCAPES}"
    )
    write.add_argument("--keep-stop", action="store_true", help="end after the stop and not before it")
    write.add_argument(
        "--finish-sentence", action="store_true", help="go on beyond the length to the sentence's end (500 characters)"
    )  # fmt: skip
    write.add_argument("--ban", default="", metavar="CHARACTERS", help=f"characters never written; {ESCAPES}")
    write.add_argument("--save", metavar="FILE", help="keep where the text stands, to go on with it")
    write.add_argument("--continue", dest="begun", metavar="FILE", help="go on with a text that --save kept")
    write.add_argument("--weights", choices=service.WEIGHTS, default="fp32", help="int8 is faster on a CPU")
    add_settings(write.add_argument_group("how to choose"), service.sampling_settings(), set())
    evaluate = add_command(commands, "evaluate", "score a writer on the held-out end of a text", _evaluate)
    _add_model(evaluate)
    evaluate.add_argument("--data", required=True, metavar="NAME|TXT", help=TEXT)


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a checkpoint: a folder, or a bundled name such as shakespeare")
    parser.add_argument("--device", choices=service.DEVICES, default="auto", help="where to compute (default auto)")


def _train(asked: argparse.Namespace) -> Answer:
    if asked.on:
        return train_there(asked, "text", [asked.data], [], given(asked, service.text_settings()))
    asked.resumable = True
    bar, processes = StepBar(asked.minutes), service.started(asked.device or "auto")
    training = service.train_text(
        asked.data, out=asked.out, settings=given(asked, service.text_settings()), resume=asked.resume,
        command=asked.command, watch=bar.watch, processes=processes, base=asked.base, tell=bar.say,
    )  # fmt: skip
    answer = follow(asked, training, "tokens", bar, processes)
    return tell(asked, answer, service.text_training_lines) if service.is_first() else answer


def _write(asked: argparse.Namespace) -> Answer:
    manner = service.Manner(
        asked.length, asked.unit, given(asked, service.sampling_settings()), tuple(map(service.unescaped, asked.stop)),
        service.unescaped(asked.ban), weights=asked.weights, keep_stop=asked.keep_stop,
        finish_sentence=asked.finish_sentence,
    )  # fmt: skip
    prompt, notices = _prompt(asked)
    if asked.save:
        service.check_draft_file(asked.save)
    shown = 0
    try:
        for draft in _drafts(asked, prompt, manner):
            if not asked.json and len(draft.texts) == 1:  # as it grows
                print(draft.texts[0][shown:], end="", flush=True)
                shown = len(draft.texts[0])
        if asked.save:
            service.save_draft(draft, asked.save)
    except (RnnlabError, KeyboardInterrupt):
        if shown:
            print(flush=True)  # what is said next begins a line
        raise
    draft = dataclasses.replace(draft, notices=(*notices, *draft.notices))
    if not asked.json:
        if len(draft.texts) > 1:
            print("\n".join(f"--- seed {seed}\n{text}" for seed, text in zip(draft.seeds, draft.texts, strict=True)))
        else:
            print()
        print("\n".join(service.writing_lines(draft)), file=sys.stderr)
    return draft.answer()


def _prompt(asked: argparse.Namespace) -> tuple[str, tuple[str, ...]]:
    """What the text begins with, and sentences on how it was read."""
    file = asked.prompt_file
    if file is not None and asked.prompt:
        raise RnnlabError("--prompt and --prompt-file both give a prompt; leave one of them out.")
    if asked.begun and (file is not None or asked.prompt):
        raise RnnlabError(GONE_ON_WITH)
    if asked.prompt == "-":
        file = "-"
    if file == "-":
        return service.read_prompt_file(sys.stdin.buffer.read(service.MOST_PROMPT_BYTES + 1))
    return (asked.prompt, ()) if file is None else service.read_prompt_file(file)


def _drafts(asked: argparse.Namespace, prompt: str, manner: service.Manner) -> Iterator[service.Draft]:
    """New texts, or one that was kept; that one's beginning is printed again."""
    if not asked.begun:
        return service.drafts(
            asked.model, prompt, manner, seed=asked.seed, texts=asked.texts, device=asked.device
        )  # fmt: skip
    if asked.seed is not None or asked.texts != 1:
        raise RnnlabError(GONE_ON_WITH)
    return service.carry_on(service.open_draft(asked.begun, asked.model), manner, device=asked.device)


def _evaluate(asked: argparse.Namespace) -> Answer:
    answer = service.evaluate(asked.model, asked.data, device=asked.device)
    return tell(asked, answer, service.evaluation_lines)
