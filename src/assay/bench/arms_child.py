"""The arms' process: makes answers, and can reach nothing that scores them.

`python -P -m assay.bench.arms_child`, started by the steward. It shuts itself in
(`confinement`) before it is given any task. A model and a judge are what the steward
says they answered: every prompt and every input goes through the steward, which counts
and reads them, and the ceiling of tokens is held there.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from assay.bench import confinement
from assay.bench.messages import (
    Playing,
    candidate_json,
    inputs_text,
    request_json,
)
from assay.bench.peer import Handler, Peer, run_peer, unpickled
from assay.bench.playing import PLAYS
from assay.trace import Trace, TraceEvent
from assay.types import (
    Candidate,
    Completion,
    Delta,
    Input,
    Isolation,
    ModelIdentity,
    Observation,
    OnDelta,
    Problem,
    Request,
    Verdict,
)


class AskedModel:
    """The run's model, asked through the steward."""

    def __init__(self, peer: Peer, attempt: str, identity: ModelIdentity) -> None:
        self._peer = peer
        self._attempt = attempt
        self._identity = identity

    @property
    def identity(self) -> ModelIdentity:
        """As the steward says."""
        return self._identity

    async def count_prompt_tokens(self, request: Request) -> int:
        """As the model counts."""
        told = request_json(request)
        return int(await self._peer.call("count", attempt=self._attempt, request=told))

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Ask; the text arrives at once, when it is whole."""
        told = request_json(request)
        answer = await self._peer.call("generate", attempt=self._attempt, request=told)
        completion: Completion = unpickled(answer)
        if on_delta is not None:
            n_tokens = completion.usage.completion_tokens
            on_delta(Delta(text=completion.text, completion_tokens=n_tokens))
        return completion


class AskedJudge:
    """The run's sandboxes, asked through the steward. It knows given cases only."""

    def __init__(self, peer: Peer, attempt: str, isolation: Isolation) -> None:
        self._peer = peer
        self._attempt = attempt
        self._isolation = isolation

    @property
    def isolation(self) -> Isolation:
        """As the steward says."""
        return self._isolation

    async def judge(self, candidate: Candidate, problem: Problem) -> Verdict:
        """Run on the given cases of the attempt's own problem, whichever is passed."""
        told = candidate_json(candidate)
        answer = await self._peer.call("judge", attempt=self._attempt, candidate=told)
        verdict: Verdict = unpickled(answer)
        return Verdict(
            candidate=candidate, results=verdict.results, isolation=verdict.isolation
        )

    async def observe(
        self, candidate: Candidate, problem: Problem, inputs: tuple[Input, ...]
    ) -> tuple[Observation, ...]:
        """Run on inputs of the technique's making."""
        answer = await self._peer.call(
            "observe",
            attempt=self._attempt,
            candidate=candidate_json(candidate),
            inputs=inputs_text(inputs),
        )
        seen: tuple[Observation, ...] = unpickled(answer)
        return seen


def serve(peer: Peer, settings: dict[str, Any]) -> Mapping[str, Handler]:
    """Shut this process in, and give what the steward may ask of it."""
    shut, why = False, "it was not asked for"
    if settings["confine"]:
        try:
            confinement.confine(settings["folder"])
            shut, why = not confinement.can_read(settings["bait"]), "the bait was read"
        except OSError as error:
            why = str(error)
    os.environ.clear()

    async def state() -> dict[str, Any]:
        return {"confined": shut, "why": "" if shut else why}

    return {"state": state, "play": partial(play, peer)}


async def play(
    peer: Peer,
    attempt: str,
    kind: str,
    problem: str,
    identity: str,
    isolation: str,
    how: dict[str, Any],
) -> dict[str, Any]:
    """Make one arm's answer to one task."""
    events: list[dict[str, Any]] = []

    def keep(event: TraceEvent) -> None:
        if event.kind != "delta":
            events.append(json.loads(json.dumps(asdict(event), default=repr)))

    made = await PLAYS[kind](
        unpickled(problem),
        AskedModel(peer, attempt, unpickled(identity)),
        AskedJudge(peer, attempt, unpickled(isolation)),
        Playing(**how),
        Trace(None, (keep,)),
    )
    return {"played": made.as_json(), "events": events}


if __name__ == "__main__":
    sys.setrecursionlimit(3000)
    run_peer(serve)
