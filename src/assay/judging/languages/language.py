"""What a language is to the judge: how it is found, compiled and run, as data.

Nothing here runs a program of a candidate; `compiled` does, in a sandbox.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class MemoryBound(StrEnum):
    """Which of the kernel's limits holds one process; the judge bounds the tree."""

    ADDRESS_SPACE = "address_space"
    DATA = "data"  # for runtimes that reserve far more addresses than they use
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """A language's programs as they were found on this computer."""

    tools: tuple[tuple[str, str], ...]  # name and path, the first tells the version
    version: str
    folders: tuple[str, ...] = ()  # to show read-only, besides the system's
    flags: tuple[str, ...] = ()  # for the compiler, as this computer needs them
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the names in a command stand for, where a source text decides it."""

    source_file: str
    main: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A programming language other than the judge's own Python.

    Commands are words with names in braces: a tool, `source`, `main`, `memory_mb`.
    Every language has a `compile` step; where nothing is compiled it checks the
    syntax, so that a text which is no program is told from one that fails.
    """

    name: str
    aliases: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()  # of the names of files that are in it
    package: str  # the Debian package that brings it
    tools: tuple[str, ...]
    version_words: tuple[str, ...] = ("--version",)
    find: Callable[[Language], Toolchain | None]
    layout: Callable[[str], Layout]
    compile: tuple[str, ...]
    artifacts: tuple[str, ...]  # files that it leaves; all below it after a slash
    run: tuple[str, ...]
    extra_files: tuple[tuple[str, str], ...] = ()  # beside the source, to compile
    environment: tuple[tuple[str, str], ...] = ()
    memory: MemoryBound = MemoryBound.ADDRESS_SPACE
    overhead_mb: int = 0  # of the runtime, allowed besides the limit
    extra_processes: int = 0  # threads of the runtime: the kernel counts both alike
    out_of_memory: tuple[str, ...] = ()  # last words of a program that got none
    compile_cpu_s: float = 30.0
    hello: str  # reads two numbers and writes their sum
    greedy: str  # reads a word: at "memory" takes it all, at "loop" never ends


def named(source_file: str) -> Callable[[str], Layout]:
    """The layout of a language in which every program has the same file name."""

    def layout(source: str) -> Layout:
        return Layout(source_file=source_file)

    return layout
