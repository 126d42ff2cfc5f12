"""Short texts of inputs, expected and given answers, for people and repair prompts.

All that a candidate says passes through here before anyone reads it: it is cut in the
middle, control characters and lone surrogates are escaped, and no long number is ever
written out.
"""

from __future__ import annotations

import re

from assay.judging.inside.short import short, short_call
from assay.types import Call, Input, Limits, Observation, Status, Stdin, Value

LIMIT = 400
"""Characters of a fact."""

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]"
)


def show_text(text: str, limit: int = LIMIT) -> str:
    r"""Make a text safe to print and cut its middle where it is too long.

    >>> show_text("a\x1b[31m\n"), show_text("x" * 50, 24)
    ('a\\x1b[31m\n', 'xxxxx [40 left out] xxxxx')
    """
    if len(text) > limit:
        kept = max(limit - 14, 2) // 2
        text = f"{text[:kept]} [{len(text) - 2 * kept:,} left out] {text[-kept:]}"
    return _CONTROL.sub(_escape, text)


def show_value(value: Value, limit: int = LIMIT) -> str:
    """Write a value as Python would, or less of it where it is too long.

    >>> show_value([1, "a", (2.5,)])
    "[1, 'a', (2.5,)]"
    """
    return show_text(short(value), limit)


def show_input(given: Input, entry_point: str | None = None) -> str:
    """Write an input as its text or as the call that it is.

    >>> show_input(Call(args=(2,), kwargs=(("k", "x"),)), "f")
    "f(2, k='x')"
    """
    if isinstance(given, Stdin):
        return show_text(given.text)
    return show_call(entry_point or "f", given)


def show_call(name: str, call: Call) -> str:
    """Write a call of `name` as Python would, shortened."""
    return show_text(short_call(name, call.args, call.kwargs))


def show_failure(observation: Observation, limits: Limits) -> str:
    """Say in a line how a run ended that did not reach its end."""
    match observation.status:
        case Status.TIME_LIMIT:
            if observation.error.endswith("of wall time"):
                return f"no answer within {limits.wall_limit_s:g} s of wall time"
            return f"no answer within {limits.cpu_s:g} s of CPU time"
        case Status.MEMORY_LIMIT:
            return f"needed more than {limits.memory_mb} MB of memory"
        case Status.OUTPUT_LIMIT:
            return f"wrote more than {limits.output_kb} KB"
        case Status.SECURITY_VIOLATION:
            return show_text(observation.error or "a forbidden system call")
    if observation.error:
        return show_text(observation.error)
    return f"ended with exit status {observation.exit_code}"


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
