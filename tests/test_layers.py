"""The import arrows of the house, read from the source: floors import downwards only."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLOORS = {
    "errors": 1, "version": 1, "options": 1, "summary": 1, "data": 2, "scoring": 2, "nn": 3, "train": 4, "hub": 5,
    "runtime": 6, "terminal": 6, "widgets": 6, "bench": 6, "tasks": 7, "service": 8, "ui": 9, "commands": 9,
    "__main__": 10, "script": 11,
}  # fmt: skip
ALLOWED = {  # a third-party package: the only parts of the house that may import it
    "torch": {"nn", "train", "runtime", "tasks", "bench"},
    "gradio": {"widgets", "tasks", "ui"},
    "plotly": {"widgets", "tasks", "ui"},
    "huggingface_hub": {"hub"},
    "datasets": {"data"},
    "safetensors": {"train"},
    "onnx": {"nn"},
    "accelerate": {"train"},
    "spaces": {"runtime"},
    "onnxruntime": {"nn"},
    "pandas": {"data", "tasks"},
    "exchange_calendars": {"data"},
}


def floor(part: str) -> int:
    return FLOORS[part]


def modules() -> list[Path]:
    return sorted((ROOT / "rnnlab").rglob("*.py"))


def part_of(file: Path) -> str:
    first = file.relative_to(ROOT / "rnnlab").parts[0]
    return first.removesuffix(".py")


def imported(file: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}: imports are written in full"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def broken_arrows(file: Path, names: list[str]) -> list[str]:
    here, broken = part_of(file), []
    for name in names:
        parts = name.split(".")
        if parts[0] == "rnnlab" and len(parts) > 1:
            # `from rnnlab import options` names a part of the house; `from rnnlab import __version__` does not.
            target = parts[1]
            if target in FLOORS and here != "__init__" and target != here and floor(target) > floor(here):
                broken.append(f"{here} imports {target}")
            if here == "ui" and target not in {"ui", "service", "errors", "options", "version"}:
                broken.append(f"ui imports {target}")
        if here not in ALLOWED.get(parts[0], {here}):
            broken.append(f"{here} imports {parts[0]}")
    return broken


def test_imports_run_downwards_only():
    assert [arrow for file in modules() for arrow in broken_arrows(file, imported(file))] == []


def test_every_part_of_the_house_has_its_floor():
    assert {part_of(file) for file in modules()} - {"__init__"} <= set(FLOORS)


def test_an_arrow_that_runs_upwards_is_found():
    file = ROOT / "rnnlab" / "data" / "prices.py"
    assert broken_arrows(file, ["rnnlab.train.loop", "torch.nn"]) == ["data imports train", "data imports torch"]
    assert broken_arrows(ROOT / "rnnlab" / "ui" / "app.py", ["rnnlab.tasks.forecast"]) == ["ui imports tasks"]


def test_files_and_functions_fit_in_the_head():
    for file in [*modules(), ROOT / "app.py"]:
        text = file.read_text()
        assert text.count("\n") <= 300, f"{file.name} is longer than 300 lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert length(node) <= 50, f"{file.name}: {node.name} is too long"


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring aside."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    return function.end_lineno - function.lineno + 1 - (first.end_lineno - first.lineno + 1 if documented else 0)


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def arrows() -> dict[str, set[str]]:
    """Which modules of the house each module imports."""
    names = {module_name(file) for file in modules()}
    found = {}
    for file in modules():
        targets = set()
        for name in imported(file):
            targets |= {name} & names or {name.rpartition(".")[0]} & names
        found[module_name(file)] = targets - {module_name(file)}
    return found


def test_no_import_is_circular():
    left = arrows()
    while free := {name for name, targets in left.items() if not targets & set(left)}:
        left = {name: targets for name, targets in left.items() if name not in free}
    assert left == {}


def test_no_executable_checkpoint_format_is_ever_read():
    for file in [*modules(), ROOT / "app.py"]:
        if file.name != "zero_gpu.py":  # its bytes go to a process that it has forked, and back, and nowhere else
            assert not {"pickle", "joblib", "dill"} & {name.split(".")[0] for name in imported(file)}
        assert not re.search(r"(?<!safetensors\.)torch\.load\b", file.read_text())
