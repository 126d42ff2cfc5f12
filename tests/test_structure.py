"""What holds of the source itself: who imports whom, prompts, sizes, start-up."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from assay import inputs, planning, repair, routing, selection
from assay.prompts import placeholders, render

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "assay"
MOST_LINES = 400

BASE = {"types", "errors", "concurrency", "database", "prompts"}
ROOMS = {
    "models",
    "problems",
    "planning",
    "sampling",
    "inputs",
    "judging",
    "selection",
    "repair",
    "routing",
    "memory",
}
HALLWAY = {
    "budget", "trace", "telling", "pool", "evidence", "trying", "conclusion", "solve",
    "config",
}  # fmt: skip
MAY_IMPORT: dict[str, set[str]] = {
    "types": set(),
    "errors": set(),
    "concurrency": set(),
    "database": set(),
    "prompts": {"errors"},
    "budget": BASE,
    # a trace shows a value as a verdict does, however long or deep it is
    "trace": BASE | {"judging"},
    "telling": {"trace"},
    "config": {"errors"},
    # the settings say which model to open, and the folder of its file
    "models": BASE | {"config"},
    "problems": BASE,
    # a plan is made for the same task text, with seeds a sample's stride apart
    "planning": BASE | {"sampling"},
    "sampling": BASE,
    # inputs and predictions are asked for as samples are, and read with their parser
    "inputs": BASE | {"sampling"},
    "judging": BASE,
    # a question about an output shows the problem as a sample's prompt does
    "selection": BASE | {"sampling"},
    # a repair is one more sample: the same task text, the same extraction; a
    # counterexample compares and shows two answers as a verdict does
    "repair": BASE | {"sampling", "judging"},
    # which arm and which task comes next is computed from counts alone
    "routing": BASE,
    # what is learnt of graded answers is the same whichever room made them
    "memory": BASE,
    # a pool runs samples and repairs on inputs, and knows equal ones by their form
    "pool": BASE | {"trace", "sampling", "repair", "inputs"},
    "conclusion": BASE | {"budget", "pool", "trace"},
    # a prediction that contradicts the leader may lead to its repair
    "evidence": BASE | {"pool", "trace", "repair"},
    # an arm is a plan, a sample or a repair, chosen by the router
    "trying": BASE | ROOMS | {"pool", "trace"},
    "solve": BASE | ROOMS | (HALLWAY - {"solve", "config"}),
    "bench": BASE | ROOMS | HALLWAY,
    "report": {"types"},
    "serve": BASE | ROOMS | HALLWAY | {"report"},
    "cli": BASE | ROOMS | HALLWAY | {"bench", "report", "serve"},
    "__main__": {"cli"},
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        yield parts[0], path


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """The rooms that a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            names = [node.module or ""]
            if node.module == "assay":
                names = [f"assay.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith("assay."):
                yield name.split(".")[1], node.lineno


def test_imports_point_one_way() -> None:
    for room, path in modules():
        if room == "__init__":
            continue
        for target, line in imported(path):
            if target.startswith("__"):
                continue
            allowed = target == room or target in MAY_IMPORT[room]
            assert allowed, f"{path.name}: {room} imports {target} on line {line}"


def test_every_prompt_is_used_with_exactly_its_words() -> None:
    used: dict[str, set[str]] = {}
    for _, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "render"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                words = {keyword.arg or "" for keyword in node.keywords}
                name = str(node.args[0].value)
                assert words == placeholders(name), f"{name} in {path.name}"
                used.setdefault(name, set()).update(words)
    files = {path.stem for path in (SOURCE / "prompts").glob("*.md")}
    assert used.keys() == files


def test_a_prompt_that_is_filled_wrongly_says_which_words() -> None:
    from assay.errors import PromptError

    with pytest.raises(PromptError, match=r"missing \['facts'.*not used \['fact'\]"):
        render("repair", fact="", task="", code="")
    with pytest.raises(PromptError, match="no prompt file 'nothing.md'"):
        render("nothing")


@pytest.mark.parametrize("room", [inputs, planning, repair, routing, selection])
def test_every_technique_has_its_row_in_the_documentation(room: ModuleType) -> None:
    documented = (ROOT / "docs" / "techniques.md").read_text(encoding="utf-8")
    for name in room.TECHNIQUES:
        assert f"| `{name}` |" in documented


@pytest.mark.parametrize("room", [inputs, planning, repair, selection])
def test_every_file_with_a_function_of_its_name_is_a_technique(
    room: ModuleType,
) -> None:
    apart = {"seeds", "separating_input"}  # a helper, and one that asks a model
    for module in pkgutil.iter_modules(room.__path__):
        path = f"{room.__name__}.{module.name}"
        if hasattr(importlib.import_module(path), module.name):
            assert module.name in {*room.TECHNIQUES, *apart}, path
            assert module.name in {*room.__all__, *apart}, path


def test_no_file_is_long() -> None:
    for folder in ("src", "tests", "benchmarks", "scripts"):
        for path in (ROOT / folder).rglob("*.py"):
            n_lines = len(path.read_text(encoding="utf-8").splitlines())
            assert n_lines <= MOST_LINES, f"{path} has {n_lines} lines"


def test_import_is_silent_and_loads_nothing_heavy() -> None:
    program = (
        "import sys, assay, assay.cli; "
        "heavy = {'httpx2', 'rich', 'anyio', 'pytest', 'sqlite3', 'asyncio'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "HOME": "/nonexistent"},
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == [b"[]"]
    assert done.stderr == b""
