"""One attempt: an arm makes its answer, and the answer is sealed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from assay.bench.arms import Arm
from assay.bench.desk import Desk
from assay.bench.energy import Meter
from assay.bench.messages import Played, Playing, plain, read_played
from assay.bench.peer import Peer, PeerGone, pickled
from assay.bench.peer_command import play_command
from assay.bench.settings import RunSettings
from assay.bench.store import Key, RunStore, Sealed, digest
from assay.budget import Limit
from assay.concurrency import background
from assay.errors import ContextLengthExceeded, EnvironmentFault
from assay.types import Completion, Judge, Model, Problem, Request


class NotMatched(EnvironmentFault):
    """An arm is to spend what another did, and that is not known."""


MOST_IDLE_S = 600.0
"""Of a technique, while no call of the model and no program is being run for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What the attempts of a run share, and those of one arms' process."""

    settings: RunSettings
    store: RunStore
    problems: Mapping[str, Problem]
    judge: Judge
    model: Model | None
    endpoints: Mapping[str, Model]  # by arm
    hidden: Sequence[Path]  # what a peer's program may not open
    grants: Mapping[Key, int] = field(default_factory=dict)  # of a pooled budget
    calibration: dict[str, Any] | None = None  # the table that confidence is read from
    meter: Meter | None = None  # None: several attempts at a time share the computer
    peer: Peer | None = None  # the arms' process, of one worker
    desks: dict[str, Desk] = field(default_factory=dict)  # its open attempts, by name

    def model_of(self, arm: Arm) -> Model | None:
        """The model that an arm asks."""
        return self.endpoints.get(arm.name, self.model)


async def attempt(bench: Workbench, arm: Arm, key: Key) -> Sealed:
    """Have an arm answer a task, and seal what it answers.

    What the machine failed of it is raised, even where the technique went on without:
    else the answer would tell of the machine. A prompt that the model has no room for
    is the arm's own: then it has no answer.

    Raises:
        ModelUnavailable, JudgeUnavailable, MissingRecording: the machine failed.
        NotMatched: what another arm spent is not known.
        Fault: a technique has a bug. PeerGone: the arms' process ended.
        RunNotKept: the answer cannot be stored.
    """
    made = await make(bench, arm, key, _ceiling(bench, arm, key))
    return _seal(bench.store, key, made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What an arm made of a task, not sealed yet."""

    played: Played
    spend: dict[str, Any]
    events: list[dict[str, Any]]
    desk: Desk


async def make(
    bench: Workbench, arm: Arm, key: Key, ceiling: tuple[Limit, int | None]
) -> Made:
    """Have an arm answer a task under a ceiling, and seal nothing.

    Raises:
        ModelUnavailable, JudgeUnavailable, MissingRecording, Fault, PeerGone: as
            `attempt`.
    """
    task, _, seed = key
    problem = bench.problems[task]
    name = secrets.token_hex(16)  # another arms' process cannot guess it

    def on_call(request: Request, completion: Completion) -> None:
        bench.store.event(
            "call",
            key=list(key),
            tokens=completion.usage.tokens,
            recorded=completion.from_recording,
        )

    limit, matched = ceiling
    is_command = arm.kind == "command"
    desk = Desk(
        problem,
        None if is_command else bench.model_of(arm),
        bench.judge,
        limit,
        on_call,
        whole_answers=arm.kind == "endpoint",
    )
    bench.store.event("started", key=list(key))
    before = bench.meter.read_joules() if bench.meter else None
    events: list[dict[str, Any]] = []
    if is_command:
        budget = {"tokens": limit.tokens, "seconds": limit.seconds}
        made = await play_command(arm.command, problem, budget, hidden=bench.hidden)
    else:
        bench.desks[name] = desk
        try:
            how = _how(bench, arm, seed, limit, matched)
            made, events = await _play(bench, arm, name, desk, how)
        except ContextLengthExceeded as error:
            made = Played(answer=None, claim="none", stopped=f"context: {error}")
        except Exception as error:
            raise (desk.fault or error) from error
        finally:
            await desk.close()
            del bench.desks[name]
        if desk.fault:
            raise desk.fault
    after = bench.meter.read_joules() if bench.meter else None
    spend = desk.spend()
    spend["joules"] = None
    if before is not None and after is not None and not spend["recorded_calls"]:
        spend["joules"] = round(after - before, 3)
    return Made(played=made, spend=spend, events=events, desk=desk)


async def _play(
    bench: Workbench, arm: Arm, name: str, desk: Desk, how: Playing
) -> tuple[Played, list[dict[str, Any]]]:
    model = bench.model_of(arm)
    assert model is not None  # opened for every arm that asks one
    assert bench.peer is not None
    async with background() as start:
        start(partial(_watch, desk))
        told = await bench.peer.call(
            "play",
            attempt=name,
            kind=arm.kind,
            problem=pickled(desk.problem),
            identity=pickled(model.identity),
            isolation=pickled(bench.judge.isolation),
            how=asdict(how),
        )
    told = told if isinstance(told, dict) else {}  # a technique may answer for us
    events = told.get("events")
    kept = events if isinstance(events, list) else []
    played = read_played(told.get("played"))
    return played, [event for event in kept if isinstance(event, dict)]


async def _watch(desk: Desk) -> None:
    """End an attempt whose technique asks nothing and comes to no end.

    Raises:
        PeerGone: so that its process is ended, and another made.
    """
    while desk.idle_s < MOST_IDLE_S:  # noqa: ASYNC110  (a clock has no event)
        await anyio.sleep(MOST_IDLE_S / 100)
    raise PeerGone(f"it asked for nothing for {MOST_IDLE_S:g} s")


def _ceiling(bench: Workbench, arm: Arm, key: Key) -> tuple[Limit, int | None]:
    """The attempt's ceiling, and what it may spend at least where it is matched."""
    settings = bench.settings
    granted = bench.grants.get(key)
    if granted is not None:
        return replace(settings.limit, tokens=granted), None
    if settings.match is None or arm.n is not None:
        return settings.limit, None
    if arm.kind not in ("bon", "majority"):
        return settings.limit, None
    task, _, seed = key
    measure = bench.store.record_of((task, settings.match, seed))
    prompt, written = measure.get("prompt_tokens"), measure.get("completion_tokens")
    if prompt is None or written is None:
        why = "does not tell its tokens" if measure else "has no answer yet"
        raise NotMatched(f"{settings.match} {why}, so nothing can be spent like it")
    return Limit(seconds=settings.limit.seconds), prompt + written


def _how(
    bench: Workbench, arm: Arm, seed: int, limit: Limit, matched: int | None
) -> Playing:
    settings = bench.settings
    return Playing(
        arm=arm.name,
        seed=settings.first_seed + seed,
        temperature=settings.temperature,
        top_p=settings.top_p,
        max_tokens=settings.max_tokens,
        n_max=settings.n_max,
        n_inputs=settings.n_inputs,
        stop_at=settings.stop_at,
        sure_at=settings.sure_at,
        calibration=bench.calibration,
        tokens=limit.tokens,
        seconds=limit.seconds,
        calls=limit.calls,
        at_least_tokens=matched,
        source=arm.source,
        more={"n": arm.n, "without": list(arm.without)},
    )


def _seal(store: RunStore, key: Key, finished: Made) -> Sealed:
    made, desk, record = finished.played, finished.desk, dict(finished.spend)
    if not desk.has_model:
        record |= {
            "prompt_tokens": made.prompt_tokens,
            "completion_tokens": made.completion_tokens,
            "calls": made.calls,
        }
    record |= {
        "claim": made.claim,
        "confidence": made.confidence,
        "stopped": made.stopped,
        "n_samples": made.n_samples,
        "wordings": desk.wordings,
        "scanned": [list(desk.prompts), list(desk.inputs)],
    }
    answer = None if made.answer is None else plain(made.answer)
    sealed = Sealed(
        key=key,
        answer=answer,
        answer_sha256=digest(answer),
        candidates=tuple((plain(code), copies) for code, copies in made.candidates),
        record=record,
        sealed_at=time.time(),
    )
    store.seal(sealed, finished.events)
    store.event("sealed", key=list(key), sha256=sealed.answer_sha256)
    return sealed
