"""Inputs that the model names, without being asked what comes out."""

from __future__ import annotations

from assay.inputs.asking import finished_text, request, task_with_inputs
from assay.inputs.plain import distinct
from assay.inputs.signature import call_form
from assay.inputs.written_calls import read_calls
from assay.inputs.written_texts import read_texts
from assay.prompts import Prompt, render
from assay.types import Input, IOMode, Judge, Model, Problem, Stdin


async def asked_inputs(
    problem: Problem,
    model: Model,
    judge: Judge,
    *,
    n: int = 12,
    max_tokens: int = 400,
    seed: int = 0,
    temperature: float = 0.7,
) -> tuple[Input, ...]:
    """Ask once for inputs, edge cases first, and for no outputs.

    A small model names edge cases better than it predicts what they give, and the
    candidates need only something to differ on.

    Source: the inputs-only half of CodeT (arXiv:2207.10397), used as S*
    (arXiv:2502.14382) does.
    Differs: one call for all inputs; outputs are not asked for, and dropped unread.

    Args:
        model: Asked once.
        judge: Not used: nothing is run.
        n: How many to ask for, and to return at most.

    Returns:
        Inputs that fit the signature, of at most 2 KB, without repeats and without
        given ones, in the order in which they were written. They may be invalid. None
        where nothing that came could be read.

    Raises:
        BudgetExhausted, ModelUnavailable: from `model`, unchanged.
    """
    completion = await model.generate(
        request(
            _prompt(problem, n),
            max_tokens=max_tokens,
            seed=seed,
            temperature=temperature,
        )
    )
    return read_inputs(finished_text(completion, problem), problem)[:n]


def read_inputs(text: str, problem: Problem) -> tuple[Input, ...]:
    r"""Read inputs of the problem's own kind out of what a model wrote.

    >>> problem = Problem(id="", statement="", io_mode=IOMode.STDIN)
    >>> read_inputs("```\n1\n---\n2\n---\n1\n```", problem)
    (Stdin(text='1\n'), Stdin(text='2\n'))
    """
    if problem.io_mode is IOMode.FUNCTION:
        return read_calls(text, problem)
    known = tuple(case.input for case in problem.cases)
    return distinct(tuple(Stdin(text=t) for t in read_texts(text)), known=known)


def _prompt(problem: Problem, n: int) -> Prompt:
    task = task_with_inputs(problem)
    if problem.io_mode is IOMode.FUNCTION:
        call = call_form(problem)
        return render("ask_inputs_function", n=str(n), call=call, task=task)
    return render("ask_inputs_stdin", n=str(n), task=task)
