"""The writer's commands: write, report, export, bench generation, bench training."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
from collections.abc import Iterator
from typing import Any

from rnnlab.data.files import Wanted
from rnnlab.data.text.prompts import unescaped
from rnnlab.errors import RnnlabError
from rnnlab.nn.stepping import WEIGHTS
from rnnlab.scoring.originality.marks import copying_words
from rnnlab.tasks.text.bench.generation import bench_generation, generation_table
from rnnlab.tasks.text.bench.training import bench_training, training_table
from rnnlab.tasks.text.draft_file import check_draft_file, manner_flags, open_draft, save_draft
from rnnlab.tasks.text.export.commands import add_export
from rnnlab.tasks.text.judge.commands import add_report
from rnnlab.tasks.text.learn.adapted_copies import AdaptedCopy, adapting
from rnnlab.tasks.text.manner import MOST_CONTRAST, PRESETS, SHARE, Manner, sampling_settings, with_preset
from rnnlab.tasks.text.pieces import UNITS
from rnnlab.tasks.text.prompt_files import MOST_PROMPT_BYTES, PAGE, WANTED, read_prompt_file
from rnnlab.tasks.text.use import Draft, carry_on, drafts
from rnnlab.tasks.text.writer import voice
from rnnlab.terminal.commands import (
    Answer,
    add_command,
    add_device,
    add_overwrite,
    add_settings,
    given,
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
    write.add_argument("--encoding", help="encoding of --prompt-file and --adapt, as KOI8-R (default: detected)")
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
        help="continue to the end of the sentence, at most 500 characters (default: only without --length)",
    )
    write.add_argument("--ban", metavar="CHARACTERS", help=f"characters that are never generated; {ESCAPES}")
    write.add_argument(
        "--original",
        action=SWITCH,
        help="never copy the author's text for longer than the author's held-out pages do, at least 20 characters",
    )
    _add_second_voice(write)
    write.add_argument("--save", metavar="FILE", help="save the state of the text, to resume it")
    write.add_argument(
        "--continue", dest="begun", metavar="FILE", help="resume a text saved by --save, with its original settings"
    )
    add_overwrite(write, "the file of --save, even if it is no draft")
    write.add_argument("--preset", choices=PRESETS, help="the temperature and min-p measured for this voice")
    write.add_argument("--adapt", metavar="FILE", help="write with a copy adapted to this text, which is not saved")
    write.add_argument("--weights", choices=WEIGHTS, help="fp32, or int8, which is faster on a CPU")
    add_settings(write.add_argument_group("sampling"), sampling_settings(), set())
    add_report(commands)
    add_export(commands)


def _add_second_voice(write: argparse.ArgumentParser) -> None:
    write.add_argument("--blend", metavar="MODEL", help="a second writer, whose predictions are combined at every step")
    write.add_argument(
        "--share", type=float, help=f"share of the second writer, from 0 to 1 (default {SHARE}, with --blend)"
    )
    words = f"in place of --share: move the text away from the second writer, from 0 to {MOST_CONTRAST:g}"
    write.add_argument("--contrast", type=float, metavar="STRENGTH", help=words)


def add_benches(benches: Any) -> None:
    """Add `bench generation` and `bench training`."""
    generation = add_command(benches, "generation", "compare single steps with stepping nn.LSTM", _bench_generation)
    generation.add_argument("--rounds", type=int, default=15, help="rounds; the median is reported (default 15)")
    training = add_command(benches, "training", "compare a training step with plain loops", _bench_training)
    training.add_argument("--rounds", type=int, default=5, help="rounds; the median is reported (default 5)")


def add_training_flags(parser: argparse.ArgumentParser) -> None:
    """Add what `train text` takes beside its settings."""
    words = "writers whose mean prediction is part of the training target (distillation)"
    parser.add_argument("--teacher", metavar="MODEL", nargs="+", help=words)


def check_training_flags(args: argparse.Namespace) -> None:
    """Raise RnnlabError where a flag is given that changes nothing beside the others."""
    if args.teacher and args.on:
        raise RnnlabError("--teacher is of a training on this machine; leave it out, or leave out --on.")
    # A training that is resumed or fine-tunes has the level that it began with.
    level = args.level or (None if args.resume or args.base else "char")
    if args.words is not None and level in ("char", "subword"):
        raise RnnlabError("--words is the size of a vocabulary of words; leave it out, or give --level word.")
    if args.subwords is not None and level in ("char", "word"):
        raise RnnlabError("--subwords is the size of a vocabulary of subwords; leave it out, or give --level subword.")
    if args.rare is not None and level in ("subword", "word"):
        raise RnnlabError("--rare is of characters; leave it out, or give --level char.")
    if args.between_dropout is not None and args.layers == 1:
        raise RnnlabError("--between-dropout is between two layers, but --layers is 1; leave one of the two out.")
    if args.marker and args.documents is None and not (args.resume or args.base):
        raise RnnlabError("--marker tells documents apart with --documents marker; leave it out, or give that too.")


def _bench_generation(args: argparse.Namespace) -> Answer:
    return tell(args, bench_generation(args.rounds), lambda answer: table_lines([generation_table(answer)]))


def _bench_training(args: argparse.Namespace) -> Answer:
    return tell(args, bench_training(args.rounds), lambda answer: table_lines([training_table(answer)]))


def _write(args: argparse.Namespace) -> Answer:
    _refuse_of_no_effect_on_writing(args)
    begun = _begun(args)
    manner = _manner(args, Manner() if begun is None else begun.manner)
    prompt, notices = _prompt(args)
    if args.save:
        check_draft_file(args.save, overwrite=args.overwrite)
    copy, more_notices = _adapted(args)
    notices = (*notices, *more_notices)
    manner = manner if copy is None else dataclasses.replace(manner, adapted_copy=copy.name)
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
        aside("\n".join([*draft.notices, _how(args, draft), *copying_words(draft.copied, draft.copying_limit)]))
    return draft.answer() if copy is None else draft.answer() | {"adaptation": copy.told.answer()}


def _how(args: argparse.Namespace, draft: Draft) -> str:
    """The seed, what a preset has set, and how fast the text was written."""
    preset = "temperature {temperature:g}, min-p {min_p:g}, ".format_map(draft.manner.sampling) if args.preset else ""
    speed = f"{draft.characters:,} characters at {draft.chars_per_second:,.0f} a second on {draft.device}"
    return f"seed {draft.seeds[0]}, {preset}{speed}"


def _refuse_of_no_effect_on_writing(args: argparse.Namespace) -> None:
    if args.begun is None and args.repetition_window is not None and (args.repetition_penalty or 1) == 1:
        raise RnnlabError("--repetition-window is of --repetition-penalty; leave it out, or give a penalty above 1.")
    if args.adapt is not None and (args.save or args.begun):
        raise RnnlabError("A copy of --adapt writes in one run only; leave out --save and --continue.")
    if args.adapt == "-" and "-" in (args.prompt, args.prompt_file):
        raise RnnlabError("Standard input holds one text; give a file for --adapt or for the prompt.")


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
        if args.encoding and args.adapt is None:
            raise RnnlabError("--encoding is of a file; leave it out, or give --prompt-file or --adapt.")
        return args.prompt, ()
    return _file_or_input(file, args.encoding, WANTED)


def _file_or_input(file: str, encoding: str | None, wanted: Wanted) -> tuple[str, tuple[str, ...]]:
    """A text of a file, or of standard input where it is called "-", and sentences on how it was read."""
    source = sys.stdin.buffer.read(MOST_PROMPT_BYTES + 1) if file == "-" else file
    return read_prompt_file(source, encoding or "", wanted)


def _adapted(args: argparse.Namespace) -> tuple[AdaptedCopy | None, tuple[str, ...]]:
    """The copy of --adapt, its losses told, and sentences on its text."""
    if args.adapt is None:
        return None, ()
    page, notices = _file_or_input(args.adapt, args.encoding, PAGE)
    *_, copy = adapting(args.model, page, device=args.device)
    assert isinstance(copy, AdaptedCopy), "the last that is given"
    if not args.json:
        aside(copy.told.verdict)
    return copy, (*notices, *copy.told.notices)


def _manner(args: argparse.Namespace, kept: Manner) -> Manner:
    """How to write: what is given, else as the draft that is resumed was written."""
    rules = given(args, sampling_settings())
    finish = kept.finish_sentence if args.begun else args.length is None
    if args.preset:
        rules = with_preset(args.model, voice(args.model).presets, args.preset, rules)
    manner = Manner(
        kept.length if args.length is None else args.length,
        args.unit or kept.unit,
        {**kept.sampling, **{name: value for name, value in rules.items() if value is not None}},
        kept.stops if args.stop is None else tuple(map(unescaped, args.stop)),
        kept.banned if args.ban is None else unescaped(args.ban),
        weights=args.weights or kept.weights,
        keep_stop=kept.keep_stop if args.keep_stop is None else args.keep_stop,
        finish_sentence=finish if args.finish_sentence is None else args.finish_sentence,
        original=kept.original if args.original is None else args.original,
        **_second_voice(args, kept),
    )
    if manner.keep_stop and not manner.stops:
        raise RnnlabError("--keep-stop keeps nothing without --stop; give one, or leave it out.")
    return manner


def _second_voice(args: argparse.Namespace, kept: Manner) -> dict[str, Any]:
    """The second voice and how it counts, as given; of what is not given, as the draft that is resumed has it."""
    told: dict[str, Any] = {"blend": kept.blend if args.blend is None else args.blend}
    if args.share is None and args.contrast is None and told["blend"]:
        return told | {"share": kept.share, "contrast": kept.contrast}
    return told | {"share": args.share, "contrast": args.contrast}


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
