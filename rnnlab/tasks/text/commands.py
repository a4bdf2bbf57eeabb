"""The commands on texts: train text, write, evaluate."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
from collections.abc import Iterator
from typing import Any

from rnnlab.commands.remote import add_remote, refuse_without_on, train_there
from rnnlab.data.text.stops import unescaped
from rnnlab.errors import RnnlabError
from rnnlab.nn.stepping import WEIGHTS
from rnnlab.tasks.text.draft_file import check_draft_file, manner_flags, open_draft, save_draft
from rnnlab.tasks.text.judge import evaluating
from rnnlab.tasks.text.learn.training import text_settings, train_text
from rnnlab.tasks.text.lines import evaluation_lines, text_training_lines, writing_lines
from rnnlab.tasks.text.pieces import UNITS
from rnnlab.tasks.text.prompt_files import MOST_PROMPT_BYTES, read_prompt_file
from rnnlab.tasks.text.use import Draft, Manner, carry_on, drafts, sampling_settings
from rnnlab.terminal.commands import (
    Answer,
    StepBar,
    add_command,
    add_overwrite,
    add_settings,
    add_time_limit,
    follow,
    given,
    tell,
)
from rnnlab.terminal.streams import OutputLost, aside, show
from rnnlab.train.devices import DEVICES
from rnnlab.train.processes import is_first, started

TEXT = "a text of the catalog or a dataset of the Hub that has been fetched, or a text file"
ESCAPES = r"\n is a line break, \t a tab"
SEVERAL = f"{TEXT}; several, or a folder of text files, are one text"
LARGE = f"{SEVERAL}; or a folder of shards (data shards)"
SWITCH = argparse.BooleanOptionalAction  # of a draft that is resumed, what it was written with can be turned off


def add_training(trainings: Any) -> None:
    """Add `train text`."""
    parser = add_command(trainings, "text", "train a writer on an author's text", _train)
    parser.add_argument("--data", required=True, metavar="NAME|TXT|DIR", nargs="+", help=LARGE)
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the checkpoint")
    parser.add_argument("--resume", action="store_true", help="go on with the training that DIR holds")
    parser.add_argument(
        "--from", dest="base", metavar="MODEL", help="learn on from this writer, on its text or another, as shakespeare"
    )
    add_overwrite(parser)
    add_time_limit(parser)
    add_remote(parser)
    group = parser.add_argument_group("settings", "Sizes, dropout and epochs follow from the text's size unless given.")
    add_settings(group, text_settings(), set())


def add_commands(commands: Any) -> None:
    """Add `write` and `evaluate`."""
    write = add_command(commands, "write", "write on from a prompt in an author's style", _write)
    _add_model(write)
    write.add_argument(
        "--prompt", default="", metavar="TEXT",
        help="what the text begins with; - reads it from standard input (default: nothing)",
    )  # fmt: skip
    write.add_argument("--prompt-file", metavar="FILE", help="a text file with the prompt, taken as it stands")
    write.add_argument("--encoding", help="what the prompt's file is encoded in, such as KOI8-R (default: found out)")
    write.add_argument("--length", type=int, help="how much to write (default 400)")
    write.add_argument("--unit", choices=UNITS, help="what the length is counted in (default characters)")
    write.add_argument("--seed", type=int, help="of the choices: the same seed, the same text (-1 or default: drawn)")
    write.add_argument("--texts", type=int, default=1, help="texts to write at a time, with seeds in a row (default 1)")
    write.add_argument("--stop", action="append", metavar="TEXT", help=f"end before this; may be repeated; {ESCAPES}")
    write.add_argument("--keep-stop", action=SWITCH, help="end after the stop and not before it")
    write.add_argument(
        "--finish-sentence", action=SWITCH, help="go on beyond the length to the sentence's end (500 characters)"
    )  # fmt: skip
    write.add_argument("--ban", metavar="CHARACTERS", help=f"characters never written; {ESCAPES}")
    write.add_argument("--save", metavar="FILE", help="keep where the text stands, to go on with it")
    write.add_argument(
        "--continue", dest="begun", metavar="FILE", help="resume a text that --save kept, as it was written"
    )
    add_overwrite(write, "the file of --save, even if it is no draft")
    write.add_argument("--weights", choices=WEIGHTS, help="fp32, or int8, which is faster on a CPU")
    add_settings(write.add_argument_group("how to choose"), sampling_settings(), set())
    evaluate = add_command(commands, "evaluate", "score a writer on the held-out end of a text", _evaluate)
    _add_model(evaluate)
    evaluate.add_argument("--data", required=True, metavar="NAME|TXT|DIR", nargs="+", help=LARGE)
    evaluate.add_argument("--column", default="", help="of a table: the column of texts (default: the training's)")
    evaluate.add_argument("--encoding", default="", help="what the text is encoded in, such as KOI8-R")


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a checkpoint: a folder, or a bundled name such as shakespeare")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where to compute (default auto)")


def _train(asked: argparse.Namespace) -> Answer:
    _refuse_of_no_effect_on_training(asked)
    if asked.on:
        return train_there(asked, "text", asked.data, [], given(asked, text_settings()))
    asked.resumable = True
    bar, processes = StepBar(asked.minutes), started(asked.device or "auto")
    training = train_text(
        asked.data, out=asked.out, settings=given(asked, text_settings()), resume=asked.resume,
        command=asked.command, watch=bar.watch, processes=processes, base=asked.base, tell=aside,
        overwrite=asked.overwrite,
    )  # fmt: skip
    answer = follow(asked, training, "tokens", bar, processes)
    return tell(asked, answer, text_training_lines) if is_first() else answer


def _refuse_of_no_effect_on_training(asked: argparse.Namespace) -> None:
    """Raise RnnlabError where a flag is given that changes nothing beside the others."""
    refuse_without_on(asked)
    # A training that goes on has the level that it began with.
    level = asked.level or (None if asked.resume or asked.base else "char")
    if asked.words is not None and level == "char":
        raise RnnlabError("--words is the size of a vocabulary of words; leave it out, or give --level word.")
    if asked.rare is not None and level == "word":
        raise RnnlabError("--rare is of characters; leave it out, or give --level char.")
    if asked.between_dropout is not None and asked.layers == 1:
        raise RnnlabError("--between-dropout is between two layers, but --layers is 1; leave one of the two out.")
    if asked.marker and asked.documents is None and not (asked.resume or asked.base):
        raise RnnlabError("--marker tells documents apart with --documents marker; leave it out, or give that too.")


def _write(asked: argparse.Namespace) -> Answer:
    _refuse_of_no_effect_on_writing(asked)
    begun = _begun(asked)
    manner = _manner(asked, Manner() if begun is None else begun.manner)
    prompt, notices = _prompt(asked)
    if asked.save:
        check_draft_file(asked.save, overwrite=asked.overwrite)
    draft, shown = None, 0
    try:
        for draft in _drafts(asked, begun, prompt, manner):
            if not asked.json and len(draft.texts) == 1:  # as it grows
                more, shown = draft.texts[0][shown:], len(draft.texts[0])  # before ^C could have it shown twice
                show(more, end="")
        assert draft is not None, "the last one is of the whole text"
        _keep(asked, draft)
    except KeyboardInterrupt:
        _tell_stopped(asked, draft, shown)
        raise
    except OutputLost:
        if draft is not None:
            _keep(asked, draft)
        raise
    except RnnlabError:
        if shown:
            show("")  # what is said next begins a line
        raise
    _show_rest(asked, draft, shown)
    draft = dataclasses.replace(draft, notices=(*notices, *draft.notices))
    if not asked.json:
        aside("\n".join(writing_lines(draft)))
    return draft.answer()


def _refuse_of_no_effect_on_writing(asked: argparse.Namespace) -> None:
    if asked.begun is None and asked.repetition_window is not None and (asked.repetition_penalty or 1) == 1:
        raise RnnlabError("--repetition-window is of --repetition-penalty; leave it out, or give a penalty above 1.")


def _begun(asked: argparse.Namespace) -> Draft | None:
    """The draft that is resumed; that one's beginning is printed again."""
    if not asked.begun:
        return None
    if asked.prompt or asked.prompt_file is not None or asked.seed is not None or asked.texts != 1:
        prompt = "--prompt" if asked.prompt_file is None else "--prompt-file"
        raise RnnlabError(
            f"A text that is gone on with has its prompt and seeds; leave out {prompt}, --seed and --texts."
        )
    return open_draft(asked.begun, asked.model)


def _prompt(asked: argparse.Namespace) -> tuple[str, tuple[str, ...]]:
    """What the text begins with, and sentences on how it was read."""
    if asked.prompt and asked.prompt_file is not None:
        raise RnnlabError("--prompt and --prompt-file both give a prompt; leave one of them out.")
    file = "-" if asked.prompt == "-" else asked.prompt_file
    if file is None:
        if asked.encoding:
            raise RnnlabError("--encoding is of a prompt in a file; leave it out, or give --prompt-file.")
        return asked.prompt, ()
    source = sys.stdin.buffer.read(MOST_PROMPT_BYTES + 1) if file == "-" else file
    return read_prompt_file(source, asked.encoding or "")


def _manner(asked: argparse.Namespace, kept: Manner) -> Manner:
    """How to write: what is given, else as the draft that is resumed was written."""
    rules = given(asked, sampling_settings())
    manner = Manner(
        kept.length if asked.length is None else asked.length,
        asked.unit or kept.unit,
        {**kept.sampling, **{name: value for name, value in rules.items() if value is not None}},
        kept.stops if asked.stop is None else tuple(map(unescaped, asked.stop)),
        kept.banned if asked.ban is None else unescaped(asked.ban),
        weights=asked.weights or kept.weights,
        keep_stop=kept.keep_stop if asked.keep_stop is None else asked.keep_stop,
        finish_sentence=kept.finish_sentence if asked.finish_sentence is None else asked.finish_sentence,
    )
    if manner.keep_stop and not manner.stops:
        raise RnnlabError("--keep-stop keeps nothing without --stop; give one, or leave it out.")
    return manner


def _drafts(
    asked: argparse.Namespace, begun: Draft | None, prompt: str, manner: Manner
) -> Iterator[Draft]:  # fmt: skip
    """New texts, or one that is resumed."""
    if begun is None:
        return drafts(
            asked.model, prompt, manner, seed=asked.seed, texts=asked.texts, device=asked.device
        )  # fmt: skip
    if flags := manner_flags(manner):
        aside(f"Resumed with {shlex.join(flags)}.")
    return carry_on(begun, manner, device=asked.device)


def _keep(asked: argparse.Namespace, draft: Draft) -> None:
    if asked.save:
        save_draft(draft, asked.save)


def _show_rest(asked: argparse.Namespace, draft: Draft, shown: int) -> None:
    """What has not been shown as it grew."""
    if asked.json:
        return
    rows = zip(draft.seeds, draft.texts, strict=True)
    several = "\n".join(f"--- seed {seed}\n{text}" for seed, text in rows)
    show(several if len(draft.texts) > 1 else draft.texts[0][shown:])


def _tell_stopped(asked: argparse.Namespace, draft: Draft | None, shown: int) -> None:
    """Keep a text that is not finished, if it is to be kept, and say how it could be written again."""
    if draft is None:
        aside("Stopped before anything was written.")
        return
    kept = ""
    try:
        _keep(asked, draft)
        if asked.save:
            kept = f"; kept in {asked.save}, to be resumed with --continue"
        _show_rest(asked, draft, shown)
    finally:
        first, last = draft.seeds[0], draft.seeds[-1]
        seeds = f"seed {first}" if first == last else f"seeds {first} to {last}"
        aside(f"Stopped after {draft.characters:,} characters, {seeds}{kept}.")


def _evaluate(asked: argparse.Namespace) -> Answer:
    answer = evaluating.evaluate(
        asked.model, asked.data, device=asked.device, encoding=asked.encoding, column=asked.column
    )  # fmt: skip
    return tell(asked, answer, evaluation_lines)
