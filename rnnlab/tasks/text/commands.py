"""The writer's commands: write, report, export, bench generation, bench training."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
from collections.abc import Iterator
from typing import Any

from rnnlab.data.text.prompts import unescaped
from rnnlab.data.text.text_files import read_text
from rnnlab.errors import RnnlabError
from rnnlab.nn.stepping import WEIGHTS
from rnnlab.scoring.originality.marks import copying_words
from rnnlab.scoring.style.words import BLOCK
from rnnlab.tasks.text.bench.generation import bench_generation, generation_table
from rnnlab.tasks.text.bench.training import bench_training, training_table
from rnnlab.tasks.text.draft_file import check_draft_file, manner_flags, open_draft, save_draft
from rnnlab.tasks.text.export.exporting import FORMATS, export, exported_lines
from rnnlab.tasks.text.judge.reporting import SAMPLES, presets_of, report_of
from rnnlab.tasks.text.pieces import UNITS
from rnnlab.tasks.text.prompt_files import MOST_PROMPT_BYTES, read_prompt_file
from rnnlab.tasks.text.use import Draft, Manner, carry_on, drafts, sampling_settings
from rnnlab.tasks.text.writer import PRESETS, preset_temperature, voice
from rnnlab.terminal.commands import (
    Answer,
    add_command,
    add_device,
    add_overwrite,
    add_settings,
    given,
    picked,
    table_lines,
    tell,
)
from rnnlab.terminal.streams import OutputLost, aside, show

ESCAPES = r"\n is a line break, \t a tab"
SWITCH = argparse.BooleanOptionalAction  # of a draft that is resumed, what it was written with can be turned off


def add_commands(commands: Any) -> None:
    """Add `write`, `report` and `export`."""
    write = add_command(commands, "write", "continue a prompt in an author's style", _write)
    write.add_argument("model", metavar="MODEL", help="a checkpoint: a folder, or a bundled name such as shakespeare")
    add_device(write)
    write.add_argument(
        "--prompt", default="", metavar="TEXT", help="the prompt; - reads it from standard input (default: none)"
    )
    write.add_argument("--prompt-file", metavar="FILE", help="a text file with the prompt, read unchanged")
    write.add_argument("--encoding", help="encoding of the prompt's file, such as KOI8-R (default: detected)")
    write.add_argument("--length", type=int, help="length of the text (default 400)")
    write.add_argument("--unit", choices=UNITS, help="unit of the length (default characters)")
    write.add_argument(
        "--seed", type=int, help="seed of the sampling: the same seed gives the same text (-1 or default: drawn)"
    )
    write.add_argument("--texts", type=int, default=1, help="number of texts, with consecutive seeds (default 1)")
    write.add_argument(
        "--stop", action="append", metavar="TEXT", help=f"end before this text; may be repeated; {ESCAPES}"
    )
    write.add_argument("--keep-stop", action=SWITCH, help="end after the stop, not before it")
    write.add_argument(
        "--finish-sentence",
        action=SWITCH,
        help="continue to the end of the sentence, at most 500 characters (default: end at the length)",
    )
    write.add_argument("--ban", metavar="CHARACTERS", help=f"characters that are never generated; {ESCAPES}")
    write.add_argument(
        "--original",
        action=SWITCH,
        help="never copy the author's text for longer than the author's held-out pages do, at least 20 characters",
    )
    write.add_argument("--save", metavar="FILE", help="save the state of the text, to resume it")
    write.add_argument(
        "--continue", dest="begun", metavar="FILE", help="resume a text saved by --save, with its original settings"
    )
    add_overwrite(write, "the file of --save, even if it is no draft")
    write.add_argument("--preset", choices=PRESETS, help="the voice's own measured temperature, if it has any")
    write.add_argument("--weights", choices=WEIGHTS, help="fp32, or int8, which is faster on a CPU")
    add_settings(write.add_argument_group("sampling"), sampling_settings(), set())
    _add_report(commands)
    _add_export(commands)


def _add_report(commands: Any) -> None:
    words = "measure how near a writer is to its author, beside held-out pages and a 5-gram"
    report = add_command(commands, "report", words, _report)
    report.add_argument("model", metavar="MODEL", help="a checkpoint: a folder, or a bundled name such as shakespeare")
    add_device(report)
    report.add_argument(
        "--data", metavar="NAME|FILE|DIR", nargs="+", default=(), help="the author's text (default: the profile kept)"
    )
    report.add_argument(
        "--keep", action="store_true", help="keep the author's profile and the report in the checkpoint and on its card"
    )
    report.add_argument("--text", metavar="FILE", help="report on the text in this file instead of generated ones")
    report.add_argument(
        "--samples", type=int, default=SAMPLES, help=f"generated texts of {BLOCK} words each (default {SAMPLES})"
    )
    report.add_argument("--temperature", type=float, help="randomness of the generated texts")
    report.add_argument(
        "--presets", action="store_true", help="report at several temperatures and choose presets; --keep keeps them"
    )
    report.add_argument("--seed", type=int, default=1, help="seed of the first text (default 1)")
    report.add_argument(
        "--against", metavar="MODEL", nargs="+", default=(), help="further writers whose authors to compare with"
    )
    report.add_argument("--column", default="", help="column of the texts in a table (default: that of the training)")
    report.add_argument("--encoding", default="", help="encoding of the data, such as KOI8-R")


def _add_export(commands: Any) -> None:
    words = "export a writer for other programs: a step, a vocabulary, readers in Python and JavaScript, a page"
    parser = add_command(commands, "export", words, _export)
    parser.add_argument("model", metavar="MODEL", help="a checkpoint: a folder, or a bundled name such as shakespeare")
    parser.add_argument("folder", metavar="DIR", help="the folder to write, a new one")
    parser.add_argument("--to", choices=FORMATS, default=FORMATS[0], help="format of the step (default onnx)")
    add_overwrite(parser, "an earlier export in DIR; other files there stay")


def add_benches(benches: Any) -> None:
    """Add `bench generation` and `bench training`."""
    generation = add_command(benches, "generation", "compare single steps with stepping nn.LSTM", _bench_generation)
    generation.add_argument("--rounds", type=int, default=15, help="rounds; the median is reported (default 15)")
    training = add_command(benches, "training", "compare a training step with plain loops", _bench_training)
    training.add_argument("--rounds", type=int, default=5, help="rounds; the median is reported (default 5)")


def check_training_flags(args: argparse.Namespace) -> None:
    """Raise RnnlabError where a flag is given that changes nothing beside the others."""
    # A training that is resumed or fine-tunes has the level that it began with.
    level = args.level or (None if args.resume or args.base else "char")
    if args.words is not None and level == "char":
        raise RnnlabError("--words is the size of a vocabulary of words; leave it out, or give --level word.")
    if args.rare is not None and level == "word":
        raise RnnlabError("--rare is of characters; leave it out, or give --level char.")
    if args.between_dropout is not None and args.layers == 1:
        raise RnnlabError("--between-dropout is between two layers, but --layers is 1; leave one of the two out.")
    if args.marker and args.documents is None and not (args.resume or args.base):
        raise RnnlabError("--marker tells documents apart with --documents marker; leave it out, or give that too.")


def _bench_generation(args: argparse.Namespace) -> Answer:
    return tell(args, bench_generation(args.rounds), lambda answer: table_lines([generation_table(answer)]))


def _bench_training(args: argparse.Namespace) -> Answer:
    return tell(args, bench_training(args.rounds), lambda answer: table_lines([training_table(answer)]))


def _report(args: argparse.Namespace) -> Answer:
    if args.presets:
        return _presets(args)
    text = None if args.text is None else read_text(args.text, args.text)[0]
    names = ("data", "samples", "temperature", "seed", "against", "device", "encoding", "column", "keep")
    found = report_of(args.model, text=text, **picked(args, names))
    if not args.json:
        show("\n".join([*table_lines([found.table()]), *found.notes, found.verdict]))
    return found.json()


def _presets(args: argparse.Namespace) -> Answer:
    if args.text is not None or args.temperature is not None:
        raise RnnlabError("--presets has the model write at several temperatures; leave out --text and --temperature.")
    names = ("data", "samples", "seed", "against", "device", "encoding", "column", "keep")
    found = presets_of(args.model, **picked(args, names))
    return tell(args, found.json(), lambda answer: table_lines([found.table()]))


def _export(args: argparse.Namespace) -> Answer:
    return tell(args, export(args.model, args.folder, overwrite=args.overwrite), exported_lines)


def _write(args: argparse.Namespace) -> Answer:
    _refuse_of_no_effect_on_writing(args)
    begun = _begun(args)
    manner = _manner(args, Manner() if begun is None else begun.manner)
    prompt, notices = _prompt(args)
    if args.save:
        check_draft_file(args.save, overwrite=args.overwrite)
    draft, shown = None, 0
    try:
        for draft in _drafts(args, begun, prompt, manner):
            if not args.json and len(draft.texts) == 1:  # as it grows
                more, shown = draft.texts[0][shown:], len(draft.texts[0])  # before ^C could have it shown twice
                show(more, end="")
        assert draft is not None, "the last one is of the whole text"
        _keep(args, draft)
    except KeyboardInterrupt:
        _tell_stopped(args, draft, shown)
        raise
    except OutputLost:
        if draft is not None:
            _keep(args, draft)
        raise
    except RnnlabError:
        if shown:
            show("")  # what is said next begins a line
        raise
    _show_rest(args, draft, shown)
    draft = dataclasses.replace(draft, notices=(*notices, *draft.notices))
    if not args.json:
        how = f"{draft.characters:,} characters at {draft.chars_per_second:,.0f} a second on {draft.device}"
        aside("\n".join([*draft.notices, f"seed {draft.seeds[0]}, {how}", *copying_words(draft.copied)]))
    return draft.answer()


def _refuse_of_no_effect_on_writing(args: argparse.Namespace) -> None:
    if args.begun is None and args.repetition_window is not None and (args.repetition_penalty or 1) == 1:
        raise RnnlabError("--repetition-window is of --repetition-penalty; leave it out, or give a penalty above 1.")
    if args.preset and args.temperature is not None:
        raise RnnlabError("--preset is a temperature; leave out --temperature, or the preset.")


def _begun(args: argparse.Namespace) -> Draft | None:
    """The draft that is resumed; that one's beginning is printed again."""
    if not args.begun:
        return None
    if args.prompt or args.prompt_file is not None or args.seed is not None or args.texts != 1:
        prompt = "--prompt" if args.prompt_file is None else "--prompt-file"
        raise RnnlabError(
            f"A text that is continued keeps its prompt and seeds; leave out {prompt}, --seed and --texts."
        )
    return open_draft(args.begun, args.model)


def _prompt(args: argparse.Namespace) -> tuple[str, tuple[str, ...]]:
    """What the text begins with, and sentences on how it was read."""
    if args.prompt and args.prompt_file is not None:
        raise RnnlabError("--prompt and --prompt-file both give a prompt; leave one of them out.")
    file = "-" if args.prompt == "-" else args.prompt_file
    if file is None:
        if args.encoding:
            raise RnnlabError("--encoding is of a prompt in a file; leave it out, or give --prompt-file.")
        return args.prompt, ()
    source = sys.stdin.buffer.read(MOST_PROMPT_BYTES + 1) if file == "-" else file
    return read_prompt_file(source, args.encoding or "")


def _manner(args: argparse.Namespace, kept: Manner) -> Manner:
    """How to write: what is given, else as the draft that is resumed was written."""
    rules = given(args, sampling_settings())
    if args.preset:
        rules["temperature"] = preset_temperature(voice(args.model), args.preset)
    manner = Manner(
        kept.length if args.length is None else args.length,
        args.unit or kept.unit,
        {**kept.sampling, **{name: value for name, value in rules.items() if value is not None}},
        kept.stops if args.stop is None else tuple(map(unescaped, args.stop)),
        kept.banned if args.ban is None else unescaped(args.ban),
        weights=args.weights or kept.weights,
        keep_stop=kept.keep_stop if args.keep_stop is None else args.keep_stop,
        finish_sentence=kept.finish_sentence if args.finish_sentence is None else args.finish_sentence,
        original=kept.original if args.original is None else args.original,
    )
    if manner.keep_stop and not manner.stops:
        raise RnnlabError("--keep-stop keeps nothing without --stop; give one, or leave it out.")
    return manner


def _drafts(args: argparse.Namespace, begun: Draft | None, prompt: str, manner: Manner) -> Iterator[Draft]:
    """New texts, or one that is resumed."""
    if begun is None:
        return drafts(args.model, prompt, manner, seed=args.seed, texts=args.texts, device=args.device)
    if flags := manner_flags(manner):
        aside(f"Resumed with {shlex.join(flags)}.")
    return carry_on(begun, manner, device=args.device)


def _keep(args: argparse.Namespace, draft: Draft) -> None:
    if args.save:
        save_draft(draft, args.save)


def _show_rest(args: argparse.Namespace, draft: Draft, shown: int) -> None:
    """What has not been shown as it grew."""
    if args.json:
        return
    rows = zip(draft.seeds, draft.texts, strict=True)
    several = "\n".join(f"--- seed {seed}\n{text}" for seed, text in rows)
    show(several if len(draft.texts) > 1 else draft.texts[0][shown:])


def _tell_stopped(args: argparse.Namespace, draft: Draft | None, shown: int) -> None:
    """Keep a text that is not finished, if it is to be kept, and say how it could be written again."""
    if draft is None:
        aside("Stopped before anything was written.")
        return
    kept = ""
    try:
        _keep(args, draft)
        if args.save:
            kept = f"; kept in {args.save}, to be resumed with --continue"
        _show_rest(args, draft, shown)
    finally:
        first, last = draft.seeds[0], draft.seeds[-1]
        seeds = f"seed {first}" if first == last else f"seeds {first} to {last}"
        aside(f"Stopped after {draft.characters:,} characters, {seeds}{kept}.")
