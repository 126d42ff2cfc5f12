"""A solve through `assay serve` where there is no network but loopback.

Run in a network namespace of its own, as `test_serve_own_network` does. Prints as JSON
what the client was answered, which addresses the sockets had while the model was asked,
and each host that the server's process connected to, sent to or looked up.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from serve.running_server import GOOD, PATIENCE_S, TASK
from serve.scripted_upstream import DONE, Exchange, chunk, endpoint

TABLES = ("tcp", "tcp6", "udp", "udp6")

# Python imports a module of this name before anything else.
WATCHING = """
import os, sys
seen = os.open(os.environ["SEEN"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
places = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1,
          "socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}
def note(event, details):
    if event in places:
        asked = details[places[event]]
        host = asked[0] if isinstance(asked, tuple) else asked
        is_path = places[event] and not isinstance(asked, tuple)  # of a unix socket
        if host is not None and not is_path:
            os.write(seen, os.fsencode(f"{event} {os.fsdecode(host)}\\n"))
sys.addaudithook(note)
"""


def bring_up_loopback() -> None:
    """Set the flag that `ip link set lo up` sets; a new namespace lacks it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        up = struct.pack("16sH14x", b"lo", 1)
        fcntl.ioctl(asking, 0x8914, up)  # SIOCSIFFLAGS, IFF_UP


def far_addresses() -> list[str]:
    """Each address of a socket of this network that is no loopback's."""
    paths = (Path("/proc/net", table) for table in TABLES)
    lines = [
        line.split()
        for path in paths
        if path.exists()  # without IPv6 there are two
        for line in path.read_text().splitlines()[1:]
    ]
    assert lines, "the server's own socket is one of them"
    places = {place.partition(":")[0] for line in lines for place in line[1:3]}
    found = [_address(bytes.fromhex(place)) for place in places]
    return [str(a) for a in found if not (a.is_loopback or a.is_unspecified)]


def _address(words: bytes) -> IPv4Address | IPv6Address:
    """An address as the tables have it: words of 32 bits, each in the host's order."""
    n_words = len(words) // 4
    swapped = struct.pack(f">{n_words}I", *struct.unpack(f"={n_words}I", words))
    if n_words == 1:
        return IPv4Address(swapped)
    address = IPv6Address(swapped)
    return address.ipv4_mapped or address


def main(folder: Path) -> None:
    """Solve one task, and print what was seen."""
    from openai import OpenAI  # which not everybody has who collects the tests

    bring_up_loopback()
    far: list[str] = []
    n_asked = 0

    def answer(exchange: Exchange) -> None:
        nonlocal n_asked
        if exchange.path.endswith("/chat/completions"):
            n_asked += 1
            far.extend(far_addresses())
            exchange.head("text/event-stream")
            exchange.send(chunk(GOOD) + chunk("", finish_reason="stop") + DONE)
        else:
            exchange.head("application/json")
            exchange.send(json.dumps({"data": [{"id": "up"}]}).encode())

    (folder / "sitecustomize.py").write_text(WATCHING)
    seen = folder / "seen"
    with endpoint(answer) as upstream, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        command = [str(Path(sys.executable).parent / "assay"), "serve"]
        options = ["--upstream", upstream.url, "--port", str(port)]
        homes = {"XDG_STATE_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        watched = {"PYTHONPATH": str(folder), "SEEN": str(seen)}
        server = subprocess.Popen(
            [*command, *options],
            env={**os.environ, **homes, **watched},
            stderr=subprocess.PIPE,
        )
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/ready", server)
            client = OpenAI(
                base_url=f"http://127.0.0.1:{port}/v1", api_key="x", max_retries=0
            )
            told = client.chat.completions.create(
                model="up", messages=[{"role": "user", "content": TASK}]
            )
        finally:
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=PATIENCE_S)
        asked = sorted(set(seen.read_text().splitlines()))
        print(  # noqa: T201
            json.dumps(
                {
                    "text": told.choices[0].message.content,
                    "assay": (told.model_extra or {})["assay"],
                    "n_asked": n_asked,
                    "interfaces": [name for _, name in socket.if_nameindex()],
                    "far": sorted(set(far)),
                    "asked": [line.split(" ", 1) for line in asked],
                }
            )
        )


def wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers; fail with its words where it ended."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            urllib.request.urlopen(url).close()
            return
        except OSError as error:
            if server.poll() is not None or time.monotonic() > until:
                server.terminate()
                said = server.communicate()[1].decode(errors="replace")
                raise AssertionError(f"the server is not ready: {said}") from error
            time.sleep(0.05)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
