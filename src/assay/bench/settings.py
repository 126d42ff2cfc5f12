"""What a run is: everything that its numbers depend on, stored with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from assay.bench.arms import Arm
from assay.bench.selection import Chosen
from assay.budget import Limit
from assay.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """The settings of one run. A resumed run takes them from its own folder."""

    dataset: str  # the path, absolute
    arms: tuple[Arm, ...]
    chosen: Chosen = Chosen()
    seeds: int = 1
    first_seed: int = 0
    limit: Limit = Limit()  # the ceiling of every attempt, whichever arm
    pool_tokens: int | None = None  # for all tasks of an arm and seed together
    match: str | None = None  # arms without a number spend what this one did
    temperature: float = 0.7
    top_p: float = 0.95
    max_tokens: int = 1024
    n_max: int = 16
    n_inputs: int = 30
    stop_at: float = 0.85
    sure_at: float = 0.85
    grade_candidates: bool = True  # for pass@k, which is an oracle's number

    def as_json(self) -> dict[str, Any]:
        """Plain data, that `read_settings` reads."""
        return asdict(self)


def read_settings(told: dict[str, Any]) -> RunSettings:
    """Read the settings of a stored run.

    Raises:
        UsageError: they are of another version of assay.
    """
    known = {each.name for each in fields(RunSettings)}
    if unknown := sorted(told.keys() - known):
        raise UsageError(
            f"the run has the setting {unknown[0]!r}, which is not known here; "
            "use the version of assay that began it"
        )
    arms = tuple(
        Arm(
            **{
                **arm,
                "command": tuple(arm["command"]),
                "without": tuple(arm["without"]),
            }
        )
        for arm in told["arms"]
    )
    ids = told["chosen"]["ids"]
    chosen = Chosen(
        **{**told["chosen"], "ids": tuple(ids) if ids is not None else None}
    )
    limit = Limit(**told["limit"])
    return RunSettings(**{**told, "arms": arms, "chosen": chosen, "limit": limit})


def dataset_path(settings: RunSettings) -> Path:
    """Where the dataset lies."""
    return Path(settings.dataset)
