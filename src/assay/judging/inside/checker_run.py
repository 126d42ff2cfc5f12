"""Starts a user's checker program with its files, as contest systems do.

On standard input come the program, the convention, its arguments, and the input, the
expected and the given output, as JSON. The program is `__main__`; its exit status is
what this process ends with. By the convention `files` it sees `argv = [itself, input,
expected, output]` and an empty standard input; by `icpc`, `argv = [itself, input,
expected, feedback/]` and the given output on standard input, a file as all others.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from typing import Any

_FEEDBACK = "feedback" + os.sep  # validators put a name right behind it


def main() -> None:
    """Write the files and become the program."""
    given: dict[str, Any] = json.load(sys.stdin)
    os.chdir(tempfile.mkdtemp())
    os.mkdir(_FEEDBACK)  # noqa: PTH102 (a bare name, in a bare sandbox)
    for name in ("input", "expected", "output", "empty"):
        with open(name, "wb") as file:  # noqa: PTH123
            file.write(given.get(name, "").encode("utf-8", "surrogatepass"))
    is_icpc = given["convention"] == "icpc"
    use_as_stdin("output" if is_icpc else "empty")
    third = _FEEDBACK if is_icpc else "output"
    sys.argv = ["checker.py", "input", "expected", third, *given["args"]]
    names: dict[str, Any] = {"__name__": "__main__", "__file__": "checker.py"}
    exec(compile(given["source"], "checker.py", "exec", dont_inherit=True), names)


def use_as_stdin(name: str) -> None:
    """Make a file what descriptor 0 and `sys.stdin` read, from its start."""
    file = os.open(name, os.O_RDONLY)
    os.dup2(file, 0)
    os.close(file)
    sys.stdin = io.TextIOWrapper(
        open(0, "rb", closefd=False),  # noqa: PTH123, SIM115 (it is left open)
        encoding="utf-8",
        errors="surrogateescape",
    )


if __name__ == "__main__":
    main()
