"""The command reverse."""

from backwards.use import Reverser
from rnnlab.runtime.opening import locate
from rnnlab.terminal.commands import add_command, tell


def add_commands(commands):
    parser = add_command(commands, "reverse", "say a word backwards", _reverse)
    parser.add_argument("model")
    parser.add_argument("word")


def _reverse(args):
    said = Reverser.of(args.model, locate(args.model)).reverse(args.word)
    return tell(args, {"word": args.word, "said": said}, lambda answer: [answer["said"]])
