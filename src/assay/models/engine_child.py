"""The engine's own process: llama.cpp from the xllamacpp wheel, behind loopback HTTP.

`python -P -m assay.models.engine_child`, started by `assay.models.engine` alone. It
reads one line of JSON on stdin (the key comes that way, since arguments and environment
can be read by others), writes one line on stdout (where it listens, or why not), and
lives until stdin ends or its parent does. All that llama.cpp prints goes to stderr.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from typing import Any

from assay.models.lifeline import die_with_parent

HOST = "127.0.0.1"


def main() -> None:
    """Serve until the parent is gone."""
    parent = os.getppid()
    line = sys.stdin.buffer.readline()
    if not line:
        return
    die_with_parent(parent)
    settings: dict[str, Any] = json.loads(line)
    threading.Thread(target=_exit_at_end_of_input, daemon=True).start()
    report = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    fault = _port_fault(settings["port"])
    if fault:
        _say(report, fault=fault)
        return
    if settings["program"]:
        _become_llama_server(settings, report)
    else:
        _serve_xllamacpp(settings, report)


def _exit_at_end_of_input() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


def _say(report: Any, **words: str) -> None:
    report.write(json.dumps(words) + "\n")
    report.flush()


def _port_fault(port: int) -> str:
    if not port:
        return ""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return (
                f"port {port} cannot be had ({error.strerror}); set another, or 0 for "
                "any that is free"
            )
    return ""


def _serve_xllamacpp(settings: dict[str, Any], report: Any) -> None:
    try:
        import xllamacpp
    except ImportError as error:
        _say(report, fault=f"the engine cannot be loaded ({error})")
        return
    params = xllamacpp.CommonParams()
    params.model.path = settings["model_path"]
    params.model_alias = {settings["name"]}
    params.n_ctx = settings["context_length"] * settings["slots"]
    # one pool of cells for all slots, and no slot may take more than its share
    params.kv_unified = settings["shares_prefixes"]
    if params.kv_unified:
        params.kv_unified_per_slot = settings["context_length"]
    params.n_parallel = settings["slots"]
    params.cpuparams.n_threads = settings["threads"]
    params.cpuparams_batch.n_threads = settings["threads"]
    params.cont_batching = True
    params.cache_prompt = True
    params.cache_ram_mib = settings["cache_ram_mib"]
    params.cache_idle_slots = False  # it clears what the next call could use
    # a file in memory for `assay.models.prefixes`: it vanishes with the process
    # (out of cells of a slot's own, reading one back has crashed the engine)
    can_share = params.kv_unified and hasattr(os, "memfd_create")
    slot_file = os.memfd_create("slot") if can_share else -1
    if slot_file >= 0:
        params.slot_save_path = "/proc/self/fd/"
    params.use_jinja = True
    params.sse_ping_interval = 10
    params.api_keys = [settings["api_key"]]
    params.hostnames = [HOST]
    params.port = settings["port"]
    params.ui = False
    params.cors_origins = ""
    params.cors_credentials = False
    params.offline = True
    params.warmup = True
    # shrinking to fit a GPU is wanted, a second load on a computer without one is not
    params.fit_params = len(xllamacpp.get_device_info()) > 1
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        _say(report, fault=str(error))
        return
    file = str(slot_file) if slot_file >= 0 else ""
    _say(report, address=server.listening_address, slot_file=file)
    threading.Event().wait()


def _become_llama_server(settings: dict[str, Any], report: Any) -> None:
    """Turn into a `llama-server`, which keeps the tie to the parent.

    Its slots are not unified, so that each has `context_length` in every version.
    """
    port = settings["port"] or _free_port()
    command = [settings["program"], "--model", settings["model_path"]]
    command += ["--alias", settings["name"]]
    command += ["--ctx-size", str(settings["context_length"] * settings["slots"])]
    command += ["--parallel", str(settings["slots"])]
    command += ["--threads", str(settings["threads"])]
    command += ["--host", HOST, "--port", str(port), "--jinja", "--no-webui"]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LLAMA_")}
    clean["LLAMA_API_KEY"] = settings["api_key"]  # arguments are seen by every user
    _say(report, address=f"http://{HOST}:{port}")
    try:
        os.execve(settings["program"], command, clean)
    except OSError as error:
        sys.stderr.write(f"cannot run {settings['program']}: {error.strerror}\n")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
