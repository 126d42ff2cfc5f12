"""Compiles a source text, and runs what came of it, each in a sandbox of its own.

Blocking, for the executor's threads, on a slot that is ours alone. Not covered: a
compiler that the source text has taken over can make whatever program it likes, which
is the candidate's program all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from assay.judging import outcome
from assay.judging.facts import show_text
from assay.judging.job import Job
from assay.judging.languages.language import Language, MemoryBound, Toolchain
from assay.judging.parcel import Files, unwrap, wrap
from assay.judging.possible import require_possible
from assay.judging.slot import Child, Slot
from assay.judging.wire import WireError
from assay.types import Limits, Observation, Status

MOST_PROGRAM_MB = 64
_MEGABYTE = 1 << 20
_COMPILING = Limits(
    memory_mb=2048,
    output_kb=(MOST_PROGRAM_MB + 1) * 1024,
    disk_mb=512,
    processes=96,
    files=512,
)
_TAIL = 2000
_TELLING = re.compile("error|fatal", re.IGNORECASE)
_LAST_WORDS = re.compile(
    r"^[\w.$]*(?:Error|Exception)\b *[:(\[]|^Exception in thread|panicked at|^panic:"
    r"|^fatal error|^terminate called|Assertion .*failed"
)
_TOO_MUCH = {
    Status.OUTPUT_LIMIT: Status.COMPILE_ERROR,
    Status.RUNTIME_ERROR: Status.COMPILE_ERROR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A source text and what makes a program of it."""

    language: Language
    toolchain: Toolchain
    source: str
    tier: str


@cache
def _child(file_name: str) -> Child:
    return Child.of(file_name, is_rare=True)


def compile_source(slot: Slot, recipe: Recipe) -> Observation:
    """Compile; the files that were made are the `value` of what finished.

    What the compiler met (its limits are wider than those of a run) is a failure of
    the program: `COMPILE_ERROR`, or the limit by its name.
    """
    limits = replace(_COMPILING, cpu_s=recipe.language.compile_cpu_s)
    order = _compile_order(recipe)

    def attempt(wall_factor: float) -> Observation:
        job = Job(
            slot,
            _child("child_compile.py"),
            order,
            limits,
            stdin=None,
            memory_bound=MemoryBound.DATA,
        )
        try:
            job.begin(wall_factor)
            payload = job.wait_frame()
            ending = job.wait_end()
            wall_s = job.spending.wall_s()
            is_ended = (
                job.stopped is not None or ending.is_out_of_memory or ending.excess
            )
            if payload is not None and not is_ended:
                status, error, words, files = _built(payload)
            else:
                status, error = outcome.of_end(job, ending, is_whole_run=False)
                words, files = "", ()
        finally:
            job.close()
        seen = outcome.observation(
            job, status, error, tier=recipe.tier, wall_s=wall_s, cpu_s=ending.cpu_s
        )
        if status is not Status.FINISHED:
            status = _TOO_MUCH.get(status, status)
            error = error if words else f"the compiler: {error}"
        return replace(
            seen,
            status=status,
            error=error,
            stdout="",
            stderr_tail=words[-_TAIL:],
            value=files,
        )

    return outcome.with_one_retry(slot, attempt)


def run_built(
    slot: Slot,
    recipe: Recipe,
    files: Files,
    text: str,
    limits: Limits,
    args: tuple[str, ...] = (),
) -> Observation:
    """Run a program that was built, on one input, its files beside it."""
    require_possible(limits)
    language = recipe.language
    allowed = _allowed(language, files, limits)
    order = _run_order(recipe, files, limits, args)

    def attempt(wall_factor: float) -> Observation:
        job = Job(
            slot,
            _child("child_exec.py"),
            order,
            allowed,
            stdin=text.encode("utf-8", "surrogatepass"),
            memory_bound=language.memory,
        )
        try:
            job.begin(wall_factor)
            ending = job.wait_end()
            wall_s = job.spending.wall_s()
            status, error = outcome.of_end(job, ending, is_whole_run=True)
        finally:
            job.close()
        if status is Status.RUNTIME_ERROR and _is_out_of_memory(language, job.stderr):
            status = Status.MEMORY_LIMIT
        if status is Status.MEMORY_LIMIT:
            error = f"more than {limits.memory_mb} MB of memory"
        if status is Status.RUNTIME_ERROR:
            error = _with_last_words(error, job.stderr)
        return outcome.observation(
            job, status, error, tier=recipe.tier, wall_s=wall_s, cpu_s=ending.cpu_s
        )

    return outcome.with_one_retry(slot, attempt)


def _compile_order(recipe: Recipe) -> bytes:
    language, toolchain = recipe.language, recipe.toolchain
    layout = language.layout(recipe.source)
    names = {**dict(toolchain.tools), "source": layout.source_file}
    command = tuple(word.format(**names) for word in language.compile)
    files = [(layout.source_file, recipe.source.encode("utf-8", "surrogatepass"))]
    files += [(name, text.encode()) for name, text in language.extra_files]
    head = (
        (*command, *toolchain.flags),
        (*language.environment, *toolchain.environment),
        language.artifacts,
        MOST_PROGRAM_MB * _MEGABYTE,
    )
    return wrap(head, tuple(files))


def _run_order(
    recipe: Recipe, files: Files, limits: Limits, args: tuple[str, ...]
) -> bytes:
    language, toolchain = recipe.language, recipe.toolchain
    names = {
        **dict(toolchain.tools),
        "main": language.layout(recipe.source).main,
        "memory_mb": str(limits.memory_mb),
    }
    command = tuple(word.format(**names) for word in language.run)
    environment = (*language.environment, *toolchain.environment)
    return wrap(((*command, *args), environment), files)


def _allowed(language: Language, files: Files, limits: Limits) -> Limits:
    """The limits, and besides them what the runtime needs before the program does."""
    size_mb = sum(len(data) for _, data in files) // _MEGABYTE + 1
    return replace(
        limits,
        wall_s=limits.wall_limit_s,
        memory_mb=limits.memory_mb + language.overhead_mb,
        disk_mb=limits.disk_mb + size_mb,
        processes=limits.processes + language.extra_processes,
    )


def _built(payload: bytes) -> tuple[Status, str, str, Files]:
    """What a compiler's end means: status, its line, its words, and the files."""
    try:
        head, files = unwrap(payload)
        code, words, problem = head
    except (WireError, TypeError, ValueError):
        return Status.COMPILE_ERROR, "answered otherwise than one does", "", ()
    if type(code) is not int or type(words) is not str or type(problem) is not str:
        return Status.COMPILE_ERROR, "answered otherwise than one does", "", ()
    if code == 0 and not problem and files:
        return Status.FINISHED, "", words, files
    line = problem or _telling_line(words) or f"ended with exit status {code}"
    status = Status.COMPILE_ERROR
    if any(last in words for last in _COMPILER_OUT_OF_MEMORY):
        status = Status.MEMORY_LIMIT
    return status, show_text(line), show_text(words, 2 * _TAIL), ()


_COMPILER_OUT_OF_MEMORY = (
    "out of memory allocating",  # GCC
    "virtual memory exhausted",
    "java.lang.OutOfMemoryError",
    "JavaScript heap out of memory",
    "memory allocation of ",  # Rust
)


def _with_last_words(error: str, stderr: bytearray) -> str:
    """How it ended, and what it said of that: an end alone tells little.

    The first process of a sandbox cannot end itself by a signal, so a failed `assert`
    of C looks like a fault of memory.
    """
    words = stderr.decode("utf-8", "replace")
    line = _telling_line(words, _LAST_WORDS)
    return show_text(f"{error}: {line}" if line else error)


def _telling_line(words: str, telling: re.Pattern[str] = _TELLING) -> str:
    """The first line that speaks of an error, or else the last that says anything."""
    lines = [line[:_TAIL] for each in words.splitlines() if (line := each.strip())]
    told = (line for line in lines if telling.search(line))
    return next(told, lines[-1] if lines else "")


def _is_out_of_memory(language: Language, stderr: bytearray) -> bool:
    return any(last.encode() in stderr for last in language.out_of_memory)
