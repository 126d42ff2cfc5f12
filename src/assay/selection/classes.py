"""Candidates in play -> classes of equal outputs, which techniques put in an order.

What every technique shares stands here: whose output counts and how much, who is with
whom, and what is claimed once a class was chosen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from assay.selection.outputs import expected_key, output_key
from assay.selection.posterior import confidence, leads
from assay.types import Choice, Judged, OutputClass, Prediction, Problem

COPIES_CAP = 3  # votes of one program at most
FAST_S = 0.1  # of CPU on all stress inputs: below it a difference is noise

Vector = tuple[str | None, ...]  # (n_inputs,): an output's key, None where no vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A class, and the outputs by which it is one."""

    output_class: OutputClass
    vector: Vector

    @property
    def votes(self) -> int:
        """Samples behind it, copies of one program counted up to a cap."""
        return self.output_class.votes

    @property
    def soft_vote(self) -> float:
        """Mean share of the votes behind its outputs, input by input."""
        return self.output_class.soft_vote


def groups_of(
    problem: Problem, judged: Sequence[Judged], *, copies_cap: int = COPIES_CAP
) -> tuple[Group, ...]:
    """Put the candidates in play together by their outputs, the larger group first.

    Programs with nothing to compare, or that fail on every input, stand alone. Groups
    of one size are in the order of their best members' samples.
    """
    in_play = sorted((j for j in judged if j.in_play), key=place)
    vectors = [vector_of(problem, j) for j in in_play]
    weights = [min(j.copies, copies_cap) for j in in_play]
    soft = _soft_votes(vectors, weights)
    together: dict[Vector, list[int]] = defaultdict(list)
    for index, vector in enumerate(vectors):
        alone = all(key is None for key in vector)
        together[(f"alone {index}",) if alone else vector].append(index)
    groups = [
        Group(
            output_class=OutputClass(
                members=_best_first([in_play[i] for i in group]),
                votes=sum(weights[i] for i in group),
                soft_vote=round(soft[group[0]], 6),
            ),
            vector=vectors[group[0]],
        )
        for group in together.values()
    ]
    return tuple(sorted(groups, key=_by_size))


def vector_of(problem: Problem, judged: Judged) -> Vector:
    """The key of each output. An input on which two runs differ has None: no vote."""
    first = [output_key(o, problem) for o in judged.observations]
    if not judged.again:
        return tuple(first)
    second = [output_key(o, problem) for o in judged.again]
    second += first[len(second) :]  # not run a second time: nothing speaks against it
    return tuple(a if a == b else None for a, b in zip(first, second, strict=False))


def choose(
    problem: Problem,
    judged: Sequence[Judged],
    groups: Sequence[Group],
    scores: Sequence[float],
    *,
    copies_cap: int = COPIES_CAP,
) -> Choice:
    """Put the groups in the order of their scores, and say what may be claimed.

    Of equal scores the larger class is first, then the earlier sample: the order that
    `groups_of` has them in.
    """
    pairs = sorted(zip(scores, groups, strict=True), key=lambda pair: -pair[0])
    ranked = [group for _, group in pairs]
    return choice_of(problem, judged, ranked, copies_cap=copies_cap)


def choice_of(
    problem: Problem,
    judged: Sequence[Judged],
    ranked: Sequence[Group],
    *,
    copies_cap: int = COPIES_CAP,
) -> Choice:
    """What may be claimed of groups in this order, the chosen one first.

    The confidence rests on the votes for it among all programs drawn, failed ones too.
    """
    n_votes = sum(min(j.copies, copies_cap) for j in judged)
    return claimed(problem, tuple(group.output_class for group in ranked), n_votes)


def claimed(problem: Problem, classes: tuple[OutputClass, ...], n_votes: int) -> Choice:
    """A choice of the first class, with its posterior and confidence."""
    first = classes[0].votes if classes else 0
    second = max((c.votes for c in classes[1:]), default=0)
    return Choice(
        classes=classes,
        posterior=leads(first, second) if first else 0.0,
        confidence=confidence(first, n_votes, has_given_tests=problem.has_given_tests),
        n_votes=n_votes,
    )


def passed_predictions(
    problem: Problem, groups: Sequence[Group], predictions: Sequence[Prediction]
) -> tuple[list[Prediction], list[frozenset[int]]]:
    """The predictions about inputs that were run, and which of them each group passes.

    Passed means that the group's output has the key of the expected value. Members of
    a group have equal outputs, so what one passes all pass.
    """
    n_inputs = max((len(group.vector) for group in groups), default=0)
    placed = [p for p in predictions if 0 <= p.index < n_inputs]
    wanted = [(p.index, expected_key(p, problem)) for p in placed]
    return placed, [
        frozenset(
            number
            for number, (index, key) in enumerate(wanted)
            if index < len(group.vector) and group.vector[index] == key
        )
        for group in groups
    ]


def place(judged: Judged) -> tuple[int, bool, str]:
    """Earlier first. A repair has its parent's sample, and its text tells the rest."""
    candidate = judged.candidate
    return candidate.sample, candidate.parent is not None, candidate.code


def _by_size(group: Group) -> tuple[int, int, bool, str]:
    return (-group.votes, *place(group.output_class.best))


def _best_first(members: list[Judged]) -> tuple[Judged, ...]:
    """Members that are not slow, then the most frequent program, then the earliest.

    Slow is more than twice the CPU time of the fastest member known, on inputs made to
    be large. A member whose time is not known is not slow.
    """
    known = [j.stress_s for j in members if j.stress_s is not None]
    limit = max(2 * min(known, default=0.0), FAST_S)

    def key(judged: Judged) -> tuple[bool, int, tuple[int, bool, str]]:
        slow = judged.stress_s is not None and judged.stress_s > limit
        return slow, -judged.copies, place(judged)

    return tuple(sorted(members, key=key))


def _soft_votes(vectors: Sequence[Vector], weights: Sequence[int]) -> list[float]:
    """The mean over inputs of the share of weight that gave the same output."""
    total = sum(weights) or 1
    columns = list(zip_longest(*vectors))
    if not columns:
        return [weight / total for weight in weights]
    tallies: list[Counter[str]] = []
    for column in columns:
        tally: Counter[str] = Counter()
        for key, weight in zip(column, weights, strict=True):
            if key is not None:
                tally[key] += weight
        tallies.append(tally)
    return [
        sum(
            tally[key] / total
            for key, tally in zip(vector, tallies, strict=False)
            if key is not None
        )
        / len(columns)
        for vector in vectors
    ]
