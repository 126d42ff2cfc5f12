"""The request of sample i of a problem: the same whichever method asks for it.

What all samples of a problem share stands first, so that the engine computes it once
and keeps it; what makes them differ (a perturbation, DivSampling, arXiv:2502.11027)
stands at the prompt's end. Sample 0 is greedy and unperturbed. A plan stands at the end
too, in the place of a perturbation: it makes samples differ already.
"""

from __future__ import annotations

from assay.prompts import Prompt, render
from assay.sampling.hints import hint_for
from assay.types import Call, Case, IOMode, Message, Plan, Problem, Request

SEED_STRIDE = 1000  # seeds of two runs never meet while they draw fewer samples


def sample_request(
    problem: Problem,
    index: int,
    *,
    temperature: float = 0.7,
    top_p: float = 0.95,
    max_tokens: int = 1024,
    seed: int = 0,
    plan: Plan | None = None,
    hint: str | None = None,
    hints: str = "usual",
) -> Request:
    """The request for sample `index`, counted from 0.

    Args:
        plan: To be followed. Without one, the request is what it always was.
        hint: Stands in the place of the hint that `hints` has for `index`; none if "".
        hints: The set of hints, by its name in `hints.py`. Not used with a plan.
    """
    if hint is None:
        hint = "" if plan else hint_for(index, hints)
    prompt = task_prompt(problem, hint=hint, plan=plan)
    return prompt_request(
        prompt,
        max_tokens=max_tokens,
        temperature=temperature if index else 0.0,
        top_p=top_p if index else 1.0,
        seed=seed * SEED_STRIDE + index,
        stop_at_fence=True,
    )


def prompt_request(
    prompt: Prompt,
    *,
    max_tokens: int,
    seed: int,
    temperature: float = 0.0,
    top_p: float = 1.0,
    stop_at_fence: bool = False,
) -> Request:
    """The call that asks one filled prompt, traced under its file and wording."""
    return Request(
        messages=(Message(role="user", content=prompt.text),),
        max_tokens=max_tokens,
        temperature=temperature,
        top_p=top_p,
        seed=seed,
        stop_at_fence=stop_at_fence,
        prompt=prompt.name,
        prompt_sha256=prompt.sha256,
    )


def task_prompt(
    problem: Problem, *, hint: str = "", plan: Plan | None = None
) -> Prompt:
    """The whole prompt for a program, by the form in which the problem is given."""
    examples = _examples(problem)
    ends = [render("with_plan", plan=plan.text).text] if plan else []
    end = "".join(f"\n\n{text}" for text in [*ends, hint] if text)
    statement, code = problem.statement.strip(), problem.starter_code.rstrip()
    if problem.io_mode is IOMode.STDIN:
        return render("solve_stdin", statement=statement, examples=examples, hint=end)
    if code and code.strip() == statement:
        return render("solve_function", code=code, examples=examples, hint=end)
    if code:
        return render(
            "solve_signature",
            statement=statement,
            code=code,
            examples=examples,
            hint=end,
        )
    name = f"named `{problem.entry_point}`" if problem.entry_point else ""
    return render(
        "solve_named", name=name, statement=statement, examples=examples, hint=end
    )


def task_text(problem: Problem) -> str:
    """The problem alone, without the order to solve it."""
    statement, code = problem.statement.strip(), problem.starter_code.rstrip()
    parts = [] if code.strip() == statement else [statement]
    if code and problem.io_mode is IOMode.FUNCTION:
        parts.append(f"```python\n{code}\n```")
    return "\n\n".join(parts)


def _examples(problem: Problem, most: int = 3) -> str:
    """Given tests that the statement does not show already."""
    shown: list[str] = []
    for case in problem.cases:
        text = _case_text(case, problem)
        if text is not None:
            shown.append(text)
    for tests in problem.test_code:
        source = tests.source.strip()
        if len(source) <= 800 and source not in problem.statement:
            shown.append(source)
    if not shown:
        return ""
    if problem.io_mode is IOMode.STDIN:
        return "\n\n" + "\n\n".join(shown[:most])
    body = "\n".join(shown[:most])
    return f"\n\nIt must pass these tests:\n\n```python\n{body}\n```"


def _case_text(case: Case, problem: Problem) -> str | None:
    """One case as text; None where the statement shows it, or it is too long."""
    everything = problem.statement + problem.starter_code
    if isinstance(case.input, Call):
        if _is_shown(case.input, everything):
            return None
        text = f"assert {call_text(case.input, problem)} == {case.expected!r}"
    else:
        given = case.input.text.strip()
        if " ".join(given.split()) in " ".join(everything.split()):
            return None
        text = f"Input:\n{given}\nOutput:\n{str(case.expected).strip()}"
    return text if len(text) <= 400 else None


def _is_shown(call: Call, statement: str) -> bool:
    """Whether every argument stands in the statement, blanks and quotes aside."""

    def squeeze(text: str) -> str:
        return "".join(text.replace('"', "'").split())

    flat = squeeze(statement)
    values = [*call.args, *(value for _, value in call.kwargs)]
    return bool(values) and all(squeeze(repr(v)) in flat for v in values)


def call_text(call: Call, problem: Problem) -> str:
    """A call as Python writes it.

    >>> from assay.types import IOMode
    >>> p = Problem(id="p", statement="", io_mode=IOMode.FUNCTION, entry_point="f")
    >>> call_text(Call(args=(1, "a"), kwargs=(("k", None),)), p)
    "f(1, 'a', k=None)"
    """
    parts = [repr(a) for a in call.args] + [f"{k}={v!r}" for k, v in call.kwargs]
    return f"{problem.entry_point or 'solution'}({', '.join(parts)})"
