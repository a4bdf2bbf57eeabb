"""The import arrows of the house, read from the source: floors import downwards only."""

import ast
import re
from pathlib import Path

from rnnlab.tasks.registry import TASKS

ROOT = Path(__file__).parents[1]
FLOORS = {
    "errors": 1, "version": 1, "options": 1, "summary": 1, "data": 2, "scoring": 2, "nn": 3, "train": 4, "hub": 5,
    "kind": 6, "runtime": 6, "terminal": 6, "widgets": 6, "tasks": 7, "service": 8, "ui": 9, "commands": 9,
    "__main__": 10, "script": 11,
}  # fmt: skip
ALLOWED = {  # a third-party package: the only parts of the house that may import it
    "torch": {"nn", "train", "runtime", "tasks"},
    "gradio": {"widgets", "tasks", "ui"},
    "plotly": {"widgets", "tasks", "ui"},
    "huggingface_hub": {"hub"},
    "datasets": {"data"},
    "safetensors": {"train"},
    "tokenizers": {"data"},
    "onnx": {"nn"},
    "accelerate": {"train"},
    "spaces": {"runtime"},
    "onnxruntime": {"nn"},
    "pandas": {"data", "tasks"},
    "exchange_calendars": {"data"},
    "yfinance": {"data"},
    "curl_cffi": {"data"},
}


def floor(part: str) -> int:
    return FLOORS[part]


def modules() -> list[Path]:
    return sorted((ROOT / "rnnlab").rglob("*.py"))


def part_of(file: Path) -> str:
    """The part that a file belongs to; what a task may be asked (tasks/kind.py) is known one floor below the tasks."""
    parts = file.relative_to(ROOT / "rnnlab").parts
    return "kind" if parts == ("tasks", "kind.py") else parts[0].removesuffix(".py")


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
            target = "kind" if parts[1:3] == ["tasks", "kind"] else parts[1]
            if target in FLOORS and here != "__init__" and target != here and floor(target) > floor(here):
                broken.append(f"{here} imports {target}")
        if here not in ALLOWED.get(parts[0], {here}):
            broken.append(f"{here} imports {parts[0]}")
    return broken


def test_imports_run_downwards_only():
    assert [arrow for file in modules() for arrow in broken_arrows(file, imported(file))] == []


def test_every_part_of_the_house_has_its_floor():
    assert {part_of(file) for file in modules()} - {"__init__"} <= set(FLOORS)


def column_of(file: Path) -> str:
    """The task whose column a file belongs to; "" if none."""
    parts = file.relative_to(ROOT / "rnnlab").parts
    return parts[1] if parts[0] == "tasks" and len(parts) > 2 else ""


def broken_columns(file: Path, names: list[str]) -> list[str]:
    """What of a task a file outside of its column imports; the registry names the columns, and nobody else does."""
    own = column_of(file)
    tasks = [name.split(".")[2] for name in names if name.startswith("rnnlab.tasks.") and name.count(".") > 2]
    return [f"{file.name} imports {task}" for task in tasks if task not in {own, "kind", "registry"}]


def test_no_column_imports_another_and_nobody_else_imports_one():
    assert [arrow for file in modules() for arrow in broken_columns(file, imported(file))] == []
    assert broken_columns(ROOT / "rnnlab" / "ui" / "app.py", ["rnnlab.tasks.text.use"]) == ["app.py imports text"]
    inside = ROOT / "rnnlab" / "tasks" / "forecast" / "use.py"
    assert broken_columns(inside, ["rnnlab.tasks.text.use", "rnnlab.tasks.registry.TASKS"]) == ["use.py imports text"]


def test_nobody_outside_the_columns_names_a_task():
    """But for words of other meanings: the part of a figure, a fence, a column, what a file holds."""
    other = {
        "data/text/corpus.py",
        "data/encodings.py",
        "data/fetch/hub_rows.py",
        "service/summary.py",
        "widgets/figures.py",
    }
    found = set()
    for file in modules():
        strings = {node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)}
        if strings & set(TASKS) and "tasks" not in file.relative_to(ROOT / "rnnlab").parts:
            found.add(str(file.relative_to(ROOT / "rnnlab")))
    assert found <= other


def test_roles_hold_in_every_column():
    """A page imports no torch; gradio is on pages, in their parts and nowhere else."""
    for file in modules():
        parts = file.relative_to(ROOT / "rnnlab").parts
        packages = {name.split(".")[0] for name in imported(file)}
        page = "page" in parts
        assert not (page and "torch" in packages), file
        assert page or parts[0] in {"widgets", "ui"} or not {"gradio", "plotly"} & packages, file


def test_no_floor_is_a_flat_folder():
    for folder in {file.parent for file in modules()}:
        assert len([file for file in folder.glob("*.py") if file.name != "__init__.py"]) <= 15, folder


def test_an_arrow_that_runs_upwards_is_found():
    file = ROOT / "rnnlab" / "data" / "files.py"
    assert broken_arrows(file, ["rnnlab.train.loop", "torch.nn"]) == ["data imports train", "data imports torch"]


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
