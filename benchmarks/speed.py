"""Print how long the parts take that are not the model. Nothing is asserted.

    python benchmarks/speed.py            # import, --help, judging
    python benchmarks/speed.py --engine   # and one solve: the model's share of the wall

Each figure is the least of some runs: what this computer gives when nothing disturbs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import anyio

from assay.budget import Budget
from assay.concurrency import gather
from assay.config import load_config
from assay.inputs import make_inputs
from assay.judging.judge import open_judge
from assay.models.opening import open_model
from assay.problems import read_problem
from assay.solve import solve
from assay.types import Candidate

DEMO = Path(__file__).parent.parent / "demo"
N_CANDIDATES, N_INPUTS = 8, 30


def least(call: Callable[[], object], runs: int = 7) -> float:
    """The shortest of some runs, in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def command(*words: str) -> None:
    """Run a command and throw its output away."""
    subprocess.run(words, check=True, capture_output=True)


async def judging_seconds() -> tuple[float, float]:
    """Start of the sandbox; 8 candidates on the given cases and 30 more inputs."""
    problem = read_problem(DEMO / "warming.txt")
    inputs = make_inputs(problem, n=N_INPUTS)
    body = (Path(__file__).parent / "warming_answer.py").read_text()
    candidates = [Candidate(code=f"{body}\n# {n}\n") for n in range(N_CANDIDATES)]
    start = time.perf_counter()
    async with open_judge() as judge:
        ready = time.perf_counter()

        async def one(candidate: Candidate) -> None:
            verdict = await judge.judge(candidate, problem)
            assert verdict.passed, verdict
            await judge.observe(candidate, problem, inputs)

        times = []
        for _ in range(3):
            begin = time.perf_counter()
            await gather(partial(one, candidate) for candidate in candidates)
            times.append(time.perf_counter() - begin)
    return ready - start, min(times)


async def engine_share() -> str:
    """One real solve: how much of its wall time the engine was generating."""
    problem = read_problem(DEMO / "roman.py")
    async with open_judge() as judge, open_model(load_config()) as model:
        solution = await solve(problem, model, judge, budget=Budget())
    spend = solution.spend
    return (
        f"{spend.model_seconds / spend.seconds:.1%} of {spend.seconds:.1f} s the "
        f"engine generating; {spend.usage.cached_prompt_tokens:,} of "
        f"{spend.usage.prompt_tokens:,} prompt tokens cached; {spend.runs} runs"
    )


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", action="store_true")
    args = parser.parse_args()
    python = sys.executable
    bare = least(partial(command, python, "-c", "pass"))
    package = least(partial(command, python, "-c", "import assay"))
    method = least(partial(command, python, "-c", "import assay.solve"))
    shown = least(partial(command, str(Path(python).parent / "assay"), "--help"))
    start, judging = anyio.run(judging_seconds)
    print(f"python alone                     {bare * 1000:6.0f} ms")
    print(f"import assay                     {(package - bare) * 1000:6.0f} ms more")
    print(f"import assay.solve               {(method - bare) * 1000:6.0f} ms more")
    print(f"assay --help                     {shown * 1000:6.0f} ms")
    print(f"sandbox start and self-test      {start * 1000:6.0f} ms")
    print(
        f"judging {N_CANDIDATES} candidates, {N_INPUTS} inputs {judging * 1000:6.0f} ms"
    )
    if args.engine:
        print(anyio.run(engine_share))


if __name__ == "__main__":
    main()
