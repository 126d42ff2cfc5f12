"""Self-made inputs for a problem: no tokens, and no answers."""

from __future__ import annotations

from assay.inputs.mutation import mutate
from assay.inputs.seeds import parameters, seeds
from assay.types import Input, Problem


def make_inputs(problem: Problem, *, n: int = 30, seed: int = 0) -> tuple[Input, ...]:
    """At most `n` inputs on which candidates can be compared, without repeats.

    Inputs whose answers were given are only mutated: the filter has run them already.
    Empty where there is nothing to start from (a stdin problem without samples).
    """
    given, found = seeds(problem)
    if not given and not found:
        return ()
    mutated = mutate(
        (*given, *found),
        constraints=problem.constraints,
        parameters=tuple(arg.arg for arg in parameters(problem)),
        n=max(n - len(found), n // 2),
        seed=seed,
    )
    return (*found, *mutated)[:n]
