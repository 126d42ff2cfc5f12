"""Ask about one input on which the two best classes differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import exp, log

from assay.concurrency import gather
from assay.selection.classes import claimed, vector_of
from assay.selection.output_question import (
    MOST_SHOWN,
    Question,
    answer_text,
    input_text,
    output_text,
    parse_vote,
    question_request,
    says,
)
from assay.types import (
    CheckerKind,
    Choice,
    Input,
    Judged,
    Model,
    Problem,
    Status,
)

LEAST_ACCURACY = 0.6  # below it a vote tells too little to be asked for
PRIOR = (3, 2)  # of a judge's accuracy: right and wrong answers as if seen before
MOST_ACCURATE = 0.95  # no vote counts as certain
SEEDS_APART = 1000  # seeds of two runs never meet while they ask fewer questions


async def separating_input(
    problem: Problem,
    choice: Choice,
    inputs: Sequence[Input],
    model: Model,
    *,
    n_votes: int = 5,
    accuracy: float = LEAST_ACCURACY,
    max_tokens: int = 128,
    seed: int = 0,
) -> Choice:
    """Let the model say what one input gives, and believe the class that gives it.

    The input is one on which the outputs of the two best classes differ. Each vote for
    a class adds log(q / (1 - q)) to its log odds, which start at the logarithm of the
    ratio of its samples; q is the model's accuracy at such questions. Every second
    question shows the two outputs in the other order, so that a model that likes A
    votes for both alike.

    Source: S* (arXiv:2502.14382).
    Differs: two classes are compared, not every pair of programs; the input is found
    among those that were run, at no token; the model sees no program, only the two
    outputs; its votes are weighed by how well it does on examples whose answers are
    known, and against the samples, where there one pair of orders that agree wins. The
    votes are taken as independent, which votes of one model are not quite.

    Args:
        choice: Its two first classes are compared.
        inputs: Those that the candidates were run on, in that order.
        model: Asked `n_votes` times, all at once, or not at all.
        accuracy: From `judge_accuracy` and `mean_accuracy`. Below `LEAST_ACCURACY` the
            choice is returned as it is.

    Returns:
        The choice with the two classes in the order of their odds, and the odds of the
        first as its posterior. Unchanged if there is nothing to ask, or if as many
        votes were for the one as for the other. The second class takes the lead by
        votes for it alone, never by its size.

    Raises:
        BudgetExhausted, ModelUnavailable: from `model`, unchanged.
    """
    if accuracy < LEAST_ACCURACY or len(choice.classes) < 2:
        return choice
    question = separating_question(problem, choice, inputs)
    if question is None:
        return choice
    votes = await gather(
        partial(
            _vote,
            problem,
            question,
            model,
            swap=number % 2 == 1,
            max_tokens=max_tokens,
            seed=seed * SEEDS_APART + number,
        )
        for number in range(n_votes)
    )
    return updated(problem, choice, votes.count(0), votes.count(1), accuracy)


async def judge_accuracy(
    problem: Problem,
    model: Model,
    *,
    judged: Sequence[Judged] = (),
    n_cases: int = 3,
    max_tokens: int = 128,
    seed: int = 0,
) -> tuple[int, int]:
    """Ask the same of given examples, whose answers are known, twice each.

    The other option is what a program that fails the example gave, the earliest such;
    where there is none the question is an open one. The statement may show an example
    with its answer: then its question is easier than those that will be asked.

    Source: our own, from the given tests of a problem.

    Args:
        model: Asked at most 2 * `n_cases` times, all at once.
        judged: Programs that were run on the examples.
        n_cases: Examples asked about at most, the first that can be shown.

    Returns:
        How many were answered rightly, and how many were asked. None is asked where
        a checker decides what is right, or several answers are.

    Raises:
        BudgetExhausted, ModelUnavailable: from `model`, unchanged.
    """
    asked = _known_questions(problem, judged)[:n_cases]
    votes = await gather(
        partial(
            _vote,
            problem,
            question,
            model,
            expected=expected,
            swap=swap,
            max_tokens=max_tokens,
            seed=seed * SEEDS_APART + 2 * number + swap,
        )
        for number, (question, expected) in enumerate(asked)
        for swap in (False, True)
    )
    return votes.count(0), len(votes)


def mean_accuracy(right: int, asked: int) -> float:
    """The mean of the Beta distribution of a judge's accuracy, after such answers.

    >>> mean_accuracy(0, 0), round(mean_accuracy(6, 6), 3)
    (0.6, 0.818)
    """
    return (right + PRIOR[0]) / (asked + sum(PRIOR))


async def _vote(
    problem: Problem,
    question: Question,
    model: Model,
    *,
    swap: bool,
    max_tokens: int,
    seed: int,
    expected: str = "",
) -> int:
    """The number of the option that a reply means; of an open one, 0 if it is right."""
    shown = question.swapped if swap else question
    completion = await model.generate(
        question_request(problem, shown, max_tokens=max_tokens, seed=seed)
    )
    if shown.options is None:
        return 0 if says(completion.text, expected) else -1
    vote = parse_vote(completion.text, shown.options)
    return 1 - vote if swap and vote >= 0 else vote


def updated(
    problem: Problem, choice: Choice, n_first: int, n_second: int, accuracy: float
) -> Choice:
    """Weigh votes for the two first classes against the samples behind them."""
    if n_first == n_second:
        return choice
    first, second, *rest = choice.classes
    q = min(accuracy, MOST_ACCURATE)
    odds = log(first.votes / second.votes) + (n_first - n_second) * log(q / (1 - q))
    if odds < 0 and n_second > n_first:
        swapped = claimed(problem, (second, first, *rest), choice.n_votes)
        return replace(swapped, posterior=_logistic(-odds))
    return replace(choice, posterior=_logistic(odds))


def _logistic(odds: float) -> float:
    return 1 / (1 + exp(-odds))


def separating_question(
    problem: Problem, choice: Choice, inputs: Sequence[Input]
) -> Question | None:
    """The smallest input on which the two first classes differ, both giving something.

    Its entropy over the two classes is the same on every such input, as all members of
    a class give the same. None if there is none that is short enough to be shown.
    """
    first, second = (c.best for c in choice.classes[:2])
    keys = zip(vector_of(problem, first), vector_of(problem, second), strict=False)
    found: list[Question] = []
    for index, ((a, b), given) in enumerate(zip(keys, inputs, strict=False)):
        if a is None or b is None or a == b:
            continue
        outputs = (
            output_text(first.observations[index], problem),
            output_text(second.observations[index], problem),
        )
        question = Question(given=input_text(given, problem), options=outputs)
        if _can_be_shown(question):
            found.append(question)
    return min(found, key=lambda q: len(q.given), default=None)


def _can_be_shown(question: Question) -> bool:
    texts = (question.given, *(question.options or ()))
    differ = question.options is None or question.options[0] != question.options[1]
    return differ and all(len(text) <= MOST_SHOWN for text in texts)


def _known_questions(
    problem: Problem, judged: Sequence[Judged]
) -> list[tuple[Question, str]]:
    """Questions about the given examples, the right option first, and its text."""
    if problem.checker.any_of or problem.checker.kind is CheckerKind.PROGRAM:
        return []
    questions: list[tuple[Question, str]] = []
    for index, case in enumerate(problem.cases):
        expected = answer_text(case.expected, problem)
        wrong = _wrong_output(judged, index, expected)
        question = Question(
            given=input_text(case.input, problem),
            options=(expected, wrong) if wrong else None,
        )
        if _can_be_shown(question) and len(expected) <= MOST_SHOWN:
            questions.append((question, expected))
    return questions


def _wrong_output(judged: Sequence[Judged], index: int, expected: str) -> str:
    """What the earliest program gave that answers this example wrongly, if any did."""
    for each in sorted(judged, key=lambda j: (j.candidate.sample, j.candidate.code)):
        results = each.verdict.results
        if index < len(results) and results[index].status is Status.WRONG_ANSWER:
            got = results[index].got_text.strip()
            if got and len(got) < MOST_SHOWN and not says(got, expected):
                return got
    return ""
