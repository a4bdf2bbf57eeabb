"""The task "backwards", as the house asks for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from backwards.learn import BackwardsTask, prepare, read, settings
from backwards.use import Reverser, check, usable
from rnnlab.runtime.callers import Caller
from rnnlab.runtime.opening import open_checkpoint
from rnnlab.runtime.provenance import CARD_USE, how_it_was_made
from rnnlab.summary import THIS_MODEL, Section, Summary, Table
from rnnlab.tasks.kind import Evaluation, Request, TaskKind
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.progress import TrainConfig


def table(scores: Mapping[str, Any]) -> Table:
    rows = ((THIS_MODEL, f"{100 * scores['right']:.1f} %"), ("any letter", f"{100 / 26:.1f} %"))
    return Table("Letters right on words held out; higher is better.", ("", "right"), rows)


def summary(made: Checkpoint) -> Summary:
    name, ended = made.provenance["data"][0]["name"], "right" in made.metrics
    scores = table(made.metrics) if ended else None
    sections = (Section("Scores", (scores,)),) if scores else ()
    sections += (Section("Use", (CARD_USE,)), how_it_was_made(made, (TrainConfig,)))
    verdict = f"{100 * made.metrics['right']:.0f} % of letters are right." if ended else "It has not been measured."
    return Summary(
        f"Words of {name}", verdict, scores, "Words backwards", sections, "text-generation", ("backwards",), "backwards"
    )


def evaluate(model: str, data: Sequence[str], arguments: Mapping[str, Any], caller: Caller, device: str) -> Evaluation:
    made = open_checkpoint(model, caller=caller)
    found = BackwardsTask(read(Request.of(data)).words, 0.5, 1).evaluate(usable(made))
    return Evaluation(found, [table(found)], [])


KIND = TaskKind(
    name="backwards",
    title="Say words backwards",
    verb="says words backwards",
    help="train a network that says words backwards",
    use="reverse {model} WORD",
    shape="many-to-many",
    data="a file of words",
    counted="letters",
    loss="Loss, nats a letter",
    unit="words",
    most=100_000,
    settings=settings,
    read=read,
    prepare=prepare,
    check=check,
    usable=usable,
    summary=summary,
    tables=lambda result: [table(result)],
    load=Reverser.of,
    evaluate=evaluate,
    reading=("least",),
    form=lambda: [one for one in settings()["settings"] if one.name == "least"],
    verbs=("reverse",),
    commands="backwards.commands",
)
