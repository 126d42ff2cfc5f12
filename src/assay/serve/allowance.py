"""What an answer that is passed through may cost, and what it did cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio

from assay.budget import parse_limit
from assay.errors import AssayError
from assay.serve.keys import Key
from assay.serve.requests import ChatRequest
from assay.serve.service import Service, guessed_prompt, least, until_tomorrow_s
from assay.serve.wire.errors import Refused, invalid, too_many_requests
from assay.types import Usage

_MOST_CHOICES = 1_000_000  # more are not told from them: no budget holds so many
COUNT_S = 1.0  # for the model to count a prompt
# By whatever name an answer's length is bounded; the last is llama.cpp's own.
_BOUNDS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "n_predict")


@dataclass(slots=True)
class Bill:
    """What one answer costs, as far as is known."""

    is_due: bool = False  # the model was asked, and has not refused
    told: Usage | None = None  # by the endpoint
    n_passed: int = 0  # tokens that were given on, about: an event has one
    is_whole: bool = False  # the answer came to its end: what was told of it is all
    is_lost: bool = False  # with the endpoint: it cannot be asked to count

    async def usage(
        self, service: Service, request: ChatRequest, key: Key | None
    ) -> Usage:
        """What is charged: as told, else counted for a key, else guessed."""
        told = self.told or Usage()
        written = told.completion_tokens
        if self.told is None or not self.is_whole:
            written = max(written, self.n_passed)
        prompt = told.prompt_tokens
        if not prompt:
            is_guessed = key is None or self.is_lost
            prompt = await counted_prompt(service, request, is_guessed=is_guessed)
        return Usage(prompt_tokens=prompt, completion_tokens=written)


async def counted_prompt(
    service: Service, request: ChatRequest, *, is_guessed: bool
) -> int:
    """Tokens of a prompt; that its client has gone does not end the counting."""
    if not is_guessed:
        with anyio.move_on_after(COUNT_S, shield=True):
            try:
                return await service.prompt_tokens(request)
            except AssayError:
                pass
    return guessed_prompt(request)


async def most_tokens(
    service: Service, request: ChatRequest, n_choices: int, key: Key | None
) -> int | None:
    """How long each choice of an answer may be; None: as long as it likes.

    The prompt is guessed, and not counted: the answer is not to wait for it.

    Args:
        n_choices: How many are made: see `choices`.

    Raises:
        Refused: 400 where the budget, 429 where what the key has left today holds no
            answer.
    """
    budget = parse_limit(request.options.budget or "").tokens
    left = await service.tokens_left(key)
    prompt = guessed_prompt(request)
    if budget is not None and budget < prompt + n_choices:
        told = (
            f"a budget of {budget:,} tokens holds no answer to a prompt of {prompt:,}"
        )
        raise Refused(invalid(told, param="assay.budget"))
    if left is not None and left < prompt + n_choices:
        told = f"the key has {left:,} tokens left today, and the prompt {prompt:,}"
        wait_s = until_tomorrow_s()
        raise Refused(
            too_many_requests(told, retry_after_s=wait_s, code="insufficient_quota")
        )
    most = least(budget, left)
    return None if most is None else (most - prompt) // n_choices


def choices(body: Mapping[str, Any]) -> int:
    """How many texts the model writes for a request; `best_of` are not all given.

    >>> choices({}), choices({"n": 2.0, "best_of": 5}), choices({"n": "2"})
    (1, 5, 1)
    """
    given = (body.get(name) for name in ("n", "best_of"))
    numbers = (each for each in given if isinstance(each, (int, float)))
    return max([1, *(int(min(each, _MOST_CHOICES)) for each in numbers)])


def bounded(body: Mapping[str, Any], own: Sequence[str], most: int) -> dict[str, Any]:
    """A request whose answer is no longer than that; one that asks for less is equal.

    Args:
        own: Names that the request's API has for it; the first is set where none is.

    >>> bounded({"max_tokens": 9}, ["max_tokens"], 5), bounded({}, ["max_tokens"], 5)
    ({'max_tokens': 5}, {'max_tokens': 5})
    >>> bounded({"max_tokens": -1, "n_predict": 3}, ["max_tokens"], 5)
    {'max_tokens': 5, 'n_predict': 3}
    >>> bounded({"max_output_tokens": 1}, ["max_tokens", "max_completion_tokens"], 5)
    {'max_output_tokens': 1, 'max_tokens': 5}
    """
    given = {each: body[each] for each in _BOUNDS if body.get(each) is not None}
    lower = {each: _lower(value, most) for each, value in given.items()}
    if not any(name in given for name in own):
        lower[own[0]] = most
    return {**body, **lower}


def _lower(value: object, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        return most
    return int(min(value, most))
