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
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.reporting import with_reporter
from hypothesis.strategies import SearchStrategy

TARGETS = {"codec": 300, "checkers": 300, "protocol": 8}
"""Each with its examples in a round, for a round of some seconds."""

Property = tuple[SearchStrategy[Any], Callable[[Any], None]]


def main() -> None:
    """Try all properties until the time is over; say what was tried and what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0, help="of the first round")
    parser.add_argument("--only", choices=TARGETS, action="append", help="a target")
    args = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    targets = args.only or list(TARGETS)
    fuzzed = {
        name: import_module(f"judging.fuzz_{name}").PROPERTIES for name in targets
    }
    until_s = time.monotonic() + args.minutes * 60
    tried = dict.fromkeys(targets, 0)
    n_failures, number = 0, args.seed
    for number in count(args.seed):
        for name, properties in fuzzed.items():
            for each in properties:
                n_failures += not holds(each, name, number)
                tried[name] += TARGETS[name]
        if time.monotonic() > until_s or n_failures:
            break
    counts = ", ".join(f"{n:,} {name}" for name, n in tried.items())
    print(f"tried: {counts}; {n_failures} failures; go on with --seed {number + 1}")
    sys.exit(1 if n_failures else 0)


def holds(property_: Property, target: str, number: int) -> bool:
    """Try a property on the examples of one round; print where it fails."""
    inputs, check = property_
    round_ = settings(
        max_examples=TARGETS[target],
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
        print(f"FAILED: {target}, {check.__name__}, --seed {number}")
        print(*lines, traceback.format_exc(), sep="\n")
        return False
    return True


if __name__ == "__main__":
    main()
