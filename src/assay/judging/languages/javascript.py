"""JavaScript, on Node."""

from __future__ import annotations

import shutil

from assay.judging.languages.finding import first_line, folders_of, output_of
from assay.judging.languages.language import Language, MemoryBound, Toolchain, named

HELLO = """\
const [a, b] = require("fs").readFileSync(0, "utf8").split(/\\s+/).map(Number);
console.log(a + b);
"""
GREEDY = """\
const word = require("fs").readFileSync(0, "utf8").trim();
let n = 0;
while (word === "loop") n++;
const parts = [];
for (;;) parts.push(new Array(1 << 17).fill(n++));
"""

RUN = (
    "{node}",
    *("--max-old-space-size={memory_mb}", "--stack-size=32000", "main.js"),
)
# What it starts with its event loop; the filter ends a program that calls io_uring.
ENVIRONMENT = (("UV_USE_IO_URING", "0"), ("UV_THREADPOOL_SIZE", "2"))
OUT_OF_MEMORY = ("JavaScript heap out of memory", "Array buffer allocation failed")
OVERHEAD_MB, EXTRA_PROCESSES = 128, 24


def find_node(language: Language) -> Toolchain | None:
    """A `node` on the path may stand for another: ask it which program it is."""
    given = shutil.which("node")
    program = (
        (output_of(given, "-p", "process.execPath") or "").strip() if given else ""
    )
    version = first_line(program, "--version") if program else None
    if version is None:
        return None
    return Toolchain(
        tools=(("node", program),), version=version, folders=folders_of(program)
    )


JAVASCRIPT = Language(
    name="javascript",
    aliases=("js", "node", "nodejs"),
    suffixes=(".js", ".mjs"),
    package="nodejs",
    tools=("node",),
    find=find_node,
    layout=named("main.js"),
    compile=("{node}", "--check", "{source}"),
    artifacts=("main.js",),
    run=RUN,
    environment=ENVIRONMENT,
    memory=MemoryBound.NONE,
    overhead_mb=OVERHEAD_MB,
    extra_processes=EXTRA_PROCESSES,
    out_of_memory=OUT_OF_MEMORY,
    hello=HELLO,
    greedy=GREEDY,
)
