"""Fuzz what reads a hostile program's words: the codec, the protocol, the checkers.

    python scripts/fuzz_judge.py --minutes 30
    python scripts/fuzz_judge.py --minutes 1 --only codec --seed 4711

The properties are those of tests/judging/fuzz_*.py. They are tried in rounds, each with
a seed of its own, so a run goes on where another ended with `--seed`. A failing input
is made as small as it gets and printed with its round's seed; the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.reporting import with_reporter
from hypothesis.strategies import SearchStrategy

TARGETS = ("codec", "checkers", "protocol")


def main() -> None:
    """Try all properties until the time is over; say what was tried and what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0, help="of the first round")
    parser.add_argument("--only", choices=TARGETS, action="append", help="a target")
    args = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    targets = args.only or TARGETS
    modules = {name: import_module(f"judging.fuzz_{name}") for name in targets}
    until_s = time.monotonic() + args.minutes * 60
    tried = dict.fromkeys(targets, 0)
    n_failures = n_rounds = 0
    with ExitStack() as stack:
        if "protocol" in modules:
            stack.enter_context(modules["protocol"].opened())
        while time.monotonic() < until_s and not n_failures:
            for name, module in modules.items():
                for inputs, check, n_examples in module.PROPERTIES:
                    held = try_out(inputs, check, n_examples, args.seed + n_rounds)
                    n_failures += not held
                    tried[name] += n_examples
            n_rounds += 1
    counts = ", ".join(f"{n:,} {name}" for name, n in tried.items())
    print(
        f"tried: {counts}; {n_failures} failed; --seed {args.seed + n_rounds} is next"
    )
    sys.exit(1 if n_failures else 0)


def try_out(
    inputs: SearchStrategy[Any], check: Callable[[Any], None], n: int, number: int
) -> bool:
    """Try a property on the examples of one round; print where it fails."""
    round_ = settings(
        max_examples=n,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.normal,
        print_blob=False,
    )(seed(number)(given(inputs)(check)))
    lines: list[object] = []
    try:
        with with_reporter(lines.append):
            round_()
    except Exception:
        print(f"FAILED: {check.__module__}.{check.__name__}, --seed {number}")
        print(*lines, traceback.format_exc(), sep="\n")
        return False
    return True


if __name__ == "__main__":
    main()
