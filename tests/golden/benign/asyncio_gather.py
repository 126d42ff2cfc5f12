# assay: mode=stdin expect=passed
# Runs an event loop, which needs pipes or a pair of sockets.
import asyncio


async def part(word: str) -> int:
    await asyncio.sleep(0.001)
    return int(word)


async def main() -> None:
    print(sum(await asyncio.gather(*map(part, input().split()))))


asyncio.run(main())
