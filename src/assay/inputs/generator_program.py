"""Inputs from a program that the model wrote to make them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assay.inputs.asking import request, returned_form, task_with_inputs
from assay.inputs.plain import distinct, key
from assay.inputs.signature import Signature, signature_of
from assay.prompts import render
from assay.sampling.extraction import extract_program
from assay.types import (
    Call,
    Candidate,
    FinishReason,
    Input,
    IOMode,
    Judge,
    Model,
    Observation,
    Problem,
    Status,
    Stdin,
    Value,
)

_CPU_S = 1.0  # a generator of small inputs that needs longer does not end


async def generator_program(
    problem: Problem,
    model: Model,
    judge: Judge,
    *,
    n: int = 12,
    max_tokens: int = 400,
    seed: int = 0,
    temperature: float = 0.7,
) -> tuple[Input, ...]:
    """Ask once for a program that makes inputs, and run it in the judge, a seed each.

    Source: the input generators of EvalPlus (arXiv:2305.01210) and LiveCodeBench
    (arXiv:2403.07974).
    Differs: written by the small model itself, without a reference to check it by;
    run only in the sandbox, where it gets one second a seed.

    Args:
        model: Asked once.
        judge: Runs the program n + 1 times, or twice where it does not work: the first
            seed is run twice, since a program that ignores it cannot be replayed.
        n: Seeds, and so inputs at most.

    Returns:
        Inputs that are plain, fit the signature and have at most 2 KB, without repeats
        and given ones, in the order of their seeds. They may be invalid.

    Raises:
        BudgetExhausted, ModelUnavailable: from `model`, unchanged.
        JudgeUnavailable: from `judge`.
    """
    prompt = render(
        "generator", returns=returned_form(problem), task=task_with_inputs(problem)
    )
    completion = await model.generate(
        request(prompt, max_tokens=max_tokens, seed=seed, temperature=temperature)
    )
    asked = generator_problem(problem)
    cut_off = completion.finish_reason is FinishReason.LENGTH
    code = extract_program(completion.text, asked, cut_off=cut_off)
    if code is None or n <= 0:
        return ()
    program = Candidate(code=code, made_by="generator_program")
    calls = tuple(Call(args=(seed + i,)) for i in range(n))
    first = await judge.observe(program, asked, (calls[0], calls[0]))
    if not _is_replayable(made_inputs(first, problem, repeats=True)):
        return ()
    rest = await judge.observe(program, asked, calls[1:])
    return made_inputs((first[0], *rest), problem)


def generator_problem(problem: Problem) -> Problem:
    """What is asked of a generator: a function of a seed, in Python, quickly."""
    return replace(
        problem,
        io_mode=IOMode.FUNCTION,
        language="python",
        entry_point="generate",
        starter_code="def generate(seed: int):\n    pass\n",
        setup_code="",
        cases=(),
        test_code=(),
        constraints=(),
        limits=replace(
            problem.limits, cpu_s=min(problem.limits.cpu_s, _CPU_S), wall_s=None
        ),
    )


def made_inputs(
    seen: Sequence[Observation], problem: Problem, *, repeats: bool = False
) -> tuple[Input, ...]:
    r"""Turn what a generator returned into inputs; the rest is dropped.

    >>> one = Observation(status=Status.FINISHED, value="5\n")
    >>> made_inputs([one, one], Problem(id="", statement="", io_mode=IOMode.STDIN))
    (Stdin(text='5\n'),)
    """
    signature = signature_of(problem)
    values = [each.value for each in seen if each.status is Status.FINISHED]
    inputs = [_input(value, problem, signature) for value in values]
    found = tuple(each for each in inputs if each is not None)
    if repeats:
        return tuple(each for each in found if distinct((each,)))
    return distinct(found, known=tuple(case.input for case in problem.cases))


def _input(value: Value, problem: Problem, signature: Signature) -> Input | None:
    if problem.io_mode is IOMode.STDIN:
        is_given = type(value) is str and bool(value.strip())
        return Stdin(text=value) if is_given else None
    if type(value) is tuple and signature.takes(len(value)):
        return signature.call(value)
    if type(value) is list and not signature.is_unary:
        return signature.call(value)
    return signature.call((value,)) if signature.is_unary else None


def _is_replayable(twice: tuple[Input, ...]) -> bool:
    return len(twice) == 2 and key(twice[0]) == key(twice[1])
