from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.errors import EnvironmentFault, ProblemError
from assay.trace import Trace, TraceEvent, read_trace


def test_events_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "t.jsonl"
    heard: list[TraceEvent] = []
    trace = Trace(path, (heard.append,))
    trace.event("decision", reason="confident", note="Umläute \ud800 und\nZeilen")
    trace.event("delta", completion_tokens=1)
    trace.close()
    (event,) = read_trace(path)
    assert event.data["reason"] == "confident"
    assert [e.kind for e in heard] == ["decision", "delta"]
    assert path.read_bytes().isascii()


def test_a_line_cut_off_by_a_kill_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    trace = Trace(path)
    trace.event("a")
    trace.event("b")
    trace.close()
    path.write_text(path.read_text()[:-9])
    assert [e.kind for e in read_trace(path)] == ["a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello\nworld\n", "line 1 is not a trace event"),
        (json.dumps({"kind": "a", "at_s": 0, "data": {}, "format": 9}), "format 9"),
        ('{"kind": 3}\n{}\n', "line 1"),
    ],
)
def test_a_file_that_is_no_trace_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(text)
    with pytest.raises(ProblemError, match=message):
        list(read_trace(path))


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFault, match="--trace-dir"):
        Trace(tmp_path / "file" / "t.jsonl")


def test_a_full_disk_ends_the_trace_and_not_the_solve() -> None:
    heard: list[TraceEvent] = []
    trace = Trace(Path("/dev/full"), (heard.append,))
    trace.event("a")
    trace.event("b")
    assert [e.kind for e in heard] == ["a", "trace_lost", "b"]
