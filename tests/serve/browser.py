"""Chromium, driven over a pipe by the DevTools protocol: nothing to install for it."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium")
LIMIT_S = 60.0  # a loaded computer starts it slowly
KEYS = {"Enter": ("\r", 13), "Escape": ("", 27), "Tab": ("", 9)}  # text, code
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
# Chromium reads 3 and writes 4; `preexec_fn` is not safe in a process with threads.
PLACE = """
import fcntl, os, sys
reads, writes = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 10) for n in sys.argv[1:3])
os.dup2(reads, 3)
os.dup2(writes, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Tab:
    """One tab. Every message waits at most `LIMIT_S`."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes = reads, writes
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self.logged: list[str] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> Any:
        """Ask for something, and wait for its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writes, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._number:
                assert "error" not in told, f"{method}: {told['error']}"
                return told["result"]
            self._note(told)

    def _note(self, told: dict[str, Any]) -> None:
        params = told.get("params", {})
        if told.get("method") == "Log.entryAdded":
            entry = params["entry"]
            if entry["level"] in ("warning", "error"):
                self.logged.append(f"{entry['text']} {entry.get('url', '')}")
        elif told.get("method") == "Runtime.exceptionThrown":
            self.logged.append(json.dumps(params["exceptionDetails"])[:500])

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + LIMIT_S
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._reads], [], [], until - time.monotonic())
            assert ready, "chromium does not answer"
            piece = os.read(self._reads, 1 << 16)
            assert piece, "chromium has ended"
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(line)
        return found

    def open(self, url: str) -> None:
        """Go to an address, and wait until its page is loaded."""
        self.send("Page.navigate", url=url)
        self.wait(
            "document.readyState === 'complete' && location.href !== 'about:blank'"
        )

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        told = self.send(
            "Runtime.evaluate",
            expression=script,
            returnByValue=True,
            awaitPromise=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def wait(self, script: str) -> None:
        """Wait until an expression holds; a page that is just left does not count."""
        until = time.monotonic() + LIMIT_S
        while time.monotonic() < until:
            with suppress(AssertionError):
                if self.run(script):
                    return
            time.sleep(0.05)
        raise AssertionError(f"never held: {script}")

    def press(self, key: str) -> None:
        """Press and release a key."""
        text, number = KEYS.get(key, (key, 0))
        words: dict[str, Any] = {"key": key, "text": text}
        if number:
            words |= {"code": key, "windowsVirtualKeyCode": number}
        self.send("Input.dispatchKeyEvent", type="keyDown", **words)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def write(self, text: str) -> None:
        """Write into what is focused."""
        self.send("Input.insertText", text=text)

    def bring(self, script: str) -> None:
        """Run a script of ours in each page from now on, before its own."""
        self.send("Page.addScriptToEvaluateOnNewDocument", source=script)

    @contextmanager
    def without_scripts(self) -> Iterator[None]:
        """Have pages go without their scripts until the block ends."""
        self.send("Emulation.setScriptExecutionDisabled", value=True)
        try:
            yield
        finally:
            self.send("Emulation.setScriptExecutionDisabled", value=False)

    def look(self, *, dark: bool = False, width: int = 1200, height: int = 900) -> None:
        """Choose the colours and the window. Nothing moves from one to another."""
        wanted = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce",
        }
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        self.send("Emulation.setEmulatedMedia", features=features)
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def picture(self, file: Path) -> None:
        """Take a picture of the whole page."""
        told = self.send(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True
        )
        file.write_bytes(base64.b64decode(told["data"]))


@contextmanager
def browser(folder: Path) -> Iterator[Tab]:
    """A Chromium with one tab, until the block ends."""
    assert CHROMIUM is not None
    to_it, from_us = os.pipe()
    from_it, to_us = os.pipe()
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}"]
    start = [sys.executable, "-c", PLACE, str(to_it), str(to_us), *command]
    process = subprocess.Popen(
        start,
        pass_fds=(to_it, to_us),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_it)
    os.close(to_us)
    try:
        yield Tab(from_it, from_us)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        os.close(from_it)
        os.close(from_us)
