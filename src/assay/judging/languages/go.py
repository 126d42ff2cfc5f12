"""Go, without modules, cgo or a network."""

from __future__ import annotations

import shutil
from pathlib import Path

from assay.judging.languages.finding import first_line, folders_of, output_of
from assay.judging.languages.language import Language, MemoryBound, Toolchain, named

HELLO = """\
package main

import "fmt"

func main() {
	var a, b int
	fmt.Scan(&a, &b)
	fmt.Println(a + b)
}
"""
GREEDY = """\
package main

import "fmt"

func main() {
	var word string
	fmt.Scan(&word)
	n := 0
	for word == "loop" {
		n++
	}
	parts := [][]byte{}
	for {
		part := make([]byte, 1<<20)
		for i := range part {
			part[i] = 1
		}
		parts = append(parts, part)
	}
}
"""


def _find(language: Language) -> Toolchain | None:
    """A `go` on the path may stand for another: ask it where its tree lies."""
    given = shutil.which("go")
    root = (output_of(given, "env", "GOROOT") or "").strip() if given else ""
    program = Path(root) / "bin" / "go"
    version = first_line(str(program), "version") if root else None
    if version is None:
        return None
    return Toolchain(
        tools=(("go", str(program)),),
        version=version,
        folders=folders_of(str(program)),
        environment=(("GOROOT", root),),
    )


GO = Language(
    name="go",
    aliases=("golang",),
    suffixes=(".go",),
    package="golang-go",
    tools=("go",),
    find=_find,
    layout=named("main.go"),
    compile=("{go}", "build", "-ldflags=-s -w", "-o", "main", "{source}"),
    artifacts=("main",),
    run=("./main",),
    environment=(
        ("GO111MODULE", "off"),
        ("GOCACHE", "/tmp/go-cache"),
        ("GOENV", "off"),
        ("GOFLAGS", ""),
        ("GOPROXY", "off"),
        ("GOTOOLCHAIN", "local"),
        ("GOTELEMETRY", "off"),
        ("CGO_ENABLED", "0"),
    ),
    memory=MemoryBound.DATA,
    overhead_mb=96,  # it takes memory by 64 MB
    extra_processes=16,
    out_of_memory=("error: out of memory", "runtime: out of memory", "cannot allocate"),
    compile_cpu_s=90.0,  # from 1.20 on the library is compiled too
    hello=HELLO,
    greedy=GREEDY,
)
