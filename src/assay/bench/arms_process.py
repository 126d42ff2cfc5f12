"""The arms' process as the steward holds it: started, shut in, and tried by a bait."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assay.bench.attempting import Workbench
from assay.bench.desk import Desk
from assay.bench.peer import open_peer
from assay.errors import EnvironmentFault
from assay.types import Judge, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a run is made with: it changes no number."""

    judge: Judge
    model: Model | None
    endpoints: dict[str, Model]
    keeper: dict[str, Any]  # the sandbox settings of the keeper
    jobs: int = 1
    confine: bool = True


@asynccontextmanager
async def open_arms(bench: Workbench, means: Means) -> AsyncIterator[Workbench]:
    """Start an arms' process, shut in, and make sure by a bait that it is.

    It sees the attempts that are made in it, and no other worker's.

    Raises:
        EnvironmentFault: it could read what it must not.
    """
    desks: dict[str, Desk] = {}

    def of(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def asked(attempt: str, **fields: Any) -> Any:
            return await method(desks[attempt], **fields)

        return asked

    names = ("count", "generate", "judge", "observe")
    handlers = {name: of(getattr(Desk, name)) for name in names}
    with _folder_of_arms() as folder, bench.store.log("arms.log") as log:
        told = {
            "confine": means.confine,
            "folder": str(folder / "own"),
            "bait": str(folder / "bait"),
        }
        opened = open_peer("assay.bench.arms_child", told, handlers, log=log)
        async with opened as peer:
            state = await peer.call("state")
            if means.confine and not state["confined"]:
                raise EnvironmentFault(
                    "techniques cannot be kept from the dataset on this computer "
                    f"({state['why']}); --unsafe-open-files runs without that wall, "
                    "and the report says so"
                )
            before = bench.store.meta().get("confined", True)
            bench.store.set_meta(confined=bool(state["confined"]) and before)
            yield replace(bench, peer=peer, desks=desks)


@contextmanager
def _folder_of_arms() -> Iterator[Path]:
    """A folder with a bait, and one that the arms' process may write in.

    Raises:
        EnvironmentFault: none can be made.
    """
    with ExitStack() as stack:
        try:
            made = tempfile.TemporaryDirectory(prefix="assay-arms-")
            folder = Path(stack.enter_context(made))
            (folder / "bait").write_text("what an arm must not read")
            (folder / "own").mkdir()
        except OSError as error:
            raise EnvironmentFault(
                f"no folder can be made in {tempfile.gettempdir()!r} "
                f"({error.strerror}); make room there, or name another with TMPDIR"
            ) from error
        yield folder
