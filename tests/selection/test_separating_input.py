from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import exp, log

import anyio
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assay.models.scripted import Scripted
from assay.selection import (
    separating_input,
    soft_vote,
)
from assay.selection.separating_input import separating_question, updated
from assay.types import (
    Call,
    Checker,
    Choice,
    IOMode,
    Judged,
    Observation,
    Problem,
    Request,
    Status,
    Stdin,
)
from selection.printed import PROBLEM, judged

INPUTS = tuple(
    Stdin(text=text) for text in ("same", "a longer input", "short", "crash")
)
POOL = [judged(0, "1234"), judged(1, "1234"), judged(2, "156!")]


def believes(output: str) -> Callable[[Request], str]:
    """A model that names the letter of this output, wherever it stands."""

    def reply(request: Request) -> str:
        prompt = request.messages[0].content
        return "A" if f"A:\n{output}\n" in prompt else "B"

    return reply


def separate(
    model: Scripted,
    choice: Choice,
    inputs: Sequence[Stdin] = INPUTS,
    *,
    n_votes: int = 5,
    accuracy: float = 0.8,
) -> Choice:
    return anyio.run(
        partial(
            separating_input,
            PROBLEM,
            choice,
            inputs,
            model,
            n_votes=n_votes,
            accuracy=accuracy,
            seed=2,
        )
    )


def test_the_smallest_input_that_separates_is_asked_in_both_orders() -> None:
    model = Scripted(believes("3"))
    separate(model, soft_vote(PROBLEM, POOL))
    prompts = [request.messages[0].content for request in model.requests]
    assert all("Input:\nshort\n" in prompt for prompt in prompts)
    orders = ["A:\n3\n\nB:\n6" in prompt for prompt in prompts]
    assert orders == [True, False, True, False, True]
    assert all(
        ("A:\n6\n\nB:\n3" in p) is not o for p, o in zip(prompts, orders, strict=True)
    )
    assert len({request.seed for request in model.requests}) == 5
    assert {request.temperature for request in model.requests} == {0.7}


def test_votes_for_the_second_class_put_it_first() -> None:
    choice = soft_vote(PROBLEM, POOL)
    after = separate(Scripted(believes("6")), choice)
    assert after.classes == choice.classes[::-1]
    odds = -log(2) + 5 * log(0.8 / 0.2)
    assert after.posterior == pytest.approx(1 / (1 + exp(-odds)))
    assert after.confidence < choice.confidence  # fewer samples stand behind it
    assert after.n_votes == choice.n_votes


def test_votes_for_the_first_class_make_it_surer() -> None:
    choice = soft_vote(PROBLEM, POOL)
    after = separate(Scripted(believes("3")), choice)
    assert after.classes == choice.classes
    assert after.posterior > choice.posterior


def test_a_model_that_always_says_a_decides_nothing() -> None:
    choice = soft_vote(PROBLEM, POOL)
    assert separate(Scripted(["A"] * 4), choice, n_votes=4) == choice


def test_a_model_may_name_the_output_itself() -> None:
    choice = soft_vote(PROBLEM, POOL)
    assert (
        separate(Scripted(["```\n6\n```"] * 5), choice).classes == choice.classes[::-1]
    )


def test_replies_that_say_nothing_leave_the_choice_as_it_is() -> None:
    choice = soft_vote(PROBLEM, POOL)
    assert separate(Scripted(["perhaps"] * 5), choice) == choice


@pytest.mark.parametrize(
    ("pool", "inputs", "accuracy"),
    [
        (POOL, INPUTS, 0.59),  # a judge that is too often wrong
        (POOL[:2], INPUTS, 0.8),  # one class
        ([judged(0, "1"), judged(1, "!")], INPUTS, 0.8),  # nothing that both give
        ([judged(0, "1", again="2"), judged(1, "3")], INPUTS, 0.8),  # chance
        ([judged(0, "1"), judged(1, "3")], [Stdin(text="x" * 500)], 0.8),  # too long
        ([judged(0, "1"), judged(1, "3")], [], 0.8),
    ],
)
def test_without_a_question_nobody_is_asked(
    pool: list[Judged], inputs: Sequence[Stdin], accuracy: float
) -> None:
    model, choice = Scripted([]), soft_vote(PROBLEM, pool)
    assert separate(model, choice, inputs, accuracy=accuracy) == choice
    assert model.requests == []


def test_outputs_that_the_checker_takes_for_equal_separate_nothing() -> None:
    problem = replace(PROBLEM, checker=Checker(ignore_case=True))
    choice = soft_vote(problem, [judged(0, "ab"), judged(1, "Ac")])
    question = separating_question(problem, choice, INPUTS[2::-1])
    assert question is not None
    assert question.options == ("b", "c")


@given(
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(0, 5),
    st.integers(0, 5),
    st.floats(0.6, 1.0),
    st.booleans(),
)
@example(1, 1, 0, 1, 1.0, False)
@example(1, 3, 1, 0, 0.6, True)
def test_the_second_class_leads_by_votes_for_it_alone(
    n_first: int,
    n_second: int,
    for_first: int,
    for_second: int,
    accuracy: float,
    smaller_first: bool,
) -> None:
    pool = [*(judged(n, "a") for n in range(n_first))]
    pool += [judged(9 + n, "b") for n in range(n_second)]
    choice = soft_vote(PROBLEM, pool)
    if smaller_first:
        choice = replace(choice, classes=choice.classes[::-1])
    after = updated(PROBLEM, choice, for_first, for_second, accuracy)
    swapped = after.classes != choice.classes
    assert after.classes in (choice.classes, choice.classes[::-1])
    assert 0 < after.posterior < 1
    if for_second <= for_first:
        assert not swapped
    if swapped:
        assert after.posterior > 0.5
    if for_first == for_second:
        assert after == choice


def test_values_are_shown_as_python_writes_them() -> None:
    problem = Problem(
        id="p",
        statement="Sort.",
        io_mode=IOMode.FUNCTION,
        entry_point="f",
        starter_code="def f(x):",
    )
    pool = []
    for n, value in enumerate(([1, 2], {"b", "a"})):
        each = judged(n, "")
        seen = Observation(status=Status.FINISHED, value=value)
        pool.append(
            Judged(candidate=each.candidate, verdict=each.verdict, observations=(seen,))
        )
    model = Scripted(["B"])
    choice = soft_vote(problem, pool)
    given_ = (Call(args=("x",), kwargs=(("k", 1),)),)
    anyio.run(partial(separating_input, problem, choice, given_, model, n_votes=1))
    prompt = model.requests[0].messages[0].content
    for text in ("Sort.", "def f(x):", "f('x', k=1)", "A:\n[1, 2]", "B:\n{'a', 'b'}"):
        assert text in prompt, text
