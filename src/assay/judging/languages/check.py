"""Whether a language works here: programs of ours, run as a candidate's would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.judging.languages import is_own_python, language_of
from assay.judging.languages.python import GREEDY, HELLO
from assay.types import Limits, Observation, Status

if TYPE_CHECKING:
    from assay.judging.executor import Executor

_HELLO = Limits(cpu_s=4.0)
_SMALL = Limits(cpu_s=1.0, memory_mb=256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What trying a language showed."""

    name: str
    works: bool
    detail: str = ""  # what went wrong, in a line


async def check_language(executor: Executor, name: str) -> Checked:
    """Run a program that adds, one that never ends, and one that takes all memory.

    Raises:
        ProblemError: no language has that name.
        JudgeUnavailable: its programs are not here, or the sandbox itself failed.
    """
    hello, greedy = HELLO, GREEDY
    if not is_own_python(name):
        language = language_of(name)
        name, hello, greedy = language.name, language.hello, language.greedy
    (sum_,) = await executor.run_stdin(hello, ["2 3\n"], _HELLO, language=name)
    if sum_.status is not Status.FINISHED or sum_.stdout.strip() != "5":
        return _failed(name, "a program that adds", sum_)
    texts, wanted = ["loop\n", "memory\n"], [Status.TIME_LIMIT, Status.MEMORY_LIMIT]
    seen = await executor.run_stdin(greedy, texts, _SMALL, language=name)
    for text, want, observed in zip(texts, wanted, seen, strict=True):
        if observed.status is not want:
            return _failed(name, f"a program without end ({text.strip()})", observed)
    return Checked(name=name, works=True)


def _failed(name: str, program: str, seen: Observation) -> Checked:
    words = seen.error or f"wrote {seen.stdout[:40]!r}"
    return Checked(name=name, works=False, detail=f"{program}: {seen.status}, {words}")
