"""Starts a user's checker program with its three files, as contest systems do.

On standard input come the program, the input, the expected and the given output, as
JSON. The program sees `argv = [itself, input, expected, output]`, an empty standard
input, and is `__main__`; its exit status is what this process ends with.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from typing import Any


def main() -> None:
    """Write the files and become the program."""
    texts: dict[str, str] = json.load(sys.stdin)
    source = texts.pop("source")
    os.chdir(tempfile.mkdtemp())
    for name, text in texts.items():
        with open(name, "wb") as file:  # noqa: PTH123 (a bare name, in a bare sandbox)
            file.write(text.encode("utf-8", "surrogatepass"))
    sys.stdin = io.StringIO("")
    sys.argv = ["checker.py", "input", "expected", "output"]
    names: dict[str, Any] = {"__name__": "__main__", "__file__": "checker.py"}
    exec(compile(source, "checker.py", "exec", dont_inherit=True), names)


if __name__ == "__main__":
    main()
