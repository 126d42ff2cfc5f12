"""Many programs with their cases, a row of JSON each -> a verdict each, in order.

A row that cannot be read, a computer that cannot run it and a program that fails are
three different things, and none of them stops the other rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from dataclasses import dataclass

import anyio

from assay.concurrency import gather
from assay.errors import JudgeUnavailable, ToolchainMissing, UsageError
from assay.judging.corpus_row import RowError, problem_of, read_object
from assay.types import Candidate, Judge, Problem, Status, Verdict

LONGEST_ROW = 64 << 20
"""Bytes of a row; a longer one is refused without being kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusRow:
    """A program and what it is judged by. `number` is its line in the file, from 1."""

    number: int
    id: str
    candidate: Candidate
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A line that is no row, and why. `id` is None where even that is unknown."""

    number: int
    id: str | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """A row and how its program did. `error` says why where there is no verdict.

    The status is the verdict's; `SANDBOX_FAILURE` where the sandbox failed twice, and
    `SKIPPED` where nothing could be run, e.g. for want of the language's tools.
    """

    row: CorpusRow
    status: Status
    verdict: Verdict | None = None
    error: str = ""


RowResult = JudgedRow | BadRow


def read_line(line: bytes, number: int) -> CorpusRow | BadRow:
    """Read one line of a corpus file. Never raises: what is wrong is said."""
    found: dict[str, object] = {}
    try:
        found = read_object(line, LONGEST_ROW)
        problem = problem_of(found)
        source = found["source"]
        assert isinstance(source, str)
        return CorpusRow(
            number=number,
            id=problem.id,
            candidate=Candidate(code=source, made_by="corpus"),
            problem=problem,
        )
    except RowError as error:
        name = found.get("id")
        return BadRow(
            number=number,
            id=name if isinstance(name, str) else None,
            error=f"row {number}: {error}",
        )


async def read_rows(
    lines: AsyncIterable[bytes],
) -> AsyncIterator[CorpusRow | BadRow]:
    """Read a file's lines. Blank ones are passed over, an id that came before is bad.

    Of the rows that went by, 8 bytes of each id are remembered and nothing else.
    """
    seen: set[bytes] = set()
    number = 0
    async for line in lines:
        number += 1
        if not line.strip(b" \t\r\n\xef\xbb\xbf"):
            continue
        row = read_line(line.removeprefix(b"\xef\xbb\xbf"), number)
        if isinstance(row, CorpusRow):
            name = row.id.encode("utf-8", "surrogatepass")
            digest = hashlib.blake2b(name, digest_size=8).digest()
            if digest in seen:
                error = f"row {number}: the id {row.id!r} stands in a row before; "
                row = BadRow(number=number, id=row.id, error=error + "give another")
            seen.add(digest)
        yield row


async def lines_of(blocks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Cut blocks of a file into lines. One longer than `LONGEST_ROW` is cut short."""
    parts: list[bytes] = []
    size = 0
    async for block in blocks:
        *whole, rest = block.split(b"\n")
        for end in whole:
            yield b"".join(parts) + end
            parts, size = [], 0
        if rest and size <= LONGEST_ROW:  # what comes after is known to be too much
            parts.append(rest)
            size += len(rest)
    if parts:
        yield b"".join(parts)


async def judge_rows(
    judge: Judge,
    rows: AsyncIterable[CorpusRow | BadRow],
    on_result: Callable[[RowResult], None],
    *,
    at_once: int = 4,
) -> None:
    """Judge rows, several at a time, and tell of each in the order of the rows.

    A callback and no iterator, since an iterator that is left early would leave the
    rows in flight behind it.

    Args:
        judge: Whose sandboxes are used; it bounds how many programs run.
        rows: Asked for the next one when there is room: memory does not grow with
            their number.
        on_result: Called as soon as a row and all before it are done. What it raises
            ends the work and is raised here.
        at_once: Rows in flight, counting those that wait for one before them.
    """
    line = _Line(judge, rows, on_result, window=4 * at_once)
    await gather([line.work] * at_once)


class _Line:
    """Workers that take the next row each and hand in results in order."""

    def __init__(
        self,
        judge: Judge,
        rows: AsyncIterable[CorpusRow | BadRow],
        on_result: Callable[[RowResult], None],
        window: int,
    ) -> None:
        self._judge = judge
        self._rows = aiter(rows)
        self._on_result = on_result
        self._taking = anyio.Lock()
        self._room = anyio.Semaphore(window)
        self._done: dict[int, RowResult] = {}
        self._n_taken = self._n_told = 0

    async def work(self) -> None:
        """Judge rows until there are none."""
        while True:
            await self._room.acquire()
            async with self._taking:
                row = await anext(self._rows, None)
                index, self._n_taken = self._n_taken, self._n_taken + 1
            if row is None:
                self._room.release()
                return
            result = (
                row if isinstance(row, BadRow) else await judge_row(self._judge, row)
            )
            self._done[index] = result
            self._tell()

    def _tell(self) -> None:
        while (result := self._done.pop(self._n_told, None)) is not None:
            self._n_told += 1
            self._room.release()
            self._on_result(result)


async def judge_row(judge: Judge, row: CorpusRow) -> RowResult:
    """Judge one row. A sandbox that failed is told of the row, and of it alone."""
    try:
        verdict = await judge.judge(row.candidate, row.problem)
    except UsageError as error:
        return BadRow(number=row.number, id=row.id, error=f"row {row.number}: {error}")
    except ToolchainMissing as error:
        return JudgedRow(row=row, status=Status.SKIPPED, error=str(error))
    except JudgeUnavailable as error:
        return JudgedRow(row=row, status=Status.SANDBOX_FAILURE, error=str(error))
    return JudgedRow(row=row, status=verdict.status, verdict=verdict)


async def each(rows: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Lines that are there already, for `read_rows`."""
    for row in rows:
        yield row
