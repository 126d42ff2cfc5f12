"""Runs a pytest file with pytest itself, against a candidate in another sandbox."""

from __future__ import annotations

import builtins
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.judging.inside.link import Link
from assay.judging.inside.outcomes import (
    FAILED,
    IMPORT_OF_TESTS,
    LEFT_OUT,
    PASSED,
    Reporter,
)
from assay.judging.inside.short import short
from assay.judging.inside.solution import connect

FILE_NAME = "test_given.py"
_OPTIONS = (
    *("--capture=sys", "--strict-markers", "-c", "/dev/null"),
    *("--noconftest", "-p", "no:cacheprovider", "-p", "no:faulthandler"),
    *("-p", "no:terminal", "-p", "no:junitxml", "-p", "no:debugging"),
    *("-W", "ignore"),
)
_SIGNS = {"!=": "not ", "<": "< ", "<=": "<= ", ">": "> ", ">=": ">= ", "in": "in "}


class Recorder:
    """A pytest plugin that reports each test to the judge."""

    def __init__(self, request: Callable[[Any], Any], link: Link) -> None:
        self._request = request
        self._reporter = Reporter(request, link)
        self._failed: BaseException | None = None
        self._sides: tuple[str, str] | None = None

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """Say that no debugger is wanted: asked for every `unittest.TestCase`."""
        for option, name in (("--pdb", "usepdb"), ("--trace", "trace")):
            parser.addoption(option, dest=name, action="store_true")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell which tests there are, before any runs."""
        self._request(("collected", [_name(item.nodeid) for item in session.items]))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tell why the file could not be read."""
        if report.failed:
            said = str(report.longrepr).strip().splitlines()
            self._reporter.end(IMPORT_OF_TESTS, FAILED, got="\n".join(said[-3:]))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note that a test begins."""
        self._failed = self._sides = None
        self._reporter.start(_name(nodeid))

    def pytest_assertrepr_compare(self, op: str, left: Any, right: Any) -> None:
        """Keep both sides of the comparison that failed."""
        self._sides = (_SIGNS.get(op, "") + short(right), short(left))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[Any]) -> None:
        """Keep the exception itself, since a report has only its text."""
        self._failed = call.excinfo.value if call.excinfo else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell how a test ended: passed only if all three of its phases did."""
        name = _name(report.nodeid)
        if report.skipped or hasattr(report, "wasxfail"):
            self._tell_skip(name, report)
        elif report.failed:
            self._report_failure(name, report)
        elif report.when == "call":
            self._reporter.end(name, PASSED)

    def _tell_skip(self, name: str, report: pytest.TestReport) -> None:
        shown = report.longrepr  # of a skip: file, line, reason
        said = str(shown[2] if isinstance(shown, tuple) else shown)[-200:]
        in_words = isinstance(self._failed, pytest.xfail.Exception)
        if hasattr(report, "wasxfail") and not in_words:
            self._reporter.end(name, LEFT_OUT, got=said)  # marked before it ran
        else:
            self._reporter.skip(name, said)

    def _report_failure(self, name: str, report: pytest.TestReport) -> None:
        if self._failed is None or isinstance(self._failed, AssertionError):
            crash = getattr(report.longrepr, "reprcrash", None)
            said = str(getattr(crash, "message", report.longrepr))
            wanted, got = self._sides or ("", said)
            self._reporter.end(name, FAILED, wanted=wanted, got=got)
        else:
            self._reporter.end_with(name, self._failed, None)


def run(params: dict[str, Any], request: Callable[[Any], Any]) -> None:
    """Run the file in `params` and report every test."""
    link, names = connect(params, request)
    # A file may use the solution's names without importing them, and pytest makes the
    # module itself: only builtins are seen from there.
    vars(builtins).update(names)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    folder = Path(tempfile.mkdtemp())
    (folder / FILE_NAME).write_text(params["source"], encoding="utf-8")
    sys.dont_write_bytecode = True
    # The folders above it may not be there to be listed.
    places = [f"--rootdir={folder}", f"--confcutdir={folder}"]
    options = [*_OPTIONS, *places, str(folder / FILE_NAME)]
    pytest.main(options, plugins=[Recorder(request, link)])


def _name(node_id: str) -> str:
    return node_id.partition("::")[2] or node_id
