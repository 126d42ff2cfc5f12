"""Tests that the model writes itself: inputs with the outputs it expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from assay.concurrency import gather
from assay.inputs.asking import finished_text, request, task_with_inputs
from assay.inputs.plain import key, places
from assay.inputs.signature import call_form
from assay.inputs.written_calls import read_asserts
from assay.inputs.written_texts import read_pairs
from assay.prompts import Prompt, render
from assay.sampling.prompting import SEED_STRIDE
from assay.types import (
    Completion,
    Input,
    IOMode,
    Judge,
    Model,
    Prediction,
    Problem,
    Stdin,
    Value,
)

N_TESTS = 6
_NAME = "predicted_outputs"
Pair = tuple[Input, Value]


async def predicted_outputs(
    problem: Problem,
    model: Model,
    judge: Judge,
    inputs: tuple[Input, ...],
    *,
    n: int = 4,
    max_tokens: int = 400,
    seed: int = 0,
    temperature: float = 0.8,
) -> tuple[Prediction, ...]:
    """Ask `n` times for up to six tests; what most calls say of an input is a vote.

    Small models are often wrong here, and wrong alike: never take it for the truth.
    `reliability` learns how much such a vote is worth.

    Source: CodeT (arXiv:2207.10397), six tests a call; the vote on an input's output
    of UTGenDebug (arXiv:2502.01619).
    Differs: equal predictions are one; an input about which calls contradict each
    other keeps the output that more of them say, and none where it is a tie.

    Args:
        model: Asked `n` times at once.
        judge: Not used: nothing is run.
        inputs: What candidates are run on already: a prediction about one of them has
            its place as `index`.

    Returns:
        Predictions in the order in which inputs were first written, -1 as the index of
        new ones. Those of inputs whose answer is given are left out.

    Raises:
        BudgetExhausted, ModelUnavailable: from `model`, unchanged.
    """
    prompt = _prompt(problem)

    async def ask(index: int) -> Completion:
        return await model.generate(
            request(
                prompt,
                max_tokens=max_tokens,
                seed=seed * SEED_STRIDE + index,
                temperature=temperature,
            )
        )

    completions = await gather(partial(ask, index) for index in range(n))
    written = [
        read_tests(finished_text(each, problem), problem) for each in completions
    ]
    return voted(written, problem, inputs)


def read_tests(text: str, problem: Problem) -> tuple[Pair, ...]:
    r"""Read at most six tests of the problem's own kind out of a text.

    >>> problem = Problem(id="", statement="", io_mode=IOMode.STDIN)
    >>> read_tests("```\nInput:\n1\nOutput:\n2\n```", problem)
    ((Stdin(text='1\n'), '2\n'),)
    """
    if problem.io_mode is IOMode.FUNCTION:
        return read_asserts(text, problem)[:N_TESTS]
    return tuple((Stdin(text=a), b) for a, b in read_pairs(text)[:N_TESTS])


@dataclass(slots=True)
class _Ballot:
    """What was said of one input: each output with the calls that say so."""

    given: Input
    outputs: dict[str, Value]
    calls: dict[str, set[int]]

    def winner(self) -> str | None:
        """The key of the output that more calls say than any other; None at a tie."""
        counts = {name: len(calls) for name, calls in self.calls.items()}
        best = [name for name, count in counts.items() if count == max(counts.values())]
        return best[0] if len(best) == 1 else None


def voted(
    written: Sequence[Sequence[Pair]], problem: Problem, inputs: Sequence[Input] = ()
) -> tuple[Prediction, ...]:
    """Return one prediction an input: what most calls say, nothing at a tie.

    >>> problem = Problem(id="", statement="", io_mode=IOMode.STDIN)
    >>> one, two = (Stdin(text="1"), "2"), (Stdin(text="1"), "3")
    >>> [p.expected for p in voted([[one], [two], [one, one]], problem)]
    ['2']
    """
    known, index = places([case.input for case in problem.cases]), places(inputs)
    ballots: dict[str, _Ballot] = {}
    for call, pairs in enumerate(written):
        for given, expected in pairs:
            ballot = ballots.setdefault(key(given), _Ballot(given, {}, {}))
            name = _output_key(expected)
            ballot.outputs.setdefault(name, expected)
            ballot.calls.setdefault(name, set()).add(call)
    return tuple(
        Prediction(
            input=ballot.given,
            expected=ballot.outputs[winner],
            made_by=_NAME,
            index=index.get(name, -1),
        )
        for name, ballot in ballots.items()
        if name not in known and (winner := ballot.winner()) is not None
    )


def _output_key(expected: Value) -> str:
    return " ".join(expected.split()) if type(expected) is str else repr(expected)


def _prompt(problem: Problem) -> Prompt:
    task = task_with_inputs(problem)
    if problem.io_mode is IOMode.FUNCTION:
        call = call_form(problem)
        return render("predict_function", n=str(N_TESTS), call=call, task=task)
    return render("predict_stdin", n=str(N_TESTS), task=task)
