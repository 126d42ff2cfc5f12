"""Choose by how many others print the same, input by input."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import zip_longest

from assay.selection.outputs import output_key
from assay.selection.posterior import confidence, leads
from assay.types import Choice, Judged, OutputClass, Problem

Vector = tuple[str | None, ...]


def soft_vote(
    problem: Problem, judged: Sequence[Judged], *, copies_cap: int = 3
) -> Choice:
    """Rank the candidates in play by the mean share of votes behind their outputs.

    Candidates with equal outputs on every input are a class; the class whose best
    member has the highest soft vote is chosen, and in it the most frequent program,
    then the earliest (the shortest was measured to be worse).

    Source: MBR-exec (arXiv:2204.11454) with per-input votes; measured against its
    relatives in our own notes on selectors.
    Differs: equal programs count at most `copies_cap` times, so that one text drawn
    often does not outvote programs that were found independently; a run that fails has
    no vote.

    Args:
        judged: All programs drawn, failed ones too: they count in the confidence.
        copies_cap: Most votes of one program.

    Returns:
        Classes best first. Ties go to the larger class, then to the earlier sample, so
        the order of `judged` does not matter.
    """
    n_votes = sum(min(j.copies, copies_cap) for j in judged)
    in_play = sorted((j for j in judged if j.in_play), key=lambda j: j.candidate.sample)
    vectors = [_vector(problem, j) for j in in_play]
    weights = [min(j.copies, copies_cap) for j in in_play]
    soft = _soft_votes(vectors, weights)
    groups: dict[Vector, list[int]] = defaultdict(list)
    for index, vector in enumerate(vectors):
        # where nothing was compared, or every run failed, a program stands alone
        alone = all(key is None for key in vector)
        groups[(f"alone {index}",) if alone else vector].append(index)
    classes = [
        OutputClass(
            members=tuple(
                sorted(
                    (in_play[i] for i in group),
                    key=lambda j: (-j.copies, j.candidate.sample),
                )
            ),
            votes=sum(weights[i] for i in group),
            soft_vote=round(max(soft[i] for i in group), 6),
        )
        for group in groups.values()
    ]
    classes.sort(key=lambda c: (-c.soft_vote, -c.votes, c.best.candidate.sample))
    first = classes[0].votes if classes else 0
    second = max((c.votes for c in classes[1:]), default=0)
    return Choice(
        classes=tuple(classes),
        posterior=leads(first, second) if first else 0.0,
        confidence=confidence(first, n_votes, has_given_tests=problem.has_given_tests),
        n_votes=n_votes,
    )


def _vector(problem: Problem, judged: Judged) -> Vector:
    return tuple(output_key(o, problem) for o in judged.observations)


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
