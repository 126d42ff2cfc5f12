"""Outputs predicted by a slow program that is meant to be obviously correct."""

from __future__ import annotations

from dataclasses import replace

from assay.inputs.answering import answer_of
from assay.inputs.asking import request
from assay.inputs.plain import fits, is_plain
from assay.prompts import render
from assay.sampling.extraction import extract_program
from assay.sampling.prompting import task_prompt
from assay.types import (
    Candidate,
    FinishReason,
    Input,
    Judge,
    Model,
    Prediction,
    Problem,
    Request,
    Status,
)

_MOST_BYTES = 200  # of an input that brute force is run on
_CPU_S = 2.0
_NAME = "reference_program"


async def reference_program(
    problem: Problem,
    model: Model,
    judge: Judge,
    inputs: tuple[Input, ...],
    *,
    max_tokens: int = 512,
    seed: int = 0,
) -> tuple[Prediction, ...]:
    """Ask for a plain brute force, and take what it answers to small inputs as votes.

    Speed makes programs wrong: one that need not be fast is right more often, and its
    mistakes are others.

    Source: the brute-force checkers of competitive programming, as in AlphaCode's
    test generation (arXiv:2203.07814) and just-tri-it's second view (arXiv:2511.12288).
    Differs: it is one more vote and decides nothing; it must pass the given tests.

    Args:
        model: Asked once, greedily. The prompt begins as every sample's does, so that
            an engine which keeps it computes only the end.
        judge: Judges the program on the given tests, then runs it on small inputs.
        inputs: What candidates are run on; those of at most 200 bytes are used.

    Returns:
        A prediction for each small input on which the program finished within two
        seconds with a plain value, in the order of `inputs`. None where no program
        came, or it fails a given test. They may be wrong where it is.

    Raises:
        BudgetExhausted, ModelUnavailable: from `model`, unchanged.
        JudgeUnavailable: from `judge`.
    """
    places = [i for i, given in enumerate(inputs) if fits(given, most=_MOST_BYTES)]
    if not places:
        return ()
    completion = await model.generate(reference_request(problem, max_tokens, seed))
    asked = replace(problem, language="python")
    cut_off = completion.finish_reason is FinishReason.LENGTH
    code = extract_program(completion.text, asked, cut_off=cut_off)
    if code is None:
        return ()
    program = Candidate(code=code, made_by=_NAME)
    verdict = await judge.judge(program, asked)
    if verdict.counted and not verdict.passed:
        return ()
    quick = replace(
        asked, limits=replace(asked.limits, cpu_s=min(asked.limits.cpu_s, _CPU_S))
    )
    small = tuple(inputs[place] for place in places)
    seen = await judge.observe(program, quick, small)
    return tuple(
        Prediction(input=given, expected=answer, made_by=_NAME, index=place)
        for place, given, each in zip(places, small, seen, strict=True)
        if each.status is Status.FINISHED
        and is_plain(answer := answer_of(problem, given, each))
    )


def reference_request(problem: Problem, max_tokens: int, seed: int) -> Request:
    """The call that asks for the program: a sample's, with another last sentence.

    The prompt that it is charged and traced under is that of the last sentence.
    """
    hint = render("reference")
    prompt = replace(hint, text=task_prompt(problem, hint=hint.text).text)
    return request(prompt, max_tokens=max_tokens, seed=seed)
