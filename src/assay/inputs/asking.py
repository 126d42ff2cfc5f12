"""What the techniques that ask a model share: the task as shown, and the request."""

from __future__ import annotations

from assay.inputs.seeds import seeds
from assay.inputs.signature import call_form
from assay.inputs.written_texts import before_last_separator
from assay.prompts import Prompt
from assay.sampling.prompting import call_text, prompt_request, task_text
from assay.types import (
    Call,
    Completion,
    FinishReason,
    Input,
    IOMode,
    Problem,
    Request,
)

_MOST_SHOWN = 3
_LONGEST_SHOWN = 400  # characters


def request(
    prompt: Prompt, *, max_tokens: int, seed: int, temperature: float = 0.0
) -> Request:
    """The call that asks one prompt, up to the end of its first code block."""
    return prompt_request(
        prompt,
        max_tokens=max_tokens,
        temperature=temperature,
        top_p=0.95 if temperature else 1.0,
        seed=seed,
        stop_at_fence=True,
    )


def finished_text(completion: Completion, problem: Problem) -> str:
    r"""What a model had finished writing: a line or an input that was cut off is none.

    >>> from assay.types import Usage
    >>> cut = Completion(text="f(1)\nf(12", finish_reason=FinishReason.LENGTH,
    ...     usage=Usage(), seconds=0.0)
    >>> finished_text(cut, Problem(id="", statement="", io_mode=IOMode.FUNCTION))
    'f(1)\n'
    """
    if completion.finish_reason is not FinishReason.LENGTH:
        return completion.text
    if problem.io_mode is IOMode.STDIN:
        return before_last_separator(completion.text)
    return completion.text[: completion.text.rfind("\n") + 1]


def task_with_inputs(problem: Problem) -> str:
    """The task, and inputs of it whose form the others must have. No outputs.

    >>> from assay.types import Case, IOMode
    >>> print(task_with_inputs(Problem(id="", statement="Add.", entry_point="add",
    ...     io_mode=IOMode.FUNCTION, cases=(Case(input=Call(args=(1, 2)), expected=3),)
    ... )))
    Add.
    <BLANKLINE>
    Inputs that were given:
    add(1, 2)
    """
    given, found = seeds(problem)
    inputs = given or found
    texts = [_shown(each, problem) for each in inputs]
    short = [text for text in texts if len(text) <= _LONGEST_SHOWN][:_MOST_SHOWN]
    if not short:
        return task_text(problem)
    lines = "\n".join(short)
    return f"{task_text(problem)}\n\nInputs that were given:\n{lines}"


def _shown(given: Input, problem: Problem) -> str:
    if isinstance(given, Call):
        return call_text(given, problem)
    return f"{given.text.strip()}\n---"


def returned_form(problem: Problem) -> str:
    """What an input is as the value of a generator, in words."""
    if problem.io_mode is IOMode.STDIN:
        return "the whole text of its standard input, as a `str`"
    return f"the tuple of arguments for one call of `{call_form(problem)}`"
