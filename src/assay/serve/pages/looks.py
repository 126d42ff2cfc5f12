"""What the pages show beside the server itself. The command line gives it to them.

Runs, checks of the computer and stored models belong to rooms that a server does not
know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from assay.types.results import RunReport, SolveRecord


class Finding(Protocol):
    """One thing that was tried, as `assay doctor` tells it."""

    @property
    def name(self) -> str:
        """What."""
        ...

    @property
    def state(self) -> str:
        """One of: ok, warn, no, none."""
        ...

    @property
    def found(self) -> str:
        """What was found."""
        ...

    @property
    def mend(self) -> str:
        """The one thing to do about it; may be empty."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModel:
    """A model of the catalog or of the folder of models."""

    name: str
    title: str
    state: str  # "here", "can be pulled", or what is wrong with it
    size: str
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two arms, of one run or of two, on the tasks that both have."""

    report: RunReport  # of these two arms alone
    differing: tuple[tuple[str, str, str], ...]  # what, in the first, in the second


class Runs(Protocol):
    """The benchmark runs of a folder. Every method reads files and may take a while.

    All but `rows` raise `UsageError` where there is no such run, arm or attempt, and
    `AssayError` where it cannot be read.
    """

    @property
    def folder(self) -> str:
        """Where they are, for people."""
        ...

    def rows(self) -> Sequence[Mapping[str, Any]]:
        """Every run, newest first, as `assay bench list --json` has it."""
        ...

    def report(self, name: str) -> RunReport:
        """One run, analysed."""
        ...

    def solve(self, name: str, task: str, arm: str, seed: int) -> SolveRecord:
        """One attempt with its trace."""
        ...

    def compared(self, a: str, b: str) -> Compared:
        """Two runs by their main arms, or `RUN:ARM` each."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What there is to look at; a page says so where there is nothing."""

    runs: Runs | None = None
    doctor: Callable[[], Sequence[Finding]] | None = None
    models: Callable[[], Sequence[StoredModel]] | None = None
