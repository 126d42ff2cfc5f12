"""Runs that were made before are not made again: which runs are equal, and which last.

Covered: a key names all that a deterministic program's run depends on: the program, its
prelude, its language and tools, the mode, the inputs, the limits, the sandbox's tier,
the interpreter, this package and this host. A call is one of a sequence, since a
program keeps its globals, so a sequence is kept whole or not at all.
Not covered: programs that read the clock, random numbers or addresses. What they did
once is given back as if it were all that they do. So this is off unless asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from assay.judging.place import place
from assay.judging.wire import WireError, pack
from assay.types import Call, Isolation, Limits, Observation, Status

if TYPE_CHECKING:
    from assay.judging.cache import ObservationCache

Seen = tuple[Observation, ...]
_SCALARS = frozenset({bool, int, float, complex, str, bytes, type(None)})
_CONTAINERS = frozenset({list, tuple, set, frozenset, dict})
RunTexts = Callable[[Sequence[str]], Awaitable[Seen]]


@asynccontextmanager
async def opened(
    path: Path | None, isolation: Isolation
) -> AsyncIterator[Recall | None]:
    """Open the cache for what runs at that isolation; None without a sandbox or path.

    What ran without a sandbox could have written into the cache, and what it saw
    depends on the user's files.
    """
    if path is None or isolation.tier == "none":
        yield None
        return
    from assay.judging.cache import ObservationCache

    where = await to_thread.run_sync(place, isolation)
    cache = await to_thread.run_sync(ObservationCache, path)
    try:
        yield Recall(cache, digest(*where))
    finally:
        cache.close()


class Recall:
    """Observations of runs at one place."""

    def __init__(self, cache: ObservationCache, place: bytes) -> None:
        self.cache = cache
        self._place = place

    async def texts(
        self,
        program: tuple[Any, ...],
        texts: Sequence[str],
        limits: Limits,
        run: RunTexts,
        *,
        stop_at_failure: bool,
    ) -> Seen:
        """Runs of a whole program on texts, each of which knows nothing of the others.

        Args:
            program: Plain values that name the program and its language's tools.
            texts: What is on its standard input.
            limits: For each run.
            run: Makes runs, in order; with `stop_at_failure`, skips what follows one.
            stop_at_failure: Nothing counts after the first run that did not finish.
        """
        named = digest(self._place, "stdin", program, astuple(limits))
        keys = [digest(named, text) for text in texts]
        found = await to_thread.run_sync(lambda: [self._one(key) for key in keys])
        if not stop_at_failure:
            missing = [index for index, seen in enumerate(found) if seen is None]
            made = await run([texts[index] for index in missing]) if missing else ()
            await self._keep([keys[index] for index in missing], made, limits)
            rest = iter(made)
            return tuple(next(rest) if seen is None else seen for seen in found)
        seen: list[Observation] = []
        while len(seen) < len(texts):
            start = len(seen)
            if seen and seen[-1].status is not Status.FINISHED:
                tier = seen[-1].isolation
                skipped = Observation(status=Status.SKIPPED, isolation=tier)
                return (*seen, *[skipped] * (len(texts) - start))
            known = found[start]
            if known is not None:
                seen.append(known)
                continue
            known_after = (i for i in range(start, len(texts)) if found[i] is not None)
            end = next(known_after, len(texts))
            made = await run(texts[start:end])
            seen += made
            await self._keep(keys[start:end], made, limits)
        return tuple(seen)

    async def calls(
        self,
        program: tuple[Any, ...],
        calls: Sequence[Call],
        limits: Limits,
        run: Callable[[], Awaitable[Seen]],
    ) -> Seen:
        """A sequence of calls of one program, as a whole.

        Args:
            program: Plain values that name the program and how it is called.
            calls: In their order.
            limits: For each call.
            run: Makes all of them.
        """
        given = tuple((call.args, call.kwargs) for call in calls)
        try:
            key = digest(self._place, "calls", program, astuple(limits), given)
        except WireError:
            return await run()  # says what is wrong with the call
        if not _is_plain(given):  # it would have the name of all of its type
            return await run()
        found = await to_thread.run_sync(self.cache.get, key)
        if found is not None:
            return found
        seen = await run()
        last = [is_lasting(e, limits) for e in seen if e.status is not Status.SKIPPED]
        if last and all(last):  # what was skipped follows from what was not
            await to_thread.run_sync(self.cache.put, key, seen)
        return seen

    def _one(self, key: bytes) -> Observation | None:
        seen = self.cache.get(key)
        return seen[0] if seen is not None and len(seen) == 1 else None

    async def _keep(self, keys: Sequence[bytes], made: Seen, limits: Limits) -> None:
        lasting = [
            (key, seen)
            for key, seen in zip(keys, made, strict=True)
            if is_lasting(seen, limits)
        ]

        def keep() -> None:
            for key, seen in lasting:
                self.cache.put(key, (seen,))

        if lasting:
            await to_thread.run_sync(keep)


def digest(*parts: Any) -> bytes:
    """Name plain values by what they are, types included.

    Raises:
        WireError: a value is nested too deep to be named.
    """
    return hashlib.sha256(pack(parts)).digest()


def _is_plain(value: Any) -> bool:
    """Whether values of these types are equal where their digests are."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        parts = [*part, *part.values()] if type(part) is dict else part
        kinds = set(map(type, parts))
        if not kinds <= _SCALARS | _CONTAINERS:
            return False
        if not kinds <= _SCALARS:
            waiting += [each for each in parts if type(each) in _CONTAINERS]
    return True


def is_lasting(seen: Observation, limits: Limits) -> bool:
    """Whether the run would end the same way again, as far as can be known.

    A wall limit depends on who else was busy; the machine's failures are not the
    program's, and what was skipped was not run.
    """
    if seen.status in (Status.SANDBOX_FAILURE, Status.SKIPPED):
        return False
    return seen.status is not Status.TIME_LIMIT or seen.cpu_s > limits.cpu_s
