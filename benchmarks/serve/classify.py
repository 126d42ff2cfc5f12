"""Print how truly requests are told apart: which are searched, which passed through.

    python benchmarks/serve/classify.py [--errors] [--held-out]

The labelled requests are `requests.jsonl` beside this file: written for it, in the
shapes that clients send, by the author of the rules. The hash of its id puts each into
the half that rules are chosen by, or the half held out, of which errors are listed only
if asked for: what was looked at is no longer held out.

The first 265 were written before the rules. What a number of them says of requests that
nobody has thought of is less: later groups were each measured before a rule was changed
for them, and the prefix of the id says which. Of `f-`, `t-` and `u-`, which try to
mislead the rules, 22 of 36, 18 of 30 and 10 of 19 that were searched were tasks; of
`v-`, which does not, 10 of 10, and 10 of its 14 tasks were searched.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assay.bench.statistics import wilson
from assay.serve.classify import Classified, classify
from assay.serve.requests import Route
from assay.serve.wire.chat import chat_request

REQUESTS = Path(__file__).with_name("requests.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One request, what it is, and what was made of it."""

    id: str
    is_search: bool
    why: str
    got: Classified

    @property
    def held_out(self) -> bool:
        """Whether the hash of its id keeps it out of the choice of rules."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 1

    @property
    def searched(self) -> bool:
        """Whether it would be searched."""
        return self.got.route is Route.SEARCH


def labelled(path: Path = REQUESTS) -> tuple[Labelled, ...]:
    """Classify each labelled request, in their order."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return tuple(
        Labelled(
            id=row["id"],
            is_search=row["label"] == "search",
            why=row["why"],
            got=classify(chat_request(row["body"], {})),
        )
        for row in rows
    )


def share(name: str, n_right: int, n: int) -> str:
    """One share with its interval, in words."""
    if not n:
        return f"{name} of none"
    found = wilson(n_right, n)
    return f"{name} {found.value:.3f} ({found.low:.3f} to {found.high:.3f}, of {n})"


def told(name: str, some: Iterable[Labelled]) -> str:
    """Precision and recall of "search", in one line."""
    each = tuple(some)
    both = sum(one.searched and one.is_search for one in each)
    searched = sum(one.searched for one in each)
    wanted = sum(one.is_search for one in each)
    return (
        f"{name:<10} {len(each)} requests: {share('precision', both, searched)}, "
        f"{share('recall', both, wanted)}"
    )


def main() -> None:
    """Print the table, and the errors if they are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="list the errors")
    parser.add_argument("--held-out", action="store_true", help="of that half instead")
    options = parser.parse_args()
    all_of_them = labelled()
    print(told("to choose", (one for one in all_of_them if not one.held_out)))
    print(told("held out", (one for one in all_of_them if one.held_out)))
    print(told("all", all_of_them))
    for one in all_of_them if options.errors else ():
        if one.searched is not one.is_search and one.held_out is options.held_out:
            wanted = "search" if one.is_search else "pass"
            print(f"{one.id}: {wanted} ({one.why}); got {one.got.reason!r}")


if __name__ == "__main__":
    main()
