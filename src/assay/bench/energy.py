"""Joules that this computer spent, where it can measure them: RAPL and NVML.

What is covered: processor packages (their counters under powercap) and NVIDIA boards,
with everything that ran on them meanwhile. What is not covered: memory outside the
package, discs, fans, what the power supply loses, other makers' boards.
"""

from __future__ import annotations

import contextlib
import importlib
import re
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

POWERCAP = Path("/sys/class/powercap")
PERIOD_S = 1.0  # between readings; at full power a package's counter wraps in minutes
QUERY = ("nvidia-smi", "--query-gpu=power.draw", "--format=csv,noheader,nounits")
QUERY_LIMIT_S = 10.0


class Source(Protocol):
    """One thing that counts its own energy."""

    name: str

    def read(self) -> float:
        """Joules since the source was made.

        Raises:
            OSError: it cannot be read any more.
        """
        ...


class Package:
    """A processor package's energy counter, which begins again at its range."""

    def __init__(self, folder: Path) -> None:
        self.name = f"RAPL {(folder / 'name').read_text(encoding='ascii').strip()}"
        self._counter = folder / "energy_uj"
        range_file = folder / "max_energy_range_uj"
        self._range = int(range_file.read_text(encoding="ascii"))
        self._last = self._count()
        self._total = 0

    def _count(self) -> int:
        try:
            return int(self._counter.read_text(encoding="ascii"))
        except ValueError as error:
            raise OSError(f"{str(self._counter)!r} holds no number") from error

    def read(self) -> float:
        """Joules since it was made; right if read at least once a round of it."""
        count = self._count()
        spent = count - self._last
        self._total += spent if spent >= 0 else spent + self._range
        self._last = count
        return self._total / 1e6


class Board:
    """An NVIDIA board that counts its energy, read through the module `pynvml`."""

    def __init__(self, nvml: Any, index: int) -> None:
        self.name = f"NVML board {index}"
        self._nvml = nvml
        self._board = nvml.nvmlDeviceGetHandleByIndex(index)
        self._first = self._millijoules()

    def _millijoules(self) -> int:
        try:
            return int(self._nvml.nvmlDeviceGetTotalEnergyConsumption(self._board))
        except self._nvml.NVMLError as error:
            raise OSError(f"{self.name}: {error}") from error

    def read(self) -> float:
        """Joules since it was made."""
        return (self._millijoules() - self._first) / 1e3


class PowerDraw:
    """All NVIDIA boards together, their power asked of `nvidia-smi` and added up.

    An estimate: power between two readings is taken as the mean of both.
    """

    name = "nvidia-smi power.draw"

    def __init__(self, query: tuple[str, ...], clock: Callable[[], float]) -> None:
        self._query = query
        self._clock = clock
        self._joules = 0.0
        self._watts = self._ask()
        self._at = clock()

    def _ask(self) -> float:
        try:
            done = subprocess.run(
                self._query,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
                timeout=QUERY_LIMIT_S,
            )
            watts = [float(line) for line in done.stdout.split("\n") if line.strip()]
        except (subprocess.SubprocessError, ValueError) as error:
            raise OSError(f"{self._query[0]} told no power draw: {error}") from error
        if not watts:
            raise OSError(f"{self._query[0]} told of no board")
        return sum(watts)

    def read(self) -> float:
        """Joules since it was made."""
        watts, at = self._ask(), self._clock()
        self._joules += (watts + self._watts) / 2 * (at - self._at)
        self._watts, self._at = watts, at
        return self._joules


class Meter:
    """Adds up the energy of all that can be measured here, from `start` on.

    A thread reads the sources once a second, so that no counter wraps unseen; `stop`
    ends it. Safe to read from any thread. Several attempts at a time share what is
    read: the meter knows the computer and not who used it.

    Args:
        powercap: The folder of the RAPL counters.
        query: The program that prints each board's watts on a line of its own.
        nvml: The module `pynvml`; looked for if not told, False for never.
        period_s: Seconds between two readings of the thread.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        *,
        powercap: Path = POWERCAP,
        query: tuple[str, ...] = QUERY,
        nvml: Any = None,
        period_s: float = PERIOD_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._powercap = powercap
        self._query = query
        self._nvml = _find_nvml() if nvml is None else nvml
        self._period_s = period_s
        self._clock = clock
        self._lock = threading.Lock()
        self._sources: list[Source] = []
        self._reasons: list[str] = ["the meter was not started"]
        self._joules: float | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """What is measured, by name. Empty before `start` and where nothing is."""
        return tuple(source.name for source in self._sources)

    @property
    def reason(self) -> str:
        """Why something is not measured, empty if all that was looked for is."""
        return "; ".join(self._reasons)

    def start(self) -> None:
        """Find what can be measured, and begin at 0 joules. Raises nothing."""
        self.stop()
        self._reasons = []
        self._sources = [*self._packages(), *self._boards()]
        self._joules = 0.0 if self._sources else None
        if self._sources:
            self._ended = threading.Event()
            self._thread = threading.Thread(
                target=self._watch, name="energy", daemon=True
            )
            self._thread.start()

    def read_joules(self) -> float | None:
        """Joules since `start`, or None where nothing is measured; see `reason`.

        None for good from the moment a source fails: a part is no total.
        """
        with self._lock:
            if self._joules is None:
                return None
            try:
                self._joules = sum(source.read() for source in self._sources)
            except OSError as error:
                self._reasons.append(str(error))
                self._joules = None
            return self._joules

    def stop(self) -> None:
        """End the thread. What was read before stays the last reading."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        while not self._ended.wait(self._period_s):
            if self.read_joules() is None:
                return

    def _packages(self) -> list[Source]:
        found: list[Source] = []
        for folder in _package_folders(self._powercap):
            try:
                found.append(Package(folder))
            except (OSError, ValueError) as error:  # some of several are no total
                self._reasons.append(f"{folder.name} cannot be read: {error}")
                return []
        if not found:
            self._reasons.append(f"no RAPL package in {str(self._powercap)!r}")
        return found

    def _boards(self) -> list[Source]:
        if self._nvml:
            with contextlib.suppress(OSError, self._nvml.NVMLError):
                return _counting_boards(self._nvml)
        try:
            return [PowerDraw(self._query, self._clock)]
        except FileNotFoundError:
            self._reasons.append(f"no {self._query[0]!r} and so no NVIDIA board")
        except OSError as error:
            self._reasons.append(str(error))
        return []


def _package_folders(powercap: Path) -> list[Path]:
    """The RAPL domains that are a package: no part of one, and not all of a board."""
    return [
        folder
        for folder in sorted(powercap.glob("intel-rapl:*"))
        if re.fullmatch(r"intel-rapl:\d+", folder.name)
        and (folder / "name").is_file()
        and (folder / "name").read_text(encoding="ascii").startswith("package")
    ]


def _find_nvml() -> Any:
    """The module `pynvml` of nvidia-ml-py, or False. It is no dependency of ours."""
    try:
        return importlib.import_module("pynvml")
    except ImportError:
        return False


def _counting_boards(nvml: Any) -> list[Source]:
    """All boards, if each counts its energy; boards before Volta do not."""
    nvml.nvmlInit()
    boards: list[Source] = [Board(nvml, i) for i in range(nvml.nvmlDeviceGetCount())]
    if not boards:
        raise OSError("NVML knows no board")
    return boards
