"""Which tier of sandbox a computer gets: the strongest that holds when it is tried."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from functools import partial

from assay.errors import JudgeUnavailable, UsageError
from assay.judging import guarantees, selftest
from assay.judging.guarantees import BACKENDS, NAMESPACES, TIERS
from assay.judging.mending import nothing_held, of_one_tier
from assay.judging.pool import Pool
from assay.types import Isolation

_log = logging.getLogger(__name__)


async def strongest(
    pool_of: Callable[[str], Pool], backend: str, required: Collection[str]
) -> Isolation:
    """Try the tiers in their order, and say what the first that holds guarantees.

    A weaker tier than the first is warned of, and with what would mend it.

    Args:
        pool_of: Gives the slots of a tier.
        backend: `auto`, or the name of the one tier that will do.
        required: Guarantees without which no program is to run.

    Raises:
        UsageError: there is no such backend or guarantee.
        JudgeUnavailable: no tier holds, or none that guarantees what is required.
    """
    if backend not in {"auto", *TIERS, *BACKENDS}:
        names = ", ".join(("auto", *TIERS, *BACKENDS))
        raise UsageError(f"unknown sandbox backend {backend!r}; there are: {names}")
    _check_names(required)
    failures: list[str] = []
    for tier in TIERS if backend == "auto" else (backend,):
        pool = pool_of(tier)
        try:
            async with pool.slot() as slot:
                isolation = await pool.on(slot, partial(selftest.isolation_of, slot))
        except JudgeUnavailable as error:
            failures.append(of_one_tier(str(error)))
            continue
        require(isolation, required, failures[0] if failures else "")
        if tier != NAMESPACES and backend == "auto":
            _log.warning("programs run in the weaker sandbox %r: %s", tier, failures[0])
        return isolation
    raise JudgeUnavailable(nothing_held(failures))


def require(isolation: Isolation, required: Collection[str], why: str = "") -> None:
    """Refuse to go on without a guarantee.

    Args:
        isolation: What is had.
        required: Names of `guarantees.GUARANTEES`.
        why: Why no stronger tier is had, and what mends that.

    Raises:
        UsageError: one of them is unknown.
        JudgeUnavailable: one of them is not guaranteed here.
    """
    _check_names(required)
    lacking = guarantees.missing(isolation.guarantees, required)
    if lacking:
        names = ", ".join(map(repr, lacking))
        mend = why or "open it with a sandbox, or without requiring that"
        raise JudgeUnavailable(
            f"the sandbox {isolation.tier!r} does not guarantee {names}, which is "
            f"required; {mend}"
        )


def _check_names(required: Collection[str]) -> None:
    try:
        guarantees.missing((), required)
    except ValueError as error:
        raise UsageError(str(error)) from error
