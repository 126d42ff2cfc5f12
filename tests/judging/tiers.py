"""Ordinary programs, and how to run rows of programs in a tier as some user."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assay.judging import landlock
from judging.other_users import run_module

needs_landlock = pytest.mark.skipif(
    landlock.version() < 6, reason="the kernel's Landlock is too old for this tier"
)
ONE_PROCESS, WITHOUT_PROC = "landlock", "namespaces-noproc"

ORDINARY = {
    "input": ("print(sum(map(int, input().split())))", "5\n"),
    "opened input": ("print(open('/dev/stdin').read().strip())", "2 3\n"),
    "opened output": ("print(5, file=open('/dev/stdout', 'w'))", "5\n"),
    "files": ("open('f', 'w').write('5'); print(open('f').read())", "5\n"),
    "folders": (
        "import os, shutil\n"
        "os.makedirs('a/b/c'); open('a/b/c/f', 'w').close()\n"
        "shutil.copyfile('a/b/c/f', 'g'); os.rename('a', 'd'); os.link('g', 'h')\n"
        "shutil.rmtree('d'); print(sorted(os.listdir('.')))",
        "['g', 'h', 'main.py']\n",
    ),
    "temporary files": (
        "import tempfile\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    open(folder + '/f', 'w').write('5')\n"
        "with tempfile.TemporaryFile('w+') as file:\n"
        "    file.write('5'); file.seek(0); print(file.read())",
        "5\n",
    ),
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor as Pool\n"
        "with Pool(4) as pool: print(sum(pool.map(int, ['2', '3'])))",
        "5\n",
    ),
    "tasks": (
        "import asyncio\n"
        "async def five(): await asyncio.sleep(0.01); return 5\n"
        "print(asyncio.run(five()))",
        "5\n",
    ),
    "a database": (
        "import sqlite3\n"
        "with sqlite3.connect('f.db') as base:\n"
        "    base.execute('create table t (n)')\n"
        "    base.execute('insert into t values (5)')\n"
        "    print(base.execute('select n from t').fetchone()[0])",
        "5\n",
    ),
    "its own status": (
        "print(open('/proc/self/status').read().startswith('Name'))",
        "True\n",
    ),
    "a signal to itself": (
        "import os, signal\n"
        "signal.signal(signal.SIGUSR1, lambda *_: print(5))\n"
        "os.kill(os.getpid(), signal.SIGUSR1)",
        "5\n",
    ),
}


def rows(sources: dict[str, str]) -> list[dict[str, str]]:
    return [{"id": name, "source": source} for name, source in sources.items()]


def run(
    user: str, backend: str, sources: dict[str, str], require: tuple[str, ...] = ()
) -> dict[str, Any]:
    order = {"backend": backend, "rows": rows(sources), "require": require}
    said = run_module(user, "judging.rows_in_a_tier", json.dumps(order), timeout_s=110)
    told: dict[str, Any] = json.loads(said)
    return told
