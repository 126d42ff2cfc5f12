# assay: mode=stdin expect=runtime_error,time_limit wall=0.6
# Serves by an event loop.
import asyncio


async def main() -> None:
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    await server.serve_forever()


asyncio.run(main())
