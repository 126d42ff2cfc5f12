"""The engine's process: how it starts, why it does not, and that it always ends."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import httpx2
import pytest

from assay.errors import EnvironmentFault, ModelUnavailable
from assay.models import engine as engine_module
from assay.models.engine import Engine
from models.small_model import small_model
from models.tiny_gguf import tiny_gguf

needs_engine = pytest.mark.engine


def start_fault(engine: Engine) -> str:
    async def main() -> str:
        with pytest.raises(ModelUnavailable) as raised:
            async with engine:
                pass
        return str(raised.value)

    return anyio.run(main)


def small_engine(folder: Path, *, port: int = 0) -> Engine:
    return Engine(
        small_model().path,
        context_length=256,
        slots=1,
        threads=1,
        log_path=folder / "engine.log",
        port=port,
    )


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def test_a_file_that_is_no_model_is_refused_before_anything_starts(
    tmp_path: Path,
) -> None:
    path = tmp_path / "page.gguf"
    path.write_text("<html>")
    log = tmp_path / "engine.log"
    fault = start_fault(Engine(path, log_path=log, program=sys.executable))
    assert "it starts with b'<htm'" in fault
    assert not log.exists()


def test_a_missing_wheel_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "WHEEL", "no_such_wheel")
    fault = start_fault(Engine(tmp_path / "x.gguf", log_path=tmp_path / "log"))
    assert "pip install 'assay[local]'" in fault


def test_a_program_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    program = str(tmp_path / "llama-server")
    fault = start_fault(
        Engine(tmp_path / "x.gguf", log_path=tmp_path / "log", program=program)
    )
    assert f"{program!r} cannot be run as the engine" in fault


def test_a_process_that_cannot_be_made_is_a_fault_of_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*args: object, **more: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(anyio, "open_process", fails)
    path = tmp_path / "tiny.gguf"
    path.write_bytes(tiny_gguf())
    fault = start_fault(Engine(path, log_path=tmp_path / "log", program=sys.executable))
    assert fault == (
        "the engine's process could not be started (Cannot allocate memory)"
    )


def test_a_start_that_nobody_waits_for_is_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "_start", lambda engine: anyio.sleep_forever())

    async def main() -> None:
        engine = Engine(tmp_path / "x.gguf", log_path=tmp_path / "log")
        for _ in range(engine_module.MAX_RESTARTS + 2):
            with anyio.move_on_after(0.01) as patience:
                await engine.restart(engine.generation)
            assert patience.cancelled_caught

    anyio.run(main)


@needs_engine
def test_a_model_that_does_not_load_shows_the_end_of_the_log(tmp_path: Path) -> None:
    small_model()
    path = tmp_path / "hollow.gguf"
    path.write_bytes(tiny_gguf())
    log = tmp_path / "engine.log"
    fault = start_fault(Engine(path, log_path=log, threads=1))
    assert "the engine did not start: " in fault
    assert f"the end of its log {str(log)!r}: " in fault
    assert "error loading model" in fault or "failed to load model" in fault


@needs_engine
def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        fault = start_fault(small_engine(tmp_path, port=port))
    assert f"port {port} cannot be had (Address already in use)" in fault


@needs_engine
def test_a_log_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    async def main() -> None:
        with pytest.raises(EnvironmentFault, match="cannot write the engine's log"):
            async with small_engine(tmp_path / "file"):
                pass

    anyio.run(main)


@needs_engine
def test_leaving_ends_the_process_and_keeps_the_log(tmp_path: Path) -> None:
    async def main() -> int:
        async with small_engine(tmp_path) as engine:
            assert engine.alive
            assert engine.pid is not None
            pid = engine.pid
        assert not engine.alive
        return pid

    pid = anyio.run(main)
    assert is_gone(pid)
    assert "listening" in (tmp_path / "engine.log").read_text()


@needs_engine
@pytest.mark.parametrize("seconds", [0.01, 0.1, 0.3])
def test_a_cancelled_start_leaves_no_process(seconds: float, tmp_path: Path) -> None:
    async def main() -> Engine:
        engine = small_engine(tmp_path)
        with anyio.move_on_after(seconds):
            async with engine:
                await anyio.sleep_forever()
        return engine

    before = set(children())  # other tests may have processes of their own
    assert not anyio.run(main).alive
    wait_until(lambda: set(children()) <= before)


def children() -> list[str]:
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    return path.read_text().split()


@needs_engine
def test_an_engine_that_keeps_crashing_is_given_up(tmp_path: Path) -> None:
    async def main() -> None:
        async with small_engine(tmp_path) as engine:
            for _ in range(engine_module.MAX_RESTARTS):
                assert engine.pid is not None
                os.kill(engine.pid, signal.SIGKILL)
                assert await engine.has_died()
                await engine.restart(engine.generation)
                assert engine.alive
            assert engine.pid is not None
            os.kill(engine.pid, signal.SIGKILL)
            assert await engine.has_died()
            with pytest.raises(ModelUnavailable, match="crashed 4 times within 60 s"):
                await engine.restart(engine.generation)

    anyio.run(main)


PARENT = """
import sys
from pathlib import Path
import anyio
from assay.models.engine import Engine
async def main():
    async with Engine(Path({model!r}), context_length=256, slots=1, threads=1,
                      log_path=Path({log!r}), program={program!r}) as engine:
        print(engine.pid, flush=True)
        await anyio.sleep_forever()
anyio.run(main)
"""


def killed_parents_engine(folder: Path, model: Path, program: str | None) -> int:
    code = PARENT.format(
        model=str(model), log=str(folder / "engine.log"), program=program
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not is_gone(pid)
        parent.send_signal(signal.SIGKILL)
    return pid


@needs_engine
def test_a_killed_parent_leaves_no_engine(tmp_path: Path) -> None:
    pid = killed_parents_engine(tmp_path, small_model().path, None)
    wait_until(lambda: is_gone(pid))


@needs_engine
def test_the_child_ends_with_its_input(tmp_path: Path) -> None:
    """The second tie to the parent, for where the kernel has not the first."""
    settings = {
        "model_path": str(small_model().path),
        "name": "small",
        "context_length": 128,
        "slots": 1,
        "threads": 1,
        "cache_ram_mib": 0,
        "shares_prefixes": True,
        "api_key": "key",
        "port": 0,
        "program": None,
    }
    command = [sys.executable, "-P", "-m", "assay.models.engine_child"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(settings) + "\n")
        child.stdin.flush()
        assert "address" in json.loads(child.stdout.readline())
        child.stdin.close()
        assert child.wait(timeout=30) == 0


def test_the_child_ends_where_nobody_speaks_to_it() -> None:
    command = [sys.executable, "-P", "-m", "assay.models.engine_child"]
    assert subprocess.run(command, stdin=subprocess.DEVNULL, timeout=30).returncode == 0


SERVER = """#!{python}
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        words = [os.environ["LLAMA_API_KEY"], *sys.argv[1:]]
        self.wfile.write("\\n".join(words).encode())
port = int(sys.argv[sys.argv.index("--port") + 1])
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def stand_in(folder: Path) -> tuple[Path, str]:
    """A model's header, and a program that takes the place of llama-server."""
    model, program = folder / "tiny.gguf", folder / "llama-server"
    model.write_bytes(tiny_gguf())
    program.write_text(SERVER.format(python=sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return model, str(program)


def test_a_llama_server_is_started_with_the_same_promises(tmp_path: Path) -> None:
    model, program = stand_in(tmp_path)

    async def main() -> None:
        engine = Engine(
            model,
            context_length=128,
            slots=3,
            threads=1,
            log_path=tmp_path / "engine.log",
            program=program,
        )
        async with engine, httpx2.AsyncClient(trust_env=False) as client:
            said = (await client.get(f"{engine.address}/props")).text.split("\n")
        assert said[0] == engine.api_key
        assert engine.api_key not in said[1:]
        assert said[said.index("--ctx-size") + 1] == str(128 * 3)
        assert said[said.index("--host") + 1] == "127.0.0.1"
        assert engine.version == Path(program).name

    anyio.run(main)


def test_a_killed_parent_leaves_no_llama_server(tmp_path: Path) -> None:
    pid = killed_parents_engine(tmp_path, *stand_in(tmp_path))
    wait_until(lambda: is_gone(pid))
