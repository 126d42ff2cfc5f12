"""From how a job ended to an observation: which evidence counts before which."""

from __future__ import annotations

import signal
from collections.abc import Callable

from assay.errors import JudgeUnavailable
from assay.judging.facts import show_text
from assay.judging.job import Ending, Job, Starved
from assay.judging.slot import Slot, SlotDied
from assay.judging.wire import WireError, unpack
from assay.types import Observation, Status, Value

_TAIL = 2000
_FORBIDDEN = "made a system call that is forbidden"
_PATIENCE = 4.0  # times the wall limit, for a run that others starved
_NEAR_LIMIT = 0.8  # of the memory limit: a crash there is for want of memory
OURS = (SlotDied, Starved)
"""What is the machine's fault and worth a second try."""

_OUT_OF_MEMORY = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGKILL}
_KINDS = {
    "compile": Status.COMPILE_ERROR,
    "memory": Status.MEMORY_LIMIT,
    "large": Status.OUTPUT_LIMIT,
    "error": Status.RUNTIME_ERROR,
}


def with_one_retry(slot: Slot, attempt: Callable[[float], Observation]) -> Observation:
    """Make an observation; where the machine failed it, once more in a fresh zygote.

    Args:
        attempt: Called with how many times the wall limit it may take.

    Raises:
        JudgeUnavailable: it failed again.
    """
    try:
        slot.start()
        return attempt(1.0)
    except OURS:
        slot.stop()
    try:
        slot.start()
        return attempt(_PATIENCE)
    except SlotDied as error:
        raise JudgeUnavailable(f"the sandbox failed twice: {error}") from error
    except Starved as error:
        raise JudgeUnavailable(
            "a program got almost no processor time, twice, within "
            f"{_PATIENCE:g} times its wall limit; lower the load of this computer"
        ) from error


def message(payload: bytes) -> tuple[Value, ...] | None:
    """What a child said: a kind and more; None if it is not of that form."""
    try:
        said = unpack(payload)
    except WireError:
        return None
    if type(said) is not tuple or len(said) < 2 or type(said[0]) is not str:
        return None
    return said


def failure(said: tuple[Value, ...] | None) -> tuple[Status, str] | None:
    """The status and the line of a failure that a child told of."""
    if said is None or said[0] not in _KINDS or type(said[1]) is not str:
        return None
    return _KINDS[said[0]], show_text(" ".join(said[1][:4000].split())[:400])


def of_end(job: Job, ending: Ending, *, is_whole_run: bool) -> tuple[Status, str]:
    """What the end of a job means, the strongest evidence first.

    Args:
        is_whole_run: The job was one run of a program, which may end. Otherwise it
            ended while an answer was owed, which is a failure whatever its status.
    """
    limits = job.limits
    if job.stopped is not None:
        return job.stopped
    if ending.exit_code == -signal.SIGSYS:
        return Status.SECURITY_VIOLATION, _FORBIDDEN
    if ending.is_out_of_memory:
        return Status.MEMORY_LIMIT, f"more than {limits.memory_mb} MB of memory"
    if ending.excess:
        return Status.RUNTIME_ERROR, f"more than {ending.excess}"
    if is_whole_run and ending.cpu_s > limits.cpu_s:
        return Status.TIME_LIMIT, f"more than {limits.cpu_s:g} s of CPU time"
    is_near = ending.peak_mb > _NEAR_LIMIT * limits.memory_mb
    if is_near and ending.exit_code in _OUT_OF_MEMORY:
        return Status.MEMORY_LIMIT, f"more than {limits.memory_mb} MB of memory"
    if not is_whole_run:
        return Status.RUNTIME_ERROR, f"left before answering{_how(ending.exit_code)}"
    payload = job.take_frame()
    told = failure(message(payload)) if payload is not None else None
    if told is not None:
        return told
    if ending.exit_code:
        return Status.RUNTIME_ERROR, f"ended{_how(ending.exit_code)}"
    return Status.FINISHED, ""


def end_of_fork(payload: bytes) -> tuple[int, float] | None:
    """The exit code and CPU seconds of a fork that made a call, as a child told."""
    try:
        exit_code, cpu_s = unpack(payload[5:]) if payload[:1] == b"d" else (None, None)
    except (WireError, ValueError, TypeError):
        return None
    if type(exit_code) is not int or type(cpu_s) is not float:
        return None
    return (exit_code, cpu_s) if -65 < exit_code < 256 and 0 <= cpu_s < 1e6 else None


def left_early(exit_code: int) -> tuple[Status, str]:
    """What it means that a fork ended while its answer was owed."""
    if exit_code == -signal.SIGSYS:
        return Status.SECURITY_VIOLATION, _FORBIDDEN
    return Status.RUNTIME_ERROR, f"left before answering{_how(exit_code)}"


def _how(exit_code: int) -> str:
    if exit_code >= 0:
        return f" with exit status {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    return f" by {name}"


def tail(text: bytearray) -> str:
    """The end of what a job wrote to its standard error."""
    return text.decode("utf-8", "replace")[-_TAIL:] if text else ""


def observation(
    job: Job,
    status: Status,
    error: str,
    *,
    tier: str,
    wall_s: float,
    cpu_s: float,
    value: Value = None,
    args_after: tuple[Value, ...] | None = None,
) -> Observation:
    """Put together what is known of a run, or of one call."""
    ending = job.ending
    return Observation(
        status=status,
        stdout=job.stdout.decode("utf-8", "replace"),
        stderr_tail=tail(job.stderr),
        value=value,
        args_after=args_after,
        error=error,
        exit_code=ending.exit_code if ending else None,
        cpu_s=cpu_s,
        wall_s=wall_s,
        peak_mb=ending.peak_mb if ending else 0.0,
        isolation=tier,
    )
