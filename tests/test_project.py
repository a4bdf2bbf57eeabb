"""What holds the project's papers together: pins, front matter, links."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from rnnlab.version import __version__

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
FRONT_MATTER = yaml.safe_load(README.split("---\n")[1])


def pins(name: str = "requirements.txt") -> dict[str, str]:
    lines = [line for line in (ROOT / name).read_text().splitlines() if "==" in line]
    return {re.split(r"\[|==", line)[0]: line.split("==")[1] for line in lines}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_every_requirement_is_pinned_exactly():
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            assert not line or line.startswith(("#", "-r ")) or re.fullmatch(r"[\w.\-\[\]]+==[\w.]+", line), line


def test_a_space_has_what_the_library_needs_and_prices_by_ticker():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["yahoo"]]
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert sorted(wanted) == sorted(line for line in lines if "==" in line)


def test_the_space_runs_the_gradio_that_is_pinned():
    assert FRONT_MATTER["sdk"] == "gradio"
    assert FRONT_MATTER["sdk_version"] == pins()["gradio"]
    assert (ROOT / FRONT_MATTER["app_file"]).is_file()


def test_the_installed_command_is_the_module():
    script = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]["rnnlab"]
    module, function = script.split(":")
    started = f"from {module} import {function}; {function}()"
    done = subprocess.run([sys.executable, "-c", started, "--version"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"{__version__}\n")


def test_the_front_matter_holds_what_a_space_needs():
    assert FRONT_MATTER["hf_oauth"] is True
    assert FRONT_MATTER["hf_oauth_scopes"] == ["contribute-repos", "jobs"]
    assert FRONT_MATTER["python_version"] == "3.12.12"
    assert FRONT_MATTER["license"] == "mit"
    assert 0 < len(FRONT_MATTER["short_description"]) <= 60
    assert "rnnlab" in FRONT_MATTER["tags"]


def test_the_space_and_the_library_ask_for_pythons_that_fit():
    library = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert library["requires-python"] == ">=3.11"
    assert tuple(map(int, FRONT_MATTER["python_version"].split(".")[:2])) >= (3, 11)


def test_an_installed_library_holds_every_package_and_the_bundled_data():
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {file.parent.relative_to(ROOT) for file in (ROOT / "rnnlab").rglob("__init__.py")}
    assert set(tool["packages"]) == {".".join(folder.parts) for folder in folders} | {"rnnlab.bundled"}
    assert tool["package-dir"] == {"rnnlab.bundled": "data"}
    patterns = tool["package-data"]["rnnlab.bundled"]
    for file in ("catalog.json", "prices/AAPL.csv", "checkpoints/stocks/model.safetensors"):
        assert any(Path(file).match(pattern) for pattern in patterns)


def test_the_version_has_its_entry_in_the_changelog():
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_two_commands_are_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    for command in re.findall(r"^make (\w+)", "\n".join(blocks("sh")), re.MULTILINE):
        assert f"\n{command}:" in makefile


def test_every_link_within_the_papers_leads_somewhere():
    for paper in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", paper.read_text()):
            if "://" not in target:
                assert (paper.parent / target).exists(), f"{paper.name} links to {target}"
