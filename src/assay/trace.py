"""What happened, one frozen event a line: the data that reports and pages read.

The wrappers `TracedModel` and `TracedJudge` write the events of calls and runs, `solve`
writes those of decisions. Nothing else knows that a trace exists.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from assay.errors import AssayError, EnvironmentFault, ProblemError
from assay.judging.facts import show_value
from assay.types import (
    Candidate,
    Completion,
    Delta,
    Input,
    Isolation,
    Judge,
    Model,
    ModelIdentity,
    Observation,
    OnDelta,
    Problem,
    Request,
    Verdict,
)

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceEvent:
    """One line of a trace. `at_s` counts from the trace's start."""

    kind: str  # solve | call | delta | candidate | verdict | observations | decision...
    at_s: float
    data: dict[str, Any]
    format: int = FORMAT


Listener = Callable[[TraceEvent], None]


class Trace:
    """Writes events to a file, if there is one, and tells listeners as they happen.

    Events of kind `delta` (a token arrived) go to listeners only. A line is flushed as
    soon as it is written, so a killed process loses at most the line in the making.
    """

    def __init__(
        self, path: Path | None = None, listeners: tuple[Listener, ...] = ()
    ) -> None:
        self.path = path
        self._listeners = listeners
        self._started = time.monotonic()
        self._n_calls = 0
        self._file: IO[str] | None = None
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = path.open("a", encoding="utf-8")
            except OSError as error:
                raise EnvironmentFault(
                    f"cannot write the trace {str(path)!r} ({error.strerror}); choose "
                    "another place with --trace-dir, or --no-trace"
                ) from error

    def event(self, kind: str, **data: Any) -> None:
        """Write one event; values must be plain data."""
        event = TraceEvent(
            kind=kind, at_s=round(time.monotonic() - self._started, 4), data=data
        )
        for listener in self._listeners:
            listener(event)
        if self._file is not None and kind != "delta":
            line = json.dumps(asdict(event), ensure_ascii=True, default=repr)
            try:
                self._file.write(line + "\n")
                self._file.flush()
            except OSError as error:  # the solve goes on; its trace ends here
                with contextlib.suppress(OSError):  # what is buffered is lost as well
                    self._file.close()
                self._file = None
                self.event("trace_lost", reason=str(error))

    def next_call(self) -> int:
        """A number for the next call, from 1."""
        self._n_calls += 1
        return self._n_calls

    def close(self) -> None:
        """Close the file. Events after this reach listeners only."""
        if self._file is not None:
            self._file.close()
            self._file = None


def read_trace(path: Path) -> Iterator[TraceEvent]:
    """Read a trace back. A last line that was cut off by a kill is passed over.

    Raises:
        ProblemError: not a trace, or one of a newer format.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemError(f"cannot read the trace {str(path)!r}: {error}") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            event = TraceEvent(**row)
            if not isinstance(event.data, dict) or not isinstance(event.kind, str):
                raise TypeError("an event's data is an object")
            float(event.at_s)
        except (ValueError, TypeError) as error:
            if number == len(lines) and number > 1:
                return
            raise ProblemError(
                f"{str(path)!r} line {number} is not a trace event; a trace is the "
                "file that `assay solve` names at its end"
            ) from error
        if event.format != FORMAT:
            raise ProblemError(
                f"{str(path)!r} has trace format {event.format}, this version reads "
                f"{FORMAT}; use the version of assay that wrote it"
            )
        yield event


class TracedModel:
    """A model whose calls are traced: prompt, wording, settings, text, cost."""

    def __init__(self, model: Model, trace: Trace) -> None:
        self._model = model
        self._trace = trace

    @property
    def identity(self) -> ModelIdentity:
        """The identity of the model behind."""
        return self._model.identity

    async def count_prompt_tokens(self, request: Request) -> int:
        """As the model behind counts."""
        return await self._model.count_prompt_tokens(request)

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Ask the model behind, and write what was asked, what came, or what failed."""
        number = self._trace.next_call()
        self._trace.event("call_start", call=number, prompt=request.prompt)
        arrived = 0

        def note(delta: Delta) -> None:
            nonlocal arrived
            arrived = delta.completion_tokens
            self._trace.event("delta", call=number, completion_tokens=arrived)
            if on_delta is not None:
                on_delta(delta)

        outcome: dict[str, Any] = {"failed": "cancelled"}
        try:
            completion = await self._model.generate(request, on_delta=note)
            outcome = asdict(completion)
            return completion
        except AssayError as error:
            outcome = {"failed": f"{type(error).__name__}: {error}"}
            raise
        finally:
            self._trace.event(
                "call",
                call=number,
                request=asdict(request),
                arrived_tokens=arrived,
                **outcome,
            )


class TracedJudge:
    """A judge whose verdicts and observations are traced and counted."""

    def __init__(self, judge: Judge, trace: Trace) -> None:
        self._judge = judge
        self._trace = trace
        self.sandbox_seconds = 0.0
        self.runs = 0

    @property
    def isolation(self) -> Isolation:
        """The isolation of the judge behind."""
        return self._judge.isolation

    async def judge(self, candidate: Candidate, problem: Problem) -> Verdict:
        """Judge, and write the verdict with its facts."""
        verdict = await self._judge.judge(candidate, problem)
        self.runs += len(verdict.results)
        self.sandbox_seconds += sum(r.cpu_s for r in verdict.results)
        self._trace.event(
            "verdict",
            sample=candidate.sample,
            made_by=candidate.made_by,
            passed=verdict.passed,
            results=[asdict(r) for r in verdict.results],
            isolation=verdict.isolation,
        )
        return verdict

    async def observe(
        self, candidate: Candidate, problem: Problem, inputs: tuple[Input, ...]
    ) -> tuple[Observation, ...]:
        """Observe, and write what each input showed."""
        observations = await self._judge.observe(candidate, problem, inputs)
        self.runs += len(observations)
        self.sandbox_seconds += sum(o.cpu_s for o in observations)
        self._trace.event(
            "observations",
            sample=candidate.sample,
            rows=[[o.status, _short(o), o.cpu_s] for o in observations],
        )
        return observations


def _short(observation: Observation) -> str:
    shown = observation.error or observation.stdout or show_value(observation.value)
    return shown if len(shown) <= 200 else shown[:200] + "…"
