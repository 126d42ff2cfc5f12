"""Whether a run may be quoted, and what may be claimed of it in two sentences."""

from __future__ import annotations

from collections.abc import Sequence

from assay.bench.paired import arms_of, has_pending
from assay.types.results import ArmSummary, Attempt, Comparison, Leak


def main_arm(arms: Sequence[str]) -> str:
    """The arm that the others are compared with: `assay`, or else the last one.

    >>> main_arm(["single", "assay", "assay:-repair"]), main_arm(["single", "bon:8"])
    ('assay', 'bon:8')
    """
    return "assay" if "assay" in arms else arms[-1]


def status_of(
    attempts: Sequence[Attempt],
    leaks: Sequence[Leak] = (),
    *,
    n_expected: int | None = None,
) -> str:
    """Whether the run may be quoted: complete, incomplete or invalid.

    Args:
        n_expected: Attempts that the run is to have, over all arms, tasks and seeds.
            Without it, those that it must have for every arm to have the same.
    """
    if leaks:
        return "invalid"
    arms = arms_of(attempts)
    if n_expected is None:
        n_expected = len({(a.task, a.seed) for a in attempts}) * len(arms)
    pending = any(has_pending(attempts, arm) for arm in arms)
    whole = attempts and len(attempts) >= n_expected and not pending
    return "complete" if whole else "incomplete"


def headline(
    *,
    status: str,
    arms: Sequence[ArmSummary],
    comparisons: Sequence[Comparison],
    leaks: Sequence[Leak] = (),
    n_expected: int | None = None,
) -> str:
    """What may be claimed of the whole run, in one or two sentences.

    The main arm is set against the strongest other one, not the one it beats best.
    """
    if status == "invalid":
        return _invalid(leaks)
    if status == "incomplete":
        return _incomplete(arms, n_expected)
    scored = {arm.arm: arm for arm in arms}
    main = scored[main_arm(list(scored))]
    assert main.score is not None  # the run is complete
    seeds = f", mean of {main.n_seeds} seeds" if main.n_seeds > 1 else ""
    solved = (
        f"{main.arm} solved {100 * main.score.value:.1f} % of {main.n_tasks} tasks "
        f"(95 % interval {100 * main.score.low:.1f} to {100 * main.score.high:.1f}"
        f"{seeds})."
    )
    own = [c for c in comparisons if c.a == main.arm]
    rivals = [c for c in own if not c.b.startswith("assay:")] or own
    if not rivals:
        return f"{solved} No other arm was run, so nothing is compared."
    strongest = min(rivals, key=lambda comparison: comparison.difference.value)
    return f"{solved} {strongest.words}"


def _invalid(leaks: Sequence[Leak]) -> str:
    if not leaks:
        return "INVALID: no score of this run may be quoted."
    first = leaks[0]
    places = "1 place" if len(leaks) == 1 else f"{len(leaks)} places"
    return (
        f"INVALID: text of hidden cases was found in {places} where none may be, first "
        f"in a {first.where} of {first.arm} on {first.task}. No score of this run may "
        "be quoted."
    )


def _incomplete(arms: Sequence[ArmSummary], n_expected: int | None) -> str:
    n_pending = sum(arm.n_pending for arm in arms)
    n_done = sum(arm.n_passed + arm.n_failed for arm in arms)
    n_all = max(n_expected or 0, n_done + n_pending)
    if not n_all:
        return "Nothing was run."
    n_missing = n_all - n_done - n_pending
    parts = [f"{n_pending} are pending"] if n_pending else []
    parts += [f"{n_missing} were not started"] if n_missing else []
    missing = " and ".join(parts) or "some arms lack tasks"
    return (
        f"INCOMPLETE: of {n_all} attempts {missing}. The run has no score until it is "
        "resumed and they are done."
    )
