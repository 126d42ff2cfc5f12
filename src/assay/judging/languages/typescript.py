"""TypeScript: types checked and compiled by tsc, run on Node."""

from __future__ import annotations

import shutil
from pathlib import Path

from assay.judging.languages.finding import first_line, is_system
from assay.judging.languages.javascript import (
    ENVIRONMENT,
    EXTRA_PROCESSES,
    OUT_OF_MEMORY,
    OVERHEAD_MB,
    RUN,
    find_node,
)
from assay.judging.languages.language import Language, MemoryBound, Toolchain, named

HELLO = """\
import * as fs from "fs";
const [a, b]: number[] = fs.readFileSync(0, "utf8").split(/\\s+/).map(Number);
console.log(a + b);
"""
GREEDY = """\
import * as fs from "fs";
const word: string = fs.readFileSync(0, "utf8").trim();
let n: number = 0;
while (word === "loop") n++;
const parts: number[][] = [];
for (;;) parts.push(new Array(1 << 17).fill(n++));
"""
# Where the types of Node are not installed its names exist and have any type, so that
# an honest program is not refused for what this computer lacks.
_NAMES = (
    "console process require module exports Buffer global performance setTimeout "
    "clearTimeout setInterval clearInterval setImmediate TextDecoder TextEncoder URL "
    "queueMicrotask structuredClone __dirname __filename"
)
_AMBIENT = (
    f"{''.join(f'declare var {name}: any;' for name in _NAMES.split())}"
    + """
declare type Buffer = any;
declare namespace NodeJS {
  type Timeout = any; type ReadStream = any; type Process = any;
}
declare module "readline" {
  export type Interface = any; export type ReadLine = any;
  export const createInterface: any; export const promises: any;
  const all: any; export default all;
}
declare module "*";
"""
)


def _find(language: Language) -> Toolchain | None:
    node, given = find_node(language), shutil.which("tsc")
    if node is None or given is None:
        return None
    compiler = Path(given).resolve()
    version = first_line(dict(node.tools)["node"], str(compiler), "--version")
    package = compiler.parent.parent
    if version is None or not (package / "package.json").is_file():
        return None
    types = _types_of_node(package.parent)
    shown = [] if is_system(package) else [str(package)]
    flags: tuple[str, ...] = ("ambient.d.ts",)
    if types is not None:
        flags = ("--types", "node", "--typeRoots", str(types))
        shown += [] if is_system(types) else [str(types)]
        undici = types.parent / "undici-types"
        shown += [str(undici)] if undici.is_dir() and not is_system(undici) else []
    return Toolchain(
        tools=(("tsc", str(compiler)), *node.tools),
        version=version,
        folders=(*node.folders, *shown),
        flags=flags,
    )


def _types_of_node(beside: Path) -> Path | None:
    """The folder `@types` with the types of Node, where it is installed."""
    for folder in (beside, Path("/usr/share/nodejs"), Path("/usr/lib/node_modules")):
        if (folder / "@types" / "node" / "package.json").is_file():
            return folder / "@types"
    return None


TYPESCRIPT = Language(
    name="typescript",
    aliases=("ts",),
    suffixes=(".ts",),
    package="node-typescript",
    tools=("tsc", "node"),
    find=_find,
    layout=named("main.ts"),
    compile=(
        *("{node}", "{tsc}", "--target", "es2022", "--lib", "es2022"),
        *("--module", "commonjs", "--moduleDetection", "force", "--skipLibCheck"),
        *("--esModuleInterop", "--noEmitOnError", "--pretty", "false", "{source}"),
    ),
    extra_files=(("ambient.d.ts", _AMBIENT),),
    artifacts=("main.js",),
    run=RUN,
    environment=ENVIRONMENT,
    memory=MemoryBound.NONE,
    overhead_mb=OVERHEAD_MB,
    extra_processes=EXTRA_PROCESSES,
    out_of_memory=OUT_OF_MEMORY,
    compile_cpu_s=60.0,
    hello=HELLO,
    greedy=GREEDY,
)
