"""What a test reports of itself: a name, an outcome, and the facts of a failure."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from assay.judging.inside.link import CandidateGone, Link

MAX_TEXT = 2000
PASSED, FAILED, RAISED, SKIPPED = "passed", "failed", "raised", "skipped"
LEFT_OUT = "left out"  # skipped by the tests' own file, whatever the candidate is
IMPORT_OF_TESTS = "import of the tests"  # what is reported of it, in place of a test


class Reporter:
    """Sends the judge each test's start and its outcome, in words."""

    def __init__(self, request: Callable[[Any], Any], link: Link) -> None:
        self._request = request
        self._link = link
        self._asked_before = 0

    def start(self, name: str) -> None:
        """Say that a test begins: whatever the candidate does now is part of it."""
        self._link.calls.clear()
        self._link.error = None
        self._asked_before = self._link.n_asked
        self._request(("start", name))

    def skip(self, name: str, reason: str) -> None:
        """Say that a test was skipped, and whether the candidate had a part in it.

        One that skips after it used the candidate may do so for what the candidate
        did, so that is held against it; one that never asked it shows nothing.
        """
        asked = self._link.n_asked > self._asked_before
        self.end(name, SKIPPED if asked else LEFT_OUT, got=reason)

    def end(
        self, name: str, outcome: str, asked: str = "", wanted: str = "", got: str = ""
    ) -> None:
        """Say how a test ended. `asked` is by default the last call that it made."""
        calls = self._link.calls
        shown = asked or "; ".join(calls[-1:])
        texts = (shown[:MAX_TEXT], wanted[:MAX_TEXT], got[:MAX_TEXT])
        self._request(("end", name, outcome, *texts))

    def end_with(
        self, name: str, error: BaseException, facts: tuple[str, str, str] | None
    ) -> None:
        """Say that a test failed by an exception, and whose exception it was."""
        if isinstance(error, CandidateGone):
            self.end(name, RAISED, got=str(error))
        elif error is self._link.error:
            self.end(name, RAISED, wanted="no exception", got=self._link.error_text)
        elif isinstance(error, AssertionError) and facts:
            self.end(name, FAILED, *facts)
        else:
            said = traceback.format_exception_only(error)[-1].strip()
            self.end(name, FAILED, got=said)


def line_in(error: BaseException, file_name: str) -> int | None:
    """The last line of a file that an exception came through."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno for f in reversed(frames) if f.filename == file_name), None)
