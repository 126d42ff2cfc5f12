"""Runs rows of programs in one tier, and tells what came of each and what was logged.

As a script it reads `backend`, `require` and `rows` from its standard input, so that
another user can run it, or one who lacks what stronger tiers need.
"""

from __future__ import annotations

import json
import logging
import sys
from functools import partial
from typing import Any

import anyio

from assay.concurrency import gather
from assay.errors import AssayError
from assay.judging.executor import Executor
from assay.types import Limits


async def run(order: dict[str, Any]) -> dict[str, Any]:
    """Run them all, each on the input `2 3`."""
    heard: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("assay").addHandler(handler)
    opened = Executor.open(
        slots=2, backend=order["backend"], require=frozenset(order["require"])
    )
    try:
        async with opened as executor:
            runs = [partial(seen, executor, row) for row in order["rows"]]
            results = await gather(runs)
            held = executor.isolation
    except AssayError as error:
        return {"error": f"{type(error).__name__}: {error}", "logged": heard}
    return {
        "tier": held.tier,
        "guarantees": sorted(held.guarantees),
        "logged": heard,
        "seen": dict(zip([row["id"] for row in order["rows"]], results, strict=True)),
    }


async def seen(executor: Executor, row: dict[str, Any]) -> list[str]:
    """The status, what was printed, and the error's line."""
    limits = Limits(cpu_s=10.0, wall_s=30.0, memory_mb=256)
    (each,) = await executor.run_stdin(row["source"], ["2 3\n"], limits)
    return [str(each.status), each.stdout, each.error]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(anyio.run(run, json.load(sys.stdin))))
