"""Published test code -> a file of asserts that takes the solution's names.

Test code is written for the harness it was published with: it defines `check` and calls
nothing, loads the solution from a file, or runs its own functions. What of this would
make a right program fail here, or a wrong one pass, is put right by what the code
holds, not by which dataset it came from.
"""

from __future__ import annotations

import ast
import re

from assay.bench.datasets.parsing import parsed

_EXISTS = re.compile(r"def test_solution_exists.*?(?=\ndef )", re.DOTALL)
_LOADS_A_FILE = re.compile(
    r"\n( +)solution_path = Path\([^\n]*\n(?:(?!\n\n +# Get).)*exec_module\(solution\)",
    re.DOTALL,
)
_RUNS_ITSELF = "startswith('test')"


def asserts_file(source: str, entry_point: str, setup: str = "") -> str:
    r"""A row's test code, called and asserted, with the imports of its prelude.

    >>> source = "def check(candidate):\n    assert candidate(1) == 2"
    >>> print(asserts_file(source, "f"))
    <BLANKLINE>
    def check(candidate):
        assert candidate(1) == 2
    check(f)
    <BLANKLINE>
    """
    source = _LOADS_A_FILE.sub(r"\n\1import solution", _without_path(source))
    source = _with_own_runner(source)
    source = _asserting(source)
    is_called = re.search(r"^check\(", source, re.MULTILINE)
    if re.search(r"^def check\(", source, re.MULTILINE) and not is_called:
        source += f"\ncheck({entry_point})\n"
    return f"{imports_of(setup)}\n{source}"


def imports_of(setup: str) -> str:
    """What tests may use of a prelude: classes of it must be the solution's own."""
    if not setup.strip():
        return ""
    kinds = ast.Import | ast.ImportFrom | ast.Assign
    nodes = [node for node in parsed(setup).body if isinstance(node, kinds)]
    return "\n".join(ast.unparse(node) for node in nodes)


def _without_path(source: str) -> str:
    """Leave out the test that the solution's file exists: here it has none."""
    return _EXISTS.sub("", source) if _LOADS_A_FILE.search(source) else source


def _with_own_runner(source: str) -> str:
    """Rename parametrised functions that the file runs itself: they are no tests."""
    if _RUNS_ITSELF not in source:
        return source
    source = source.replace(_RUNS_ITSELF, "startswith('case_')")
    return re.sub(r"^def test", "def case_", source, flags=re.MULTILINE)


def _asserting(source: str) -> str:
    """Assert a comparison whose result the published code forgets (three of MBPP+)."""
    if "exact_match = " not in source or re.search(r"\bassert\b", source):
        return source
    return source.replace("exact_match = ", "assert ")
