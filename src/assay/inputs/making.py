"""Self-made inputs for a problem: no tokens, and no answers."""

from __future__ import annotations

from assay.inputs.corner_inputs import corner_inputs
from assay.inputs.mutation import mutate
from assay.inputs.plain import key
from assay.inputs.seeds import parameters, seeds
from assay.types import Input, Problem

_EDGES = 2, 5  # so many of so many inputs are corner cases


def make_inputs(problem: Problem, *, n: int = 30, seed: int = 0) -> tuple[Input, ...]:
    """At most `n` inputs on which candidates can be compared, without repeats.

    Calls found in the tests, mutations of the examples, then corner cases: two in five,
    or more where the others run out. Inputs whose answers were given are only changed:
    the filter has run them already. Empty where there is nothing to start from (a stdin
    problem without samples).
    """
    given, found = seeds(problem)
    names = _names(problem)
    edges = corner_inputs(
        (*given, *found), constraints=problem.constraints, n=n, parameters=names
    )
    n_edges = min(len(edges), n * _EDGES[0] // _EDGES[1], max(n - len(found), 0))
    near = _near(problem, given, found, names, n=n - n_edges, seed=seed)
    known = set(map(key, near))
    return (*near, *(each for each in edges if key(each) not in known))[:n]


def near_inputs(problem: Problem, *, n: int = 30, seed: int = 0) -> tuple[Input, ...]:
    """At most `n`: those found, and mutations, without what is at the edges."""
    return _near(problem, *seeds(problem), _names(problem), n=n, seed=seed)


def _near(
    problem: Problem,
    given: tuple[Input, ...],
    found: tuple[Input, ...],
    names: tuple[str, ...],
    *,
    n: int,
    seed: int,
) -> tuple[Input, ...]:
    mutated = mutate(
        (*given, *found),
        constraints=problem.constraints,
        parameters=names,
        n=max(n - len(found), n // 2),
        seed=seed,
    )
    return (*found, *mutated)[:n]


def _names(problem: Problem) -> tuple[str, ...]:
    return tuple(arg.arg for arg in parameters(problem))
