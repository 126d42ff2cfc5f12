from __future__ import annotations

import asyncio
import socket

import pytest

from assay.cli.serving import _listening


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_small_pieces_are_sent_at_once(host: str) -> None:
    """Else a stream's first word waits 40 ms for an acknowledgement."""
    if host == "::1" and not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    assert asyncio.run(_delay_is_off(host)) != 0


async def _delay_is_off(host: str) -> int:
    found = asyncio.get_running_loop().create_future()

    async def came(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        found.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    server = await asyncio.start_server(came, sock=_listening(host, 0))
    async with server:
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection(host, port)
        is_off: int = await found
        writer.close()
        await writer.wait_closed()
    return is_off
