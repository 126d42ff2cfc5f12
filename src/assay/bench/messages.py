"""What the arms' process and the steward say to each other, as JSON.

Towards the arms values are pickled, since they trust the steward. From the arms come
plain JSON and, for inputs, the codec that also reads what hostile programs write.
"""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field
from typing import Any

from assay.errors import ProblemError
from assay.judging.wire import Opaque, pack, unpack
from assay.types import Call, Candidate, Input, Message, Request, Stdin


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What an arm made of one task: its one answer, and what it chose from."""

    answer: str | None
    claim: str = "unverified"  # verified | agreed | unverified | none
    confidence: float | None = None
    stopped: str = ""
    n_samples: int = 0
    candidates: tuple[tuple[str, int], ...] = ()  # code and copies, the answer's too
    prompt_tokens: int | None = None  # as a peer's program tells; None: it does not
    completion_tokens: int | None = None
    calls: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


MOST_CODE = 4 << 20
"""Characters of an answer: no program is so long, and a longer one is refused."""

_BAD = (LookupError, TypeError, ValueError, ArithmeticError, RecursionError)
"""What reading a wrong form may raise, and nothing else."""


def read_played(told: Any) -> Played:
    """Read what the arms' process says it made, believing no type.

    Raises:
        ProblemError: it is none of this form.
    """
    try:
        answer = told["answer"]
        confidence = told["confidence"]
        return Played(
            answer=None if answer is None else _code(answer),
            claim=_text(told["claim"], 40),
            confidence=None if confidence is None else _share(confidence),
            stopped=_text(told["stopped"], 500),
            n_samples=_count(told["n_samples"]),
            candidates=tuple(
                (_code(code), _count(copies)) for code, copies in told["candidates"]
            ),
        )
    except _BAD as error:
        raise ProblemError(
            f"an arm gave back no answer of the known form: {error}"
        ) from error


def _code(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_CODE:
        raise ValueError(f"a program is a text of at most {MOST_CODE:,} characters")
    return plain(value)


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise ValueError(f"a {type(value).__name__} stands where a text should")
    return plain(value[:most])


def plain(text: str) -> str:
    """A text that every file and every process can hold: without lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _share(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise ValueError("a confidence is a number from 0 to 1")
    return float(value)


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not abs(value) <= 1e9:
        raise ValueError("a number of common size is wanted")
    return float(value)


def _count(value: Any, most: int = 10**9) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{value!r} is no count")
    return value


def request_json(request: Request) -> dict[str, Any]:
    """A request as plain data."""
    return asdict(request)


def read_request(told: Any) -> Request:
    """Read a request that the arms' process wants answered.

    Raises:
        ProblemError: it is none.
    """
    try:
        messages = tuple(
            Message(
                role=_text(each["role"], 40), content=_text(each["content"], MOST_CODE)
            )
            for each in told["messages"]
        )
        if not messages:
            raise ValueError("no message was given")
        return Request(
            messages=messages,
            max_tokens=_count(told["max_tokens"]),
            temperature=_number(told["temperature"]),
            top_p=_number(told["top_p"]),
            seed=_count(told["seed"], 10**18),
            stop=tuple(_text(each, 1000) for each in told["stop"]),
            stop_at_fence=told["stop_at_fence"] is True,
            prompt=_text(told["prompt"], 200),
            prompt_sha256=_text(told["prompt_sha256"], 200),
        )
    except _BAD as error:
        raise ProblemError(
            f"an arm asked for no known kind of call: {error}"
        ) from error


def candidate_json(candidate: Candidate) -> dict[str, Any]:
    """A candidate without its parents."""
    return {
        "code": candidate.code,
        "made_by": candidate.made_by,
        "sample": candidate.sample,
    }


def read_candidate(told: Any) -> Candidate:
    """Read a program that the arms' process wants run.

    Raises:
        ProblemError: it is none.
    """
    try:
        return Candidate(
            code=_code(told["code"]),
            made_by=_text(told["made_by"], 80),
            sample=_count(told["sample"]),
        )
    except _BAD as error:
        raise ProblemError(
            f"an arm wants something run that is none: {error}"
        ) from error


def inputs_text(inputs: tuple[Input, ...]) -> str:
    """Inputs, packed."""
    rows = [
        ["stdin", each.text]
        if isinstance(each, Stdin)
        else ["call", each.args, each.kwargs]
        for each in inputs
    ]
    return base64.b64encode(pack(rows)).decode()


def read_inputs(text: Any) -> tuple[Input, ...]:
    """Read packed inputs. Nothing in them is evaluated.

    Raises:
        ProblemError: they are none, or hold what is no plain value.
    """
    try:
        rows = unpack(base64.b64decode(text))
        return tuple(_input(row) for row in rows)
    except _BAD as error:
        raise ProblemError(
            f"an arm wants no known kind of inputs run: {error}"
        ) from error


def _input(row: Any) -> Input:
    if row[0] == "stdin":
        if not isinstance(row[1], str):
            raise ValueError("the text of an input is none")
        return Stdin(text=row[1])
    _, args, named = row
    if row[0] != "call" or type(args) is not tuple or _has_opaque(row):
        raise ValueError("it is neither a text nor a call with plain values")
    return Call(
        args=args, kwargs=tuple((_text(name, 200), value) for name, value in named)
    )


def _has_opaque(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_opaque, value)) or any(map(_has_opaque, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(_has_opaque, value))
    return isinstance(value, Opaque)


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """How an arm is to play: all that is the same for every task of a run."""

    arm: str
    seed: int = 0
    temperature: float = 0.7
    top_p: float = 0.95
    max_tokens: int = 1024
    n_max: int = 16
    n_inputs: int = 30
    stop_at: float = 0.85
    sure_at: float = 0.85
    calibration: dict[str, Any] | None = None  # a table of confidence as plain data
    tokens: int | None = None  # the ceiling of an attempt
    seconds: float | None = None
    calls: int | None = None
    at_least_tokens: int | None = None  # draw until so many are spent (--match)
    source: str = ""  # of a recipe's file
    more: dict[str, Any] = field(default_factory=dict)
