"""The effect of each technique that asks the model, from the rows of `asked.py`.

    python benchmarks/search/techniques.py ASKED.jsonl.gz ... [--json FILE]

Each line compares two methods on the same tasks and the same samples, all of them, one
with the technique and one without: the difference in accuracy in points with its
interval over tasks, tasks won and lost, and the completion tokens a task that the
technique itself asked for. *Alone* means against the first program that passes what was
given, *composed* against the vote over self-made inputs. Both halves are told apart:
what is on by default is chosen on `choosing`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

from estimates import bootstrap
from execute import Row, read_rows
from pools import PooledTask, task_of
from sets import HALVES

from assay.bench.statistics import mcnemar
from assay.conclusion import nearest
from assay.selection import b4, by_validity, codet, most_passed, plurality, soft_vote
from assay.types import Call, Choice, Judged, Prediction, Problem

Select = Callable[[Problem, Sequence[Judged], Sequence[Prediction]], Choice]
N_PLANS = 4
WEIGHED = partial(soft_vote, prediction_weight=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A technique on one task: right with it and without, and what it cost there."""

    task: str
    with_it: float
    without: float
    tokens: float  # more than without it; less than 0 where it saves
    once: float | None = None  # `without` on the recorded order, where it is a mean


def first_in_play(
    problem: Problem, judged: Sequence[Judged], predictions: Sequence[Prediction] = ()
) -> Choice:
    """Best of N: no input is compared."""
    bare = [replace(each, observations=()) for each in judged]
    return plurality(problem, [replace(each, copies=1) for each in bare])


def answered(row: Row, places: Sequence[int], select: Select, said: Row | None) -> bool:
    """Whether the choice is right where only these inputs were run."""
    at = {place: number for number, place in enumerate(places)}
    seen: list[Row] = []
    for program in row["programs"]:
        keys = program["keys"]
        kept = [keys[place] for place in places] if keys else []
        seen.append({**program, "keys": kept})
    task = task_of({**row, "programs": seen, "n_inputs": len(places)})
    predictions = [
        Prediction(
            input=Call(args=(index,)), expected=key, made_by="model", index=at[index]
        )
        for index, key in (said or {}).get("said", [])
        if index in at
    ]
    judged = _marked(task, row)
    choice = select(task.problem, judged, predictions)
    if choice.classes:
        return task.is_right(choice.classes[0].best)
    return task.is_right(nearest(judged))


def _marked(task: PooledTask, row: Row) -> list[Judged]:
    """The programs with the time that they took on large inputs."""
    return [
        replace(each, stress_s=row["programs"][int(each.candidate.code)]["stress_s"])
        for each in task.judged(range(len(task.samples)))
    ]


def _own(row: Row) -> list[int]:
    return list(range(row["n_inputs"]))


def _untimed(row: Row) -> Row:
    programs = [{**each, "stress_s": None} for each in row["programs"]]
    return {**row, "programs": programs}


def _stable(row: Row) -> Row:
    programs = [
        {
            **each,
            "keys": [
                None if place in each["unstable"] else key
                for place, key in enumerate(each["keys"])
            ],
        }
        for each in row["programs"]
    ]
    return {**row, "programs": programs}


def _unbroken(row: Row) -> Row:
    """The row without programs that break a claim, if others are in play."""
    good = [each for each in row["programs"] if each["keys"] and not each["n_broken"]]
    if not good:
        return row
    bad = {e["name"] for e in row["programs"] if e["keys"] and e["n_broken"]}
    samples = [
        {**each, "program": None if each["program"] in bad else each["program"]}
        for each in row["samples"]
    ]
    return {**row, "samples": samples}


def pairs_on(rows: Sequence[Row]) -> dict[str, list[Compared]]:
    """Each comparison, by its name, on the tasks where it says something."""
    found: dict[str, list[Compared]] = {}

    def add(
        name: str,
        row: Row,
        new: Any,
        old: Any,
        tokens: float = 0.0,
        once: bool | None = None,
    ) -> None:
        found.setdefault(name, []).append(
            Compared(
                task=row["task"],
                with_it=float(new),
                without=float(old),
                tokens=tokens,
                once=once,
            )
        )

    for row in map(_untimed, rows):
        own = _own(row)
        bon = answered(row, own, first_in_play, None)
        vote = answered(row, own, soft_vote, None)
        for select in (soft_vote, plurality, by_validity):
            new = answered(row, own, select, None)
            add(f"{select.__name__}, alone", row, new, bon)
        for name, told in row["inputs"].items():
            more = told["places"]
            cost = told["tokens"]
            new = answered(row, more, soft_vote, None) if more else bon
            add(f"{name}, alone", row, new, bon, cost)
            new = answered(row, sorted({*own, *more}), soft_vote, None)
            add(f"{name}, composed", row, new, vote, cost)
        for name, told in row["predictions"].items():
            places = sorted({*own, *(index for index, _ in told["said"])})
            only = sorted({index for index, _ in told["said"]})
            for select, label in (
                (most_passed, "most_passed"),
                (codet, "codet"),
                (b4, "b4"),
                (WEIGHED, "soft_vote with predictions"),
            ):
                new = answered(row, only, select, told) if only else bon
                add(f"{name}, {label}, alone", row, new, bon, told["tokens"])
                new = answered(row, places, select, told)
                add(f"{name}, {label}, composed", row, new, vote, told["tokens"])
        valid = [place for place in own if row["valid"][place]]
        add("valid_mask, composed", row, answered(row, valid, soft_vote, None), vote)
        add("twice, composed", row, answered(_stable(row), own, soft_vote, None), vote)
        new = answered(_unbroken(row), own, soft_vote, None)
        add("properties, composed", row, new, vote)
        new = answered(_unbroken(row), own, first_in_play, None)
        add("properties, alone", row, new, bon)
        if row["split"]:
            told = row["split"]
            add(
                "separating_input, composed",
                row,
                told["right"],
                told["was_right"],
                told["tokens"],
            )
        if row["counterexample"]:
            told = row["counterexample"]
            old = told["was_right"]
            new = told["right"] if told.get("kept") else old
            asked = sum(each["tokens"] for each in row["predictions"].values())
            add("counterexample", row, new, old, told["tokens"] + asked)
        for name, told in row["corrections"].items():
            right, tokens, once = _another(row)
            new = bool(told.get("kept") and told.get("right"))
            label = f"{name}, against another sample"
            add(label, row, new, right, told["tokens"] - tokens, once)
        if row["arms"]:
            plain = row["arms"]["samples"]
            for name in ("arms", "one repair"):
                told = row["arms"][name]
                add(
                    f"{name}, where two samples failed",
                    row,
                    told["right"],
                    plain["right"],
                    told["tokens"] - plain["tokens"],
                )
        for name, told in row["plans"].items():
            _planned(add, name, row, told)
    for row in rows:
        old = answered(_untimed(row), _own(row), soft_vote, None)
        new = answered(row, _own(row), soft_vote, None)
        add("stress_inputs, composed", row, new, old)
    return found


def _another(row: Row) -> tuple[float, float, bool]:
    """What one more sample brings where two failed, and what it costs: the means.

    Last, whether the third sample is right.
    """
    right = {each["name"]: each["right"] for each in row["programs"]}
    later = row["samples"][2:]
    return (
        fmean(bool(right.get(each["program"])) for each in later),
        fmean(each["completion_tokens"] for each in later),
        bool(right.get(later[0]["program"])),
    )


def _planned(add: Callable[..., None], name: str, row: Row, told: Row) -> None:
    """Samples that follow plans against as many that do not, by the same vote.

    Where fewer plans came than were asked for, plain samples stand in for the others.
    """
    plain = {**row, "samples": row["samples"][1 : 1 + N_PLANS]}
    tokens = sum(each["completion_tokens"] for each in plain["samples"])
    followed = [_sample(each) for each in told["samples"]]
    samples = [*followed, *plain["samples"][len(followed) :]]
    spent = told["tokens"] + sum(each["completion_tokens"] for each in samples)
    known = {each["name"]: each for each in (*row["programs"], *told["programs"])}
    planned = _untimed({**row, "samples": samples, "programs": list(known.values())})
    own = _own(row)
    new = answered(planned, own, soft_vote, None)
    old = answered(plain, own, soft_vote, None)
    add(f"{name}, by the vote", row, new, old, spent - tokens)
    any_old, any_new = (
        any(known[each["program"]]["right"] for each in some if each["program"])
        for some in (plain["samples"], samples)
    )
    add(f"{name}, any right", row, any_new, any_old, spent - tokens)


def _sample(told: Row) -> Row:
    return {
        "program": told["program"],
        "completion_tokens": told["tokens"],
        "prompt_tokens": told["prompt_tokens"],
        "logprob": None,
        "tail_logprob": None,
    }


def summary(pairs: Sequence[Compared]) -> dict[str, Any]:
    """The mean difference with its interval, tasks won and lost, tokens a task."""
    by_name = {each.task: each for each in pairs}

    def difference(names: Sequence[str]) -> float:
        return fmean(by_name[n].with_it - by_name[n].without for n in names)

    effect = bootstrap(list(by_name), difference)
    once = [each.without if each.once is None else each.once for each in pairs]
    won = sum(a.with_it > b for a, b in zip(pairs, once, strict=True))
    lost = sum(a.with_it < b for a, b in zip(pairs, once, strict=True))
    return {
        "n": len(pairs),
        "effect_pp": round(100 * effect.value, 2),
        "ci_pp": [round(100 * effect.low, 2), round(100 * effect.high, 2)],
        "won": won,
        "lost": lost,
        "mcnemar_p": round(mcnemar(won, lost), 4),
        "tokens": round(fmean(each.tokens for each in pairs)),
    }


def main() -> None:
    """Read the command line, compare, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("asked", type=Path, nargs="+")
    parser.add_argument("--json", type=Path)
    words = parser.parse_args()
    told: dict[str, Any] = {}
    for path in words.asked:
        model = path.name.removesuffix(".jsonl.gz").removeprefix("asked-")
        rows = list(read_rows(path))
        told[model] = {}
        for half in HALVES:
            found = pairs_on([row for row in rows if row["half"] == half])
            told[model][half] = {
                name: summary(pairs) for name, pairs in sorted(found.items())
            }
            sys.stdout.write(f"\n{model}, {half}\n")
            for name, each in told[model][half].items():
                low, high = each["ci_pp"]
                sys.stdout.write(
                    f"  {name:48} n {each['n']:4} {each['effect_pp']:+6.1f} points"
                    f" [{low:+.1f}, {high:+.1f}]  won {each['won']} lost "
                    f"{each['lost']}  {each['tokens']:+} tokens\n"
                )
    if words.json:
        words.json.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
