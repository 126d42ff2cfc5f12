"""Makes one program text of the modules that run inside a sandbox."""

from __future__ import annotations

import binascii
import marshal
import zlib
from functools import cache
from importlib.resources import files

from assay.types import TestStyle

_PACKAGE = "assay.judging.inside"
_START = """\
import binascii, marshal, sys, types, zlib
for _name, _code in {modules!r}:
    _module = types.ModuleType(_name)
    sys.modules[_name] = _module
    exec(marshal.loads(zlib.decompress(binascii.a2b_base64(_code))), vars(_module))
"""

_TESTER = ("short", "values", "link", "proxies", "solution", "outcomes")
_RUNNERS = {
    TestStyle.ASSERTS: ("items", "trees", "comparisons", "assert_run"),
    TestStyle.PYTEST: ("pytest_run",),
    TestStyle.UNITTEST: ("trees", "comparisons", "unittest_run"),
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
    # As code objects: compiling their texts would take longer than most tests. The
    # sandbox runs the interpreter that we run in, so it reads what this one wrote.
    return _START.format(modules=[(f"{_PACKAGE}.{n}", _compiled(n)) for n in names])


def _compiled(name: str) -> bytes:
    source = (files(_PACKAGE) / f"{name}.py").read_text(encoding="utf-8")
    code = compile(source, f"<{name}>", "exec", dont_inherit=True, optimize=2)
    return binascii.b2a_base64(zlib.compress(marshal.dumps(code)))
