"""Write the page of results from what `replay.py` and `techniques.py` found.

    python benchmarks/search/page.py search.json [--techniques techniques.json]

The page's numbers come from the files alone, so that it can be made again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sets import HALVES

SETS = ("humanevalplus", "mbppplus", "stdin", "calls")
TARGETS = (
    ("diff_vs_bon_pooled_pp", "points against best-of-N that pays for all N", "+2"),
    ("diff_vs_lazy_bon_pooled_pp", "points against one that stops", "+2"),
    ("tokens_ratio_at_bon_accuracy", "tokens for the accuracy of the first", "0.5"),
    ("tokens_ratio_at_lazy_bon_accuracy", "and of the second", "0.5"),
    ("failures_fixed_net_humanevalplus", "failures fixed, net, HumanEval+", "0.45"),
    ("selection_efficiency_humanevalplus", "selection efficiency, HumanEval+", "0.90"),
    ("selection_efficiency_mbppplus", "selection efficiency, MBPP+", "0.80"),
    ("ece", "calibration error, 10 bins", "at most 0.05"),
    ("ece_of_the_prior", "calibration error of the prior", ""),
    ("log_loss_by_tail", "log loss more, by the tail of log-probabilities", ""),
    ("precision_surest_half", "precision of the surest half", "0.97"),
    ("harm", "harm", "at most 0.02"),
)
CURVE = (
    "single",
    "bon:4",
    "bon:8",
    "bon:16",
    "lazy bon:4",
    "lazy bon:8",
    "lazy bon:16",
)


def page(search: dict[str, Any], techniques: dict[str, Any]) -> Iterator[str]:
    """The tables, a line each."""
    for model, halves in search.items():
        told = [halves.get(half) or {} for half in reversed(HALVES)]
        if not all(told):
            continue
        n = told[0]["n_samples"]
        yield f"## {model}, pools of {n}"
        yield ""
        yield "| | target | half to report on (95 %) | half to choose by (95 %) |"
        yield "|---|---|---|---|"
        for key, name, target in TARGETS:
            cells = " | ".join(_cell(each, key) for each in told)
            yield f"| {name} | {target} | {cells} |"
        ps = " | ".join(f"p = {h['mcnemar_p_vs_bon_pooled']:.2g}" for h in told)
        yield f"| `assay:{n}` against best of {n}, recorded order, McNemar | | {ps} |"
        yield ""
        yield from _sets(told[0])
        yield from _arms(told)
    for model, half, found in (
        (model, half, found)
        for model, halves in techniques.items()
        for half, found in halves.items()
    ):
        yield f"## What each technique adds: {model}, the half {half}"
        yield ""
        yield "| compared | tasks | points (95 %) | won, lost | tokens a task |"
        yield "|---|---|---|---|---|"
        for name, each in found.items():
            low, high = each["ci_pp"]
            yield (
                f"| {name} | {each['n']} | {each['effect_pp']:+.1f} ({low:+.1f} to "
                f"{high:+.1f}) | {each['won']}, {each['lost']} | {each['tokens']:+,} |"
            )
        yield ""


def _cell(half: dict[str, Any], key: str) -> str:
    value = half.get(key)
    if value is None:
        return "not measured"
    if key.endswith("_pp"):
        low, high = half[f"{key[:-3]}_ci_low_pp"], half[f"{key[:-3]}_ci_high_pp"]
        return f"{value:+.1f} ({low:+.1f} to {high:+.1f})"
    low, high = half[f"{key}_ci"]
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _sets(half: dict[str, Any]) -> Iterator[str]:
    yield "| half to report on | tasks | single | best-of-N | that stops | `assay` |"
    yield "|---|---|---|---|---|---|"
    for name in SETS:
        if half.get(f"n_{name}"):
            cells = " | ".join(
                f"{100 * half[f'{arm}_{name}']:.1f} %, "
                f"{half[f'{arm}_tokens_{name}']:,} tokens"
                for arm in ("single", "bon", "lazy_bon", "assay")
            )
            yield f"| {name} | {half[f'n_{name}']} | {cells} |"
    yield ""


def _arms(halves: list[dict[str, Any]]) -> Iterator[str]:
    yield "| without tokens, against `soft_vote` over all | report on | choose by |"
    yield "|---|---|---|"
    for key in ("against_soft_vote_pp", "against_the_ladder_pp"):
        for arm in halves[0][key]:
            cells = " | ".join(
                "{:+.1f} ({:+.1f} to {:+.1f}), {:+,} tokens".format(*half[key][arm])
                for half in halves
            )
            yield f"| {arm} | {cells} |"
        if key == "against_soft_vote_pp":
            yield ""
            yield "| how it stops, against its own way | report on | choose by |"
            yield "|---|---|---|"
    yield ""
    yield "| tokens for the accuracy of best of N, in its own | report on | choose by |"
    yield "|---|---|---|"
    for label in halves[0]["tokens_ratio_when_sure"]:
        cells = " | ".join(
            f"{half['tokens_ratio_when_sure'][label]:.2f}" for half in halves
        )
        yield f"| {label} | {cells} |"
    yield ""
    yield "| one budget for all tasks against equal ceilings | report on | choose by |"
    yield "|---|---|---|"
    for ceiling in halves[0]["pooled_budget_pp"]:
        cells = " | ".join(
            "{:+.1f} ({:+.1f} to {:+.1f}), {:+,} tokens".format(
                *half["pooled_budget_pp"][ceiling]
            )
            for half in halves
        )
        yield f"| {ceiling} | {cells} |"
    yield ""
    yield "| arm | half to report on | | half to choose by | |"
    yield "|---|---|---|---|---|"
    for arm in halves[0]["arms"]:
        if ":" in arm and not arm.startswith("assay:") and arm not in CURVE:
            continue
        cells = " | ".join(
            f"{100 * half['arms'][arm][0]:.1f} % | {half['arms'][arm][1]:,}"
            for half in halves
        )
        yield f"| {arm} | {cells} |"
    yield ""


def main() -> None:
    """Read the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("search", type=Path)
    parser.add_argument("--techniques", type=Path)
    words = parser.parse_args()
    search = json.loads(words.search.read_text())
    techniques = json.loads(words.techniques.read_text()) if words.techniques else {}
    sys.stdout.write("\n".join(page(search, techniques)))


if __name__ == "__main__":
    main()
