"""The embedded engine: a child process with llama.cpp in it, started, watched, stopped.

A crash in the engine's C++ ends the child and not us. The child listens on loopback
with a key made for this run, and dies with us whatever we die of.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream

from assay.errors import EnvironmentFault, ModelUnavailable
from assay.models.gguf import GgufHeader, read_header
from assay.models.processors import engine_threads

if TYPE_CHECKING:
    from anyio.abc import Process

WHEEL = "xllamacpp"
DEFAULT_CONTEXT_LENGTH = 4096
DEFAULT_SLOTS = 4
MAX_RESTARTS = 3
RESTART_WINDOW_S = 60.0
CACHE_RAM_MIB = 256
_LAST_WORDS_S = 2.0
_STOP_S = 5.0
_HEALTH_POLL_S = 0.05
_LOG_LINES = 6


def engine_version() -> str | None:
    """The installed engine, e.g. `xllamacpp 2026.10.11549`; None if there is none."""
    if importlib.util.find_spec(WHEEL) is None:
        return None
    return f"{WHEEL} {importlib.metadata.version(WHEEL)}"


class Engine:
    """A running engine on one model file. Use it in `async with`.

    The cache of keys and values is one pool of `context_length * slots` cells, and no
    request may use more than `context_length` of them, so any `slots` requests fit.

    Args:
        model_path: A GGUF file; its header is checked before anything is started.
        context_length: Tokens of one request, prompt and answer. More than the model
            was trained for is cut to that: see the attribute of the same name.
        slots: Requests answered at the same time.
        threads: None takes one for each physical core that this process may use.
        log_path: What the engine prints; the log before it is kept as `.1`.
        name: What the model is called in answers.
        port: 0 takes any free one.
        program: The path of a `llama-server` to run instead of the wheel.
        shares_prefixes: Whether a prompt computed in one slot may be copied to others.
            Without it slots share no cells, which is a quarter faster where each works
            on a prompt of its own.

    Raises:
        ModelUnavailable: on entering and in `restart`, with the log's last lines.
    """

    def __init__(
        self,
        model_path: Path,
        *,
        context_length: int = DEFAULT_CONTEXT_LENGTH,
        slots: int = DEFAULT_SLOTS,
        threads: int | None = None,
        log_path: Path,
        name: str = "",
        port: int = 0,
        program: str | None = None,
        startup_timeout_s: float = 300.0,
        cache_ram_mib: int = CACHE_RAM_MIB,
        shares_prefixes: bool = True,
    ) -> None:
        self.model_path = model_path
        self.context_length = context_length
        self.slots = slots
        self.threads = threads or engine_threads()
        self.log_path = log_path
        self.name = name or model_path.stem
        self.generation = 0  # how often it was started
        self.address = ""
        self.api_key = ""
        self.slot_file = ""  # what a slot may be saved to; empty: it may not
        self._port, self._program = port, program
        self._startup_timeout_s = startup_timeout_s
        self._cache_ram_mib = cache_ram_mib
        self._shares_prefixes = shares_prefixes
        self._process: Process | None = None
        self._restarts: deque[float] = deque(maxlen=MAX_RESTARTS)
        self._restarting = anyio.Lock()

    async def __aenter__(self) -> Self:
        """Start the engine and wait until it answers."""
        header = await anyio.to_thread.run_sync(self._check)
        if header.context_length:
            self.context_length = min(self.context_length, header.context_length)
        await self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the engine."""
        await self._stop()

    @property
    def base_url(self) -> str:
        """Where it serves OpenAI's API. Another after each restart."""
        return f"{self.address}/v1"

    @property
    def version(self) -> str:
        """What answers, e.g. `xllamacpp 2026.10.11549`, or the program's name."""
        if self._program is not None:
            return Path(self._program).name
        return engine_version() or WHEEL

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._process.pid if self._process is not None else None

    @property
    def alive(self) -> bool:
        """Whether the child runs, as far as has been noticed. See `has_died`."""
        return self._process is not None and self._process.returncode is None

    async def has_died(self, *, within_s: float = 1.0) -> bool:
        """Whether the child has ended: a broken connection is seen before its end."""
        process = self._process
        if process is not None and process.returncode is None:
            with anyio.move_on_after(within_s):
                await process.wait()
        return process is None or process.returncode is not None

    async def settled(self) -> None:
        """Wait until no restart is under way: then `address` and key are in force."""
        async with self._restarting:
            pass

    async def restart(self, generation: int) -> None:
        """Start it again, unless somebody has done so since `generation`.

        Raises:
            ModelUnavailable: it has crashed too often, or does not start.
        """
        async with self._restarting:
            if generation != self.generation:
                return
            now = time.monotonic()
            recent = [t for t in self._restarts if now - t < RESTART_WINDOW_S]
            if len(recent) >= MAX_RESTARTS:
                raise ModelUnavailable(
                    f"the engine crashed {len(recent) + 1} times within "
                    f"{RESTART_WINDOW_S:.0f} s; {self._log_words()}"
                )
            self._restarts.append(now)
            await self._stop()
            try:
                await self._start()
            except anyio.get_cancelled_exc_class():
                self._restarts.pop()  # who wanted it has left, which is no crash
                raise

    def _check(self) -> GgufHeader:
        if self._program is None and importlib.util.find_spec(WHEEL) is None:
            raise ModelUnavailable(
                f"the embedded engine is not installed (no module {WHEEL!r}); "
                "pip install 'assay[local]', or name an endpoint with --base-url"
            )
        if self._program is not None and not os.access(self._program, os.X_OK):
            raise ModelUnavailable(f"{self._program!r} cannot be run as the engine")
        return read_header(self.model_path)

    async def _start(self) -> None:
        self.generation += 1  # first: who looks while we start sees that we do
        self.api_key = secrets.token_urlsafe(32)
        log = self._open_log()
        command = [sys.executable, "-P", "-m", "assay.models.engine_child"]
        try:
            # shielded: asyncio loses track of a process that is cancelled half-made
            with anyio.CancelScope(shield=True):
                process = await anyio.open_process(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C is for us, not for the engine
                )
        except OSError as error:  # no memory, or too many processes
            raise ModelUnavailable(
                f"the engine's process could not be started ({error.strerror})"
            ) from error
        finally:
            log.close()
        self._process = process
        try:
            with anyio.fail_after(self._startup_timeout_s):
                await self._introduce(process)
                await self._await_health(process)
        except BaseException as error:
            await self._stop()
            if isinstance(error, TimeoutError):
                raise ModelUnavailable(
                    "the engine did not answer within "
                    f"{self._startup_timeout_s:.0f} s; {self._log_words()}"
                ) from error
            raise

    async def _introduce(self, process: Process) -> None:
        """Tell the child what to serve, and hear where it does."""
        assert process.stdin is not None
        assert process.stdout is not None
        settings = {
            "model_path": str(self.model_path.absolute()),
            "name": self.name,
            "context_length": self.context_length,
            "slots": self.slots,
            "threads": self.threads,
            "cache_ram_mib": self._cache_ram_mib,
            "shares_prefixes": self._shares_prefixes,
            "api_key": self.api_key,
            "port": self._port,
            "program": self._program,
        }
        try:
            await process.stdin.send(json.dumps(settings).encode() + b"\n")
            reader = BufferedByteReceiveStream(process.stdout)
            said = json.loads(await reader.receive_until(b"\n", 65_536))
        except (anyio.IncompleteRead, anyio.EndOfStream, OSError) as error:
            raise await self._not_started("it ended") from error
        if "fault" in said:
            raise await self._not_started(said["fault"])
        self.address = said["address"]
        self.slot_file = said.get("slot_file", "")

    async def _await_health(self, process: Process) -> None:
        import httpx2  # 100 ms

        async with httpx2.AsyncClient(trust_env=False, timeout=5) as client:
            while process.returncode is None:
                try:
                    answer = await client.get(f"{self.address}/health")
                    if answer.status_code == 200:
                        return
                except httpx2.TransportError:
                    pass  # not yet listening
                await anyio.sleep(_HEALTH_POLL_S)
        raise await self._not_started("it ended while loading the model")

    async def _not_started(self, reason: str) -> ModelUnavailable:
        if self._process is not None:  # so that the log is whole: it ends by itself
            with anyio.move_on_after(_LAST_WORDS_S):
                await self._process.wait()
        await self._stop()
        return ModelUnavailable(
            f"the engine did not start: {reason}; {self._log_words()}"
        )

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                process.kill()  # it keeps nothing that would have to be saved
            with anyio.move_on_after(_STOP_S):
                await process.wait()
            await process.aclose()

    def _open_log(self) -> BinaryIO:
        try:
            self.log_path.parent.mkdir(parents=True, exist_ok=True)
            if self.log_path.exists():
                self.log_path.replace(
                    self.log_path.with_name(self.log_path.name + ".1")
                )
            return self.log_path.open("wb")
        except OSError as error:
            raise EnvironmentFault(
                f"cannot write the engine's log {str(self.log_path)!r} "
                f"({error.strerror}); choose another place for it"
            ) from error

    def _log_words(self) -> str:
        try:
            text = self.log_path.read_text("utf-8", "replace")
        except OSError:
            text = ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        ending = " | ".join(lines[-_LOG_LINES:]) or "it is empty"
        return f"the end of its log {str(self.log_path)!r}: {ending}"
