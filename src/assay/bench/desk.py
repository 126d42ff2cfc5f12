"""The steward's books of one attempt: it answers the arms' process, and counts.

Every call of the model and every run of a program passes here, so that spend is what
was spent, whatever a technique says of itself, and the ceiling holds against it. So is
what the machine failed: an attempt that went on without is none.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import anyio

from assay.bench.messages import read_candidate, read_inputs, read_request
from assay.bench.peer import pickled
from assay.bench.scan import ran_text
from assay.budget import Budget, Limit, Metered
from assay.errors import BudgetExhausted, EnvironmentFault
from assay.types import (
    Completion,
    Judge,
    Model,
    ModelIdentity,
    OnDelta,
    Problem,
    Request,
)

OnCall = Callable[[Request, Completion], None]


class Counted:
    """A model whose completions are noted: seconds as paid for, what was reported."""

    def __init__(self, model: Model, on_call: OnCall) -> None:
        self._model = model
        self._on_call = on_call
        self.count_prompt_tokens = model.count_prompt_tokens
        self.paid_s = 0.0
        self.replayed_s = 0.0  # that replayed calls had taken, and did not take again
        self.n_recorded = 0
        self.n_unreported = 0

    @property
    def identity(self) -> ModelIdentity:
        """The identity of the model behind."""
        return self._model.identity

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """As the model behind."""
        started = time.monotonic()
        try:
            completion = await self._model.generate(request, on_delta=on_delta)
        except BaseException:  # what was cut off is paid for, too
            self.paid_s += time.monotonic() - started
            raise
        self.paid_s += completion.seconds
        if completion.from_recording:
            self.n_recorded += 1
            self.replayed_s += completion.seconds - (time.monotonic() - started)
        self.n_unreported += not completion.usage_is_reported
        self._on_call(request, completion)
        return completion


class Desk:
    """One attempt in the making."""

    def __init__(
        self,
        problem: Problem,
        model: Model | None,
        judge: Judge,
        limit: Limit,
        on_call: OnCall,
        *,
        whole_answers: bool = False,
    ) -> None:
        """Open the books.

        Args:
            model: None for an arm that asks none, such as a peer's program.
            whole_answers: Let every answer come to its end, as an endpoint tells its
                usage only there.
        """
        self.problem = problem
        self.budget = Budget(limit)
        self.prompts: dict[str, None] = {}
        self.inputs: dict[str, None] = {}
        self.wordings: dict[str, str] = {}
        self.sandbox_s = 0.0
        self.n_runs = 0
        self.fault: EnvironmentFault | None = None  # the first; the attempt is pending
        self.load = os.getloadavg()[0]
        self._judge = judge
        self._whole_answers = whole_answers
        self._counted = None if model is None else Counted(model, on_call)
        self._metered = (
            None if self._counted is None else Metered(self._counted, self.budget)
        )
        self._started = self._asked_at = time.monotonic()
        self._is_closed = False
        self._scopes: set[anyio.CancelScope] = set()  # of calls that go on
        self._ended = anyio.Event()

    @property
    def has_model(self) -> bool:
        """Whether the attempt asks a model here."""
        return self._counted is not None

    @property
    def idle_s(self) -> float:
        """Seconds since the arm last asked for anything; 0 while it is answered."""
        return 0.0 if self._scopes else time.monotonic() - self._asked_at

    async def count(self, request: Any) -> int:
        """Count a prompt's tokens."""
        with self._calling():
            return await self._model().count_prompt_tokens(self._read(request))

    async def generate(self, request: Any) -> str:
        """Ask the model, within the ceiling."""
        asked = self._read(request)
        whole = [text for each in asked.messages for text in (each.role, each.content)]
        self.prompts["\n".join(whole)] = None  # a case may be spread over messages
        if asked.prompt:
            self.wordings[asked.prompt] = asked.prompt_sha256
        with self._calling():
            return pickled(await self._model().generate(asked))

    async def judge(self, candidate: Any) -> str:
        """Run a program on the given cases."""
        with self._calling():
            verdict = await self._judge.judge(read_candidate(candidate), self.problem)
        self.n_runs += len(verdict.results)
        self.sandbox_s += sum(r.cpu_s for r in verdict.results)
        return pickled(verdict)

    async def observe(self, candidate: Any, inputs: Any) -> str:
        """Run a program on inputs of a technique's making."""
        given = read_inputs(inputs)
        for each in given:
            self.inputs[ran_text(each)] = None
        code = read_candidate(candidate)
        with self._calling():
            seen = await self._judge.observe(code, self.problem, given)
        self.n_runs += len(seen)
        self.sandbox_s += sum(each.cpu_s for each in seen)
        return pickled(seen)

    async def close(self) -> None:
        """Cut off what the arm asked and did not wait for, once it has answered.

        Such a call is charged for what had come of it. It would else go on beside the
        next attempt, and in nobody's books.
        """
        self._is_closed = True
        for scope in self._scopes:
            scope.cancel()
        with anyio.CancelScope(shield=True):
            while self._scopes:
                await self._ended.wait()

    @contextmanager
    def _calling(self) -> Iterator[None]:
        """A call of the arm's: it ends with the attempt, and its fault is noted."""
        if self._is_closed:
            raise BudgetExhausted("the attempt is over")
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                yield
            except EnvironmentFault as error:
                self.fault = self.fault or error
                raise
            finally:
                self._asked_at = time.monotonic()
                self._scopes.discard(scope)
                self._ended.set()
                self._ended = anyio.Event()
        if scope.cancelled_caught:
            raise BudgetExhausted("the attempt is over")

    def spend(self) -> dict[str, Any]:
        """What the attempt cost, as plain data. Usage is None where not all is known.

        Seconds are as paid for: a replayed call counts with its own, and what the
        replay itself took does not. Calls that ran at once are replayed one by one.
        """
        usage, counted = self.budget.usage, self._counted
        paid_s = counted.paid_s if counted else 0.0
        n_recorded = counted.n_recorded if counted else 0
        wall_s = time.monotonic() - self._started
        is_known = counted is not None and not counted.n_unreported
        replayed_s = counted.replayed_s if counted else 0.0
        return {
            "prompt_tokens": usage.prompt_tokens if is_known else None,
            "completion_tokens": usage.completion_tokens if is_known else None,
            "cached_prompt_tokens": usage.cached_prompt_tokens if is_known else None,
            "calls": self.budget.calls if counted else None,
            "retries": self.budget.retries,
            "recorded_calls": n_recorded,
            "seconds": round(max(0.0, wall_s + replayed_s), 3),
            "model_seconds": round(paid_s, 3) if counted else None,
            "sandbox_seconds": round(self.sandbox_s, 3) if counted else None,
            "runs": self.n_runs,
            "load": round(self.load, 2),
        }

    def _read(self, request: Any) -> Request:
        asked = read_request(request)
        if self._whole_answers:
            return replace(asked, stop_at_fence=False)
        return asked

    def _model(self) -> Metered:
        if self._metered is None:
            raise BudgetExhausted("this arm has no model to ask")
        return self._metered
