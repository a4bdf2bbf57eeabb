"""The flags of every command, read from its help: name, values taken, choices, default, and whether it is needed."""

import re

from .running import help_of

ENTRY = re.compile(r"^ {2}(?=\S)(.*(?:\n {5,}\S.*)*)", re.M)  # one positional argument or option, with its help
SUBCOMMAND = re.compile(r"^ {4}([a-z][\w-]*)(?=\s)", re.M)


def record() -> dict:
    """Every command, as `train text` -> its flags."""
    commands = {}
    waiting = [()]
    while waiting:
        command = waiting.pop(0)
        written = help_of(*command)
        commands[" ".join(command)] = flags(written)
        waiting += [(*command, name) for name in subcommands(written)]
    return commands


def subcommands(written: str) -> list[str]:
    """Names of the commands below this one."""
    return SUBCOMMAND.findall(_section(written))


def flags(written: str) -> dict:
    """What one help tells; positionals by their number, as their names are only shown."""
    usage = re.sub(r"\s+", " ", written.split("\n\n")[0])
    for _ in range(4):  # brackets within brackets
        usage = re.sub(r"\[[^\[\]]*\]", "", usage)
    needed = set(re.findall(r"--[\w-]+", usage))
    found = {}
    for entry in ENTRY.findall(written.partition("\n\n")[2]):
        if entry.startswith("-"):
            names, told = _option(entry)
            for name in names:
                found[name] = told | {"needed": name in needed}
    positional = [] if subcommands(written) else [e for e in ENTRY.findall(_section(written)) if not e.startswith("-")]
    return {"options": found, "positionals": [entry.split()[0] for entry in positional]}


def missing(recorded: dict, now: dict) -> list[str]:
    """What was recorded and is there no longer; choices may have become more, and what was needed optional."""
    lost = []
    for command, was in recorded.items():
        if command not in now:
            lost.append(f"the command {command!r}")
            continue
        options = now[command]["options"]
        lost += [f"{command} {name}: {what}" for name in was["options"] for what in _lost(name, was, options)]
        lost += [
            f"{command} {name} is needed now"
            for name, told in options.items()
            if told["needed"] and not was["options"].get(name, {}).get("needed")
        ]
        if len(now[command]["positionals"]) != len(was["positionals"]):
            lost.append(f"{command}: the positional arguments {was['positionals']}")
    return lost


def _lost(name: str, was: dict, options: dict) -> list[str]:
    before, after = was["options"][name], options.get(name)
    if after is None:
        return ["the option"]
    choices = set(before["choices"]) - set(after["choices"]) if after["choices"] else set()
    changed = [f"{key} was {before[key]!r}" for key in ("takes", "default") if after[key] != before[key]]
    return changed + [f"the choice {choice!r}" for choice in sorted(choices)]


def _section(written: str) -> str:
    """The positional arguments."""
    return written.partition("positional arguments:\n")[2].partition("\n\n")[0]


def _option(entry: str) -> tuple[list[str], dict]:
    invocation, _, explained = re.sub(r"\n\s*", "  ", entry).partition("  ")
    choices = re.search(r"\{([^}]*)\}", invocation)
    value = re.sub(r"--?[\w-]+,?", "", re.sub(r"\{[^}]*\}", "VALUE", invocation)).strip()
    default = re.search(r"\(default ([^)\s]+)\)", explained)
    told = {
        "takes": "nothing" if not value else "maybe one" if value[0] == "[" else "several" if "..." in value else "one",
        "choices": choices[1].split(",") if choices else [],
        "default": default[1] if default else None,
    }
    return re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", re.sub(r"\{[^}]*\}", "", invocation)), told
