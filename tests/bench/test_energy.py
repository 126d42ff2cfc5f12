"""Meters on a tree of files like powercap's, a program like nvidia-smi, and NVML."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assay.bench.energy import Meter

RANGE = 1_000_000
NOTHING = ("no-such-program-of-assay",)


def domain(root: Path, name: str, kind: str, count: int) -> Path:
    folder = root / name
    folder.mkdir()
    (folder / "name").write_text(f"{kind}\n", encoding="ascii")
    (folder / "max_energy_range_uj").write_text(f"{RANGE}\n", encoding="ascii")
    put(folder, count)
    return folder


def put(folder: Path, count: int) -> None:
    """Replace the counter at once, as another thread may be reading it."""
    fresh = folder / "fresh"
    fresh.write_text(f"{count}\n", encoding="ascii")
    fresh.replace(folder / "energy_uj")


def meter_of(root: Path, **others: Any) -> Meter:
    given: dict[str, Any] = {"query": NOTHING, "nvml": False, "period_s": 60.0}
    return Meter(powercap=root, **{**given, **others})


def test_packages_are_added_and_their_parts_are_not(tmp_path: Path) -> None:
    first = domain(tmp_path, "intel-rapl:0", "package-0", 100)
    second = domain(tmp_path, "intel-rapl:1", "package-1", 100)
    core = domain(tmp_path, "intel-rapl:0:0", "core", 100)
    whole = domain(tmp_path, "intel-rapl:2", "psys", 100)
    meter = meter_of(tmp_path)
    meter.start()
    assert meter.sources == ("RAPL package-0", "RAPL package-1")
    assert meter.read_joules() == 0
    for folder in (first, second, core, whole):
        put(folder, 500_100)
    assert meter.read_joules() == pytest.approx(1.0)
    meter.stop()


def test_counter_that_begins_again_is_followed(tmp_path: Path) -> None:
    folder = domain(tmp_path, "intel-rapl:0", "package-0", 900_000)
    meter = meter_of(tmp_path)
    meter.start()
    for count in (100_000, 800_000, 50_000):
        put(folder, count)
        got = meter.read_joules()
    assert got == pytest.approx((200_000 + 700_000 + 250_000) / 1e6)
    meter.stop()


def test_start_begins_at_nothing_again(tmp_path: Path) -> None:
    folder = domain(tmp_path, "intel-rapl:0", "package-0", 0)
    meter = meter_of(tmp_path)
    meter.start()
    put(folder, 700_000)
    assert meter.read_joules() == pytest.approx(0.7)
    meter.start()
    assert meter.read_joules() == 0
    meter.stop()


def test_computer_without_meters_says_so_and_measures_nothing(tmp_path: Path) -> None:
    meter = meter_of(tmp_path / "none")
    assert meter.read_joules() is None
    assert meter.reason == "the meter was not started"
    meter.start()
    assert meter.read_joules() is None
    assert meter.sources == ()
    assert "no RAPL package" in meter.reason
    assert "no-such-program-of-assay" in meter.reason
    meter.stop()


def test_counter_that_may_not_be_read_is_a_reason_and_not_a_part(
    tmp_path: Path,
) -> None:
    domain(tmp_path, "intel-rapl:0", "package-0", 100)
    closed = domain(tmp_path, "intel-rapl:1", "package-1", 100)
    (closed / "energy_uj").unlink()
    (closed / "energy_uj").mkdir()  # refuses to be read, to root as well
    meter = meter_of(tmp_path)
    meter.start()
    assert meter.read_joules() is None
    assert "intel-rapl:1 cannot be read" in meter.reason


def test_source_that_fails_later_ends_the_measurement(tmp_path: Path) -> None:
    folder = domain(tmp_path, "intel-rapl:0", "package-0", 100)
    meter = meter_of(tmp_path)
    meter.start()
    (folder / "energy_uj").write_text("", encoding="ascii")
    assert meter.read_joules() is None
    assert "holds no number" in meter.reason
    put(folder, 900)
    assert meter.read_joules() is None, "what was missed is never known"
    meter.stop()


def program(folder: Path, text: str) -> tuple[str, ...]:
    path = folder / "smi.py"
    path.write_text(text, encoding="utf-8")
    return (sys.executable, "-S", str(path))


def test_power_of_boards_is_added_up_over_time(tmp_path: Path) -> None:
    query = program(tmp_path, "print('100.0\\n 50.5')")
    now = [10.0]
    meter = meter_of(tmp_path, query=query, clock=lambda: now[0])
    meter.start()
    assert meter.sources == ("nvidia-smi power.draw",)
    now[0] = 14.0
    assert meter.read_joules() == pytest.approx(4 * 150.5)
    program(tmp_path, "print('200.0\\n 50.5')")
    now[0] = 16.0
    assert meter.read_joules() == pytest.approx(4 * 150.5 + 2 * 200.5)
    meter.stop()


@pytest.mark.parametrize(
    "text", ["print('[N/A]')", "pass", "raise SystemExit(9)", "print('nan-ish')"]
)
def test_board_that_tells_no_power_is_a_reason(tmp_path: Path, text: str) -> None:
    meter = meter_of(tmp_path, query=program(tmp_path, text))
    meter.start()
    assert meter.read_joules() is None
    assert sys.executable in meter.reason


class NVMLError(Exception):
    pass


def nvml_of(counters: list[int]) -> SimpleNamespace:
    def count(board: int) -> int:
        if counters[board] < 0:
            raise NVMLError("Not Supported")
        return counters[board]

    return SimpleNamespace(
        NVMLError=NVMLError,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: len(counters),
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetTotalEnergyConsumption=count,
    )


def test_boards_that_count_their_energy_are_read_through_nvml(tmp_path: Path) -> None:
    counters = [5_000, 7_000]
    meter = meter_of(tmp_path, nvml=nvml_of(counters))
    meter.start()
    assert meter.sources == ("NVML board 0", "NVML board 1")
    counters[:] = [6_000, 9_500]
    assert meter.read_joules() == pytest.approx(1.0 + 2.5)
    counters[1] = -1
    assert meter.read_joules() is None
    assert "Not Supported" in meter.reason
    meter.stop()


def test_boards_that_do_not_count_are_asked_for_their_power(tmp_path: Path) -> None:
    query = program(tmp_path, "print('75')")
    meter = meter_of(tmp_path, nvml=nvml_of([5_000, -1]), query=query)
    meter.start()
    assert meter.sources == ("nvidia-smi power.draw",)
    meter.stop()


def test_thread_sees_rounds_that_nobody_asks_for(tmp_path: Path) -> None:
    folder = domain(tmp_path, "intel-rapl:0", "package-0", 0)
    board = nvml_of([0])
    reads: list[int] = []

    def count_a_read(_: int) -> int:
        reads.append(1)
        return 0

    board.nvmlDeviceGetTotalEnergyConsumption = count_a_read
    meter = meter_of(tmp_path, nvml=board, period_s=0.002)
    meter.start()
    for count in (600_000, 200_000):  # back at 200,000 it looks like a fifth of a round
        put(folder, count)
        n_reads = len(reads)
        while len(reads) < n_reads + 2:  # the second of them began after the change
            time.sleep(0.001)
    meter.stop()
    assert meter.read_joules() == pytest.approx(1.2)
