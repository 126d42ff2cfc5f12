"""What is wrong with a dataset is said, with its place; nothing is made up for it."""

from __future__ import annotations

import base64
import gzip
import os
import pickle
import zlib
from pathlib import Path
from typing import Any

import pytest

from assay.bench.datasets import open_dataset
from assay.bench.datasets.plain_pickle import NotPlain, unpacked_json
from assay.errors import ProblemError
from bench import written
from bench.written import write, write_package


def refusal(path: Path) -> str:
    with pytest.raises(ProblemError) as raised:
        open_dataset(path)
    return str(raised.value)


def refused(folder: Path, *rows: dict[str, Any]) -> str:
    return refusal(write(folder / "set.jsonl", *rows))


def without(row: dict[str, Any], *columns: str, **changes: Any) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key not in columns}
    return {**kept, **changes}


def test_an_unknown_format_names_its_columns_and_the_known_ones(tmp_path: Path) -> None:
    words = refused(tmp_path, {"apple": 1, "pear": 2})
    assert "line 1 is in no known format: its columns are 'apple', 'pear'" in words
    assert "livecodebench" in words


def test_broken_json_names_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "set.jsonl", written.ROW)
    path.write_bytes(path.read_bytes() + b'\n{"id": "two", ')
    assert "set.jsonl line 3 is broken JSON at column" in refusal(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[1, 2]\n", "holds a JSON list"),
        (b"\xff\xfe\n", "is no JSON (UnicodeDecodeError)"),
        (b"\n \n", "has no row"),
        (gzip.compress(b"{}" * 9999, mtime=0)[:40], "is not a whole gzip file"),
        (b"[" * 200_000, "is no JSON (RecursionError)"),
    ],
)
def test_what_is_no_row_is_named(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(data)
    assert words in refusal(path)


def test_no_file_and_an_empty_folder(tmp_path: Path) -> None:
    write(tmp_path / "data.jsonl", written.ROW)
    assert "did you mean 'data.jsonl'" in refusal(tmp_path / "date.jsonl")
    (tmp_path / "empty").mkdir()
    assert "holds no problem.yaml" in refusal(tmp_path / "empty")


def test_two_rows_with_one_id(tmp_path: Path) -> None:
    words = refused(tmp_path, written.ROW, {**written.ROW, "id": "b"}, written.ROW)
    assert "two rows with the id 'own/sum', rows 1 and 3" in words


def test_an_unknown_column_of_our_own_names_the_near_one(tmp_path: Path) -> None:
    words = refused(tmp_path, without(written.ROW, "difficulty", difficultly="hard"))
    assert "unknown column 'difficultly', but 'difficulty' is near" in words


def test_a_missing_column_names_its_format(tmp_path: Path) -> None:
    words = refused(tmp_path, without(written.HUMANEVAL, "test", tset="x"))
    assert "looks like the format 'humaneval' but has no column 'test'" in words
    words = refused(
        tmp_path, written.LEETCODE, without(written.LEETCODE, "entry_point")
    )
    assert "line 2 has no column 'entry_point'" in words


@pytest.mark.parametrize(
    "row",
    [
        without(written.ROW, hidden_tests=[]),
        without(written.ROW, hidden_tests=None),
        without(written.ROW, "hidden_tests"),
        without(written.EVALPLUS, base_input=[], plus_input=[]),
        written.livecodebench(private_test_cases="[]"),
        written.livecodebench(private_test_cases=written.packed([])),
    ],
)
def test_a_row_without_hidden_tests_never_falls_back(
    row: dict[str, Any], tmp_path: Path
) -> None:
    assert "has no hidden tests; a task must be graded" in refused(tmp_path, row)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (without(written.ROW, hidden_tests=[{"input": 3}]), "cannot be read"),
        (without(written.ROW, hidden_tests="1 2"), "has no hidden tests"),
        (without(written.HUMANEVAL, test="def check(:"), "are no Python"),
        (
            without(written.HUMANEVAL, test="def check(candidate):\n    pass\n"),
            "assert nothing, so that every program would pass",
        ),
        (without(written.HUMANEVAL, test=""), "has no text under 'test'"),
        (without(written.BIGCODEBENCH, test="import unittest"), "assert nothing"),
        (without(written.EVALPLUS, base_input=3), "no list of argument lists"),
        (without(written.MBPP_NATIVE, plus_input=[[1, 2]]), "not of the shape"),
        (without(written.EVALPLUS, atol="x"), "'x' under 'atol'"),
        (written.livecodebench(private_test_cases="x"), "neither JSON nor base64"),
        (written.livecodebench(private_test_cases="[1"), "broken JSON"),
        (written.livecodebench(private_test_cases="[1]"), "no list of objects"),
        (written.livecodebench(metadata="{"), "'metadata' is no JSON"),
        (
            written.livecodebench(starter_code="class Solution:"),
            "no 'func_name' to call",
        ),
        (without(written.ROW, date="May 4"), "has the date 'May 4'"),
        (without(written.PACK, task_id="Pyton/1"), "but 'Python' is near"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_line(
    row: dict[str, Any], words: str, tmp_path: Path
) -> None:
    said = refused(tmp_path, row)
    assert words in said
    assert "set.jsonl line 1" in said


class Hostile:
    """Pickled, it says: call os.system."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> Any:
        return os.system, (self.command,)


def in_zlib(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode("ascii")


class TestPlainPickle:
    def test_text_is_read(self) -> None:
        assert unpacked_json(written.packed([{"input": "1"}])) == [{"input": "1"}]

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_a_pickle_that_runs_something_is_refused_and_does_not_run(
        self, protocol: int, tmp_path: Path
    ) -> None:
        mark = tmp_path / "ran"
        hostile = pickle.dumps(Hostile(f"touch {mark}"), protocol)
        pickle.loads(pickle.dumps(Hostile(f"touch {mark}"), protocol))
        assert mark.exists(), "the pickle is a real one"
        mark.unlink()
        with pytest.raises(NotPlain, match=r"asks for \w+\.system, and only text"):
            unpacked_json(in_zlib(hostile))
        assert not mark.exists()

    def test_it_is_an_error_of_its_row_and_no_fallback(self, tmp_path: Path) -> None:
        mark = tmp_path / "ran"
        private = in_zlib(pickle.dumps(Hostile(f"touch {mark}")))
        words = refused(tmp_path, written.livecodebench(private_test_cases=private))
        assert "line 1: its 'private_test_cases' cannot be read: its pickle" in words
        assert not mark.exists()

    @pytest.mark.parametrize(
        ("packed", "words"),
        [
            ("é", "neither JSON nor base64"),
            (base64.b64encode(b"no zlib").decode(), "holds no zlib data"),
            (in_zlib(pickle.dumps("[]" * 99))[:24], "cut off"),
            (in_zlib(b"\x80\x04K"), "its pickle is broken"),
            (in_zlib(pickle.dumps([1])), "holds list, not text"),
            (in_zlib(pickle.dumps("{")), "is no JSON"),
            (in_zlib(b"Pname\n."), "refers to an object outside"),
        ],
    )
    def test_each_layer_that_is_broken_is_named(self, packed: str, words: str) -> None:
        with pytest.raises(NotPlain, match=words):
            unpacked_json(packed)


class TestKattisErrors:
    @pytest.mark.parametrize(
        ("files", "words"),
        [
            (
                {"problem.yaml": "validation: custom interactive\n"},
                "of the type 'interactive'",
            ),
            ({"problem.yaml": "type: multi-pass\n"}, "of the type 'multi-pass'"),
            ({"problem.yaml": "type: scoring\n"}, "of the type 'scoring'"),
            ({"problem.yaml": "validator_flags: speed 3\n"}, "flag 'speed'"),
            ({"problem.yaml": "validation: custom\n"}, "has none under"),
            ({"problem.yaml": "name: T\n  - &x y\n"}, "problem.yaml line 2"),
            ({"data/secret/03.in": "1\n"}, "has no answer beside it (03.ans)"),
            (
                {"output_validators/v/build": "#!/bin/sh\n"},
                "several files or with a build script",
            ),
        ],
    )
    def test_a_package_that_cannot_be_judged_says_why(
        self, files: dict[str, str], words: str, tmp_path: Path
    ) -> None:
        assert words in refusal(write_package(tmp_path / "twice", **files))

    def test_samples_alone_are_no_secret_cases(self, tmp_path: Path) -> None:
        folder = write_package(tmp_path / "twice")
        for file in sorted((folder / "data" / "secret").rglob("*.*")):
            file.unlink()
        assert "has no hidden tests" in refusal(folder)
