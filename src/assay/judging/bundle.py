"""Makes one program text of the modules that run inside a sandbox."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from assay.types import TestStyle

_PACKAGE = "assay.judging.inside"
_START = """\
import sys, types
for _name, _source in {modules!r}:
    _module = types.ModuleType(_name)
    sys.modules[_name] = _module
    exec(compile(_source, "<" + _name + ">", "exec", dont_inherit=True), vars(_module))
"""

_TESTER = ("short", "values", "link", "proxies", "solution", "outcomes")
_RUNNERS = {
    TestStyle.ASSERTS: ("trees", "collect", "comparisons", "assert_run"),
    TestStyle.PYTEST: ("pytest_run",),
}


@cache
def candidate_program() -> str:
    """The candidate's end of a test run: defines `exchange(frame)`."""
    return _bundle("values", "objects") + f"from {_PACKAGE}.objects import exchange\n"


@cache
def tester_program(style: TestStyle) -> str:
    """The tests' end: runs what is in `params`, by `request`, then says `finish`."""
    runner = _RUNNERS[style][-1]
    return (
        _bundle(*_TESTER, *_RUNNERS[style])
        + f"from {_PACKAGE}.{runner} import run as _run\n"
        + "_run(params, request)\n"
        + "finish('done')\n"
    )


def _bundle(*names: str) -> str:
    folder = files(_PACKAGE)
    modules = [
        (f"{_PACKAGE}.{name}", (folder / f"{name}.py").read_text(encoding="utf-8"))
        for name in names
    ]
    return _START.format(modules=modules)
