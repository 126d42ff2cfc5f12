"""`endpoint:` another service as an arm, on a real socket that can misbehave."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

import anyio
import pytest

from assay.bench.arms_process import Means
from assay.bench.reporting import attempts_of
from assay.bench.run import run_bench
from assay.bench.store import RunStore
from assay.cli.benching import BenchJob, start
from assay.config import BenchConfig, Config, ModelConfig, SolveConfig
from assay.errors import ConfigError, ModelUnavailable
from assay.judging.judge import open_judge
from assay.models.openai_http import OpenAIModel
from assay.types.results import Attempt, Outcome
from bench import running
from models.endpoint import Answer, Exchange, chunk, endpoint, events, hang, say

TASK = running.TASKS[0]
RIGHT = running.fenced(TASK.right)
USAGE = {"prompt_tokens": 21, "completion_tokens": 13}


def answered(
    folder: Path, *answers: Answer, idle_timeout_s: float = 5.0
) -> tuple[Attempt, int]:
    """One task, one arm: its attempt, and how often the service was asked."""

    async def main() -> tuple[Attempt, int]:
        async with endpoint(*answers) as served:
            arm = f"endpoint:{served.url}#tiny"
            data = running.write_dataset(folder / "own.jsonl", [TASK.row])
            chosen = running.settings(data, arm)
            store = running.begin(folder / "run", chosen)
            quick = OpenAIModel(
                base_url=served.url,
                model="tiny",
                backoff_s=0.01,
                idle_timeout_s=idle_timeout_s,
            )
            try:
                async with quick as model, open_judge(slots=1) as judge:
                    means = Means(
                        judge=judge,
                        model=None,
                        endpoints={arm: model},
                        keeper=dict(running.KEEPER),
                    )
                    await run_bench(store, chosen, means)
                (found,) = attempts_of(store)
            finally:
                store.close()
            return found, len(served.chats)

    return anyio.run(main)


def test_an_endpoint_that_tells_its_usage(tmp_path: Path) -> None:
    found, n_asked = answered(tmp_path, say(RIGHT, usage=USAGE))
    assert found.outcome is Outcome.PASSED, found.reason
    assert found.usage is not None
    assert (found.usage.prompt_tokens, found.usage.completion_tokens) == (21, 13)
    assert (found.calls, found.n_samples, n_asked) == (1, 1, 1)


def test_usage_comes_after_the_fence_and_is_waited_for(tmp_path: Path) -> None:
    text = (RIGHT, "\nIt doubles", " the number.")
    found, _ = answered(tmp_path, say(*text, usage=USAGE))
    assert found.outcome is Outcome.PASSED, found.reason
    assert found.usage is not None
    assert found.usage.completion_tokens == 13


def test_an_endpoint_without_usage_is_graded_and_not_measured(tmp_path: Path) -> None:
    found, _ = answered(tmp_path, say(RIGHT))
    assert found.outcome is Outcome.PASSED, found.reason
    assert found.usage is None, "a gap, and not what was counted here"
    assert found.calls == 1


async def die(exchange: Exchange) -> None:
    """Break off in the middle of an answer."""
    await exchange.head(200, "text/event-stream")
    await exchange.event(chunk(RIGHT[:20]))


def test_one_that_dies_in_mid_answer_is_pending(tmp_path: Path) -> None:
    found, n_asked = answered(tmp_path, die)
    assert found.outcome is Outcome.PENDING
    assert found.reason
    assert found.answer_sha256 is None
    assert n_asked > 1, "it was asked again before that"


def test_one_that_recovers_is_not_pending(tmp_path: Path) -> None:
    found, n_asked = answered(tmp_path, die, say(RIGHT, usage=USAGE))
    assert found.outcome is Outcome.PASSED, found.reason
    assert (found.retries, n_asked) == (1, 2)


@pytest.mark.parametrize(
    "answer",
    [say(""), say("I cannot.", usage=USAGE), events({"choices": []})],
    ids=["nothing", "no program", "no text"],
)
def test_one_that_answers_without_a_program_has_failed(
    tmp_path: Path, answer: Answer
) -> None:
    found, _ = answered(tmp_path, answer)
    assert (found.outcome, found.n_samples) == (Outcome.FAILED, 1)
    assert found.reason.startswith("no answer: ") or found.answer_sha256


def job(folder: Path, url: str, **solve: str) -> BenchJob:
    data = running.write_dataset(folder / "own.jsonl", [TASK.row])
    return BenchJob(
        config=Config(
            model=ModelConfig(idle_timeout=2.0),
            solve=SolveConfig(recordings=folder / "recordings.sqlite", **solve),  # type: ignore[arg-type]
            bench=BenchConfig(runs=folder / "runs"),
        ),
        dataset=str(data),
        arms=(f"endpoint:{url}#tiny",),
        name="r",
        quiet=True,
    )


def nobody() -> str:
    """An address at which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/v1"


def test_one_that_refuses_the_connection_is_said_at_the_start(tmp_path: Path) -> None:
    url = nobody()
    with pytest.raises(ModelUnavailable, match=url.removesuffix("/v1")):
        start(job(tmp_path, url))
    store = RunStore(tmp_path / "runs" / "r", read_only=True)
    with suppress(FileNotFoundError):
        assert store.sealed() == []
    store.close()


def test_a_replay_has_no_endpoints(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"endpoint:.* is a service.*--replay-only"):
        start(job(tmp_path, nobody(), record_mode="replay-only"))


def test_one_that_hangs_is_pending_when_patience_ends(tmp_path: Path) -> None:
    found, _ = answered(tmp_path, hang, idle_timeout_s=0.5)
    assert found.outcome is Outcome.PENDING
    assert found.answer_sha256 is None
