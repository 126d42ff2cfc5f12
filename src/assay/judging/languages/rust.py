"""Rust, one crate without dependencies."""

from __future__ import annotations

import shutil
from pathlib import Path

from assay.judging.languages.finding import (
    first_line,
    folders_of,
    output_of,
)
from assay.judging.languages.language import Language, Toolchain, named

HELLO = """\
use std::io::{self, Read};
fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let sum: i64 = text.split_whitespace().map(|w| w.parse::<i64>().unwrap()).sum();
    println!("{}", sum);
}
"""
GREEDY = """\
use std::io;
fn main() {
    let mut text = String::new();
    io::stdin().read_line(&mut text).unwrap();
    let mut n: u64 = 0;
    while text.trim() == "loop" { n = std::hint::black_box(n + 1); }
    let mut parts: Vec<Vec<u8>> = Vec::new();
    loop { parts.push(vec![1u8; 1 << 20]); }
}
"""


def _find(language: Language) -> Toolchain | None:
    """A `rustc` of rustup stands for another program: ask it where that lies."""
    given, linker = shutil.which("rustc"), shutil.which("cc")
    if given is None or linker is None:
        return None
    root = (output_of(given, "--print", "sysroot") or "").strip()
    program = Path(root) / "bin" / "rustc"
    version = first_line(str(program), "--version") if root else None
    if version is None:
        return None
    folders = {*folders_of(str(program)), *folders_of(linker)}
    return Toolchain(
        tools=(("rustc", str(program)), ("cc", linker)),
        version=version,
        folders=tuple(sorted(folders)),
    )


RUST = Language(
    name="rust",
    aliases=("rs",),
    suffixes=(".rs",),
    package="rustc",
    tools=("rustc", "cc"),
    find=_find,
    layout=named("main.rs"),
    compile=(
        "{rustc}",
        *("--edition=2021", "--crate-name=main", "--crate-type=bin", "--color=never"),
        *("--cap-lints=allow", "-Copt-level=2", "-Cdebuginfo=0", "-Cstrip=symbols"),
        *("-Clinker={cc}", "-o", "main", "{source}"),
    ),
    artifacts=("main",),
    run=("./main",),
    out_of_memory=("memory allocation of ",),
    hello=HELLO,
    greedy=GREEDY,
)
