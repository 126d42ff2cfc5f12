"""What the pages of a server show of other rooms: runs, checks, stored models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.errors import UsageError
from assay.models.catalog import CATALOG
from assay.models.opening import model_store
from assay.models.partial import gib
from assay.serve.pages.looks import Compared, Looks, StoredModel
from assay.types.results import Attempt, RunReport, SolveRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.bench.store import RunStore
    from assay.config import Config

Side = tuple[RunReport, str]  # a run, and one of its arms


def looks_of(config: Config) -> Looks:
    """What there is to look at with these settings."""
    from assay.cli.benching import runs_folder
    from assay.cli.checkup import checkup

    return Looks(
        runs=StoredRuns(runs_folder(config)),
        doctor=checkup,
        models=partial(stored_models, config),
    )


def stored_models(config: Config) -> tuple[StoredModel, ...]:
    """The models of the catalog and of the folder, as `assay model list` has them."""
    here = {model.name: model for model in model_store(config.model).list()}
    offered = {entry.name: entry for entry in CATALOG}
    found = []
    for name in dict.fromkeys([*offered, *here]):
        entry, model = offered.get(name), here.get(name)
        known = model.size_bytes if model else entry.shown_bytes if entry else 0
        found.append(
            StoredModel(
                name=name,
                title=entry.title if entry else "added by hand",
                state=(model.fault or "here") if model else "can be pulled",
                size=gib(known),
                is_default=name == config.model.model,
            )
        )
    return tuple(found)


class StoredRuns:
    """The runs of a folder, by their exact names: what a page asks for is no path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> str:
        """Where they are."""
        return str(self._folder)

    def rows(self) -> Sequence[Mapping[str, Any]]:
        """Every run, newest first."""
        from assay.bench.runs import list_runs

        return list_runs(self._folder)

    def report(self, name: str) -> RunReport:
        """One run, analysed."""
        from assay.bench.reporting import report_of

        with self._opened(name) as store:
            return report_of(store)

    def solve(self, name: str, task: str, arm: str, seed: int) -> SolveRecord:
        """One attempt with its trace."""
        from assay.bench.reporting import solve_records

        with self._opened(name) as store:
            found = next(solve_records(store, [(task, arm, seed)]), None)
        if found is None:
            raise UsageError(f"{name!r} has no answer of {arm!r} to {task!r}")
        return found

    def compared(self, a: str, b: str) -> Compared:
        """Two runs by their main arms, or by those that are named."""
        one, other = self._side(a), self._side(b)
        return Compared(report=_paired(one, other), differing=_differing(one, other))

    def _side(self, text: str) -> Side:
        from assay.bench.claims import main_arm

        name, _, arm = text.partition(":")
        report = self.report(name)
        arms = [each.arm for each in report.arms]
        if not arms:
            raise UsageError(f"the run {name!r} has no attempts yet")
        if arm and arm not in arms:
            raise UsageError(f"{name!r} has no arm {arm!r}; it has {', '.join(arms)}")
        return report, arm or main_arm(arms)

    @contextmanager
    def _opened(self, name: str) -> Iterator[RunStore]:
        from assay.bench.runs import check_name
        from assay.bench.store import RunStore

        folder = self._folder / check_name(name)
        if not (folder / "run.sqlite").is_file():
            raise UsageError(f"there is no run {name!r} in {str(self._folder)!r}")
        store = RunStore(folder, read_only=True)
        try:
            yield store
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            told = f"{type(error).__name__} {error}"
            raise UsageError(f"the run {name!r} cannot be read ({told})") from error
        finally:
            store.close()


def _paired(one: Side, other: Side) -> RunReport:
    """A report of the two arms alone, on the tasks and seeds that both have."""
    from assay.bench import summary

    names = _names(one, other)
    if names[0] == names[1]:
        raise UsageError(f"{names[0]} is the same on both sides; choose two")
    sides = [_attempts(*side) for side in (one, other)]
    common = frozenset.intersection(*(frozenset(map(_place, s)) for s in sides))
    attempts = tuple(
        replace(attempt, arm=name)
        for name, side in zip(names, sides, strict=True)
        for attempt in side
        if _place(attempt) in common
    )
    found = summary.compare(attempts, *names)
    n_left_out = sum(map(len, sides)) - len(attempts)
    left_out = f"{n_left_out} attempts have no partner in the other and are left out"
    first, second = one[0], other[0]
    return replace(
        first,
        run=" against ".join(names),
        status=max(first.status, second.status, key=_badness),
        headline=found.words,
        arms=summary.summarise(attempts),
        comparisons=(found,),
        steps=(),
        left_out=(),
        calibrations=summary.calibrations(attempts),
        attempts=attempts,
        leaks=first.leaks + second.leaks if first is not second else first.leaks,
        titles={**second.titles, **first.titles},
        warnings=(*_warnings(first, second), *([left_out] if n_left_out else [])),
    )


def _names(one: Side, other: Side) -> tuple[str, str]:
    """The arms' own names where that tells them apart, else as a's and b's."""
    if one[0].run == other[0].run:
        return one[1], other[1]
    return f"a: {one[1]}", f"b: {other[1]}"


def _attempts(report: RunReport, arm: str) -> list[Attempt]:
    return [attempt for attempt in report.attempts if attempt.arm == arm]


def _place(attempt: Attempt) -> tuple[str, int]:
    return attempt.task, attempt.seed


def _badness(status: str) -> int:
    return ["complete", "incomplete", "invalid"].index(status)


def _warnings(first: RunReport, second: RunReport) -> tuple[str, ...]:
    found = [f"{each.run}: {w}" for each in (first, second) for w in each.warnings]
    return tuple(dict.fromkeys(found))


def _differing(one: Side, other: Side) -> tuple[tuple[str, str, str], ...]:
    first, second = dict(one[0].provenance), dict(other[0].provenance)
    names = dict.fromkeys([*first, *second])
    pairs = ((name, first.get(name, ""), second.get(name, "")) for name in names)
    return tuple(pair for pair in pairs if pair[1] != pair[2])
