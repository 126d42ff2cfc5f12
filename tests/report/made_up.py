"""A made-up run and a made-up solve, as real ones are shaped."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from assay.types import Usage
from assay.types.results import (
    ArmSummary,
    Attempt,
    Bin,
    Calibration,
    Comparison,
    Estimate,
    Leak,
    Outcome,
    RunReport,
    SolveRecord,
    Spread,
    Step,
)

HOSTILE = "</script></title></pre><img src=x onerror=alert(1)>\"'&\x00\ud800\u202e"


def estimate(value: float, half: float = 0.04) -> Estimate:
    return Estimate(
        value=value, low=max(value - half, 0.0), high=min(value + half, 1.0)
    )


def gain(value: float, half: float = 0.03) -> Estimate:
    return Estimate(value=value, low=value - half, high=value + half)


def spread(mean: float) -> Spread:
    return Spread(mean=mean, median=mean * 0.7, p90=mean * 2.2, total=mean * 164)


def arm(
    name: str,
    score: float,
    tokens: float,
    *,
    k: int = 1,
    oracle: float | None = None,
    is_local: bool = True,
) -> ArmSummary:
    passed = round(score * 164)
    return ArmSummary(
        arm=name,
        n_tasks=164,
        n_seeds=1,
        n_passed=passed,
        n_failed=164 - passed,
        n_pending=0,
        score=estimate(score, 0.065),
        k=k,
        oracle=estimate(oracle, 0.06) if oracle else None,
        random=score - 0.11 if oracle else None,
        efficiency=estimate(0.62, 0.2) if oracle else None,
        tokens=spread(tokens),
        tokens_per_solved=tokens / score,
        completion_tokens=spread(tokens * 0.4),
        seconds=spread(tokens / 60),
        model_seconds=spread(tokens / 66),
        sandbox_seconds=spread(0.31) if is_local else None,
        calls=spread(tokens / 420),
        rerun_rate=0.004,
        joules=None,
        money=spread(0.00021) if not is_local else None,
        money_per_solved=0.0003 if not is_local else None,
    )


ARMS = (
    arm("single", 0.591, 440),
    arm("bon:8", 0.689, 3380, k=8, oracle=0.780),
    arm("majority:8", 0.671, 3390, k=8, oracle=0.780),
    arm("assay", 0.750, 1930, k=16, oracle=0.811),
    arm("assay:-select", 0.713, 1900, k=16, oracle=0.811),
    arm("endpoint:http://peer.invalid/v1#big-model", 0.738, 2100, is_local=False),
)


def made_up_run(
    n_tasks: int = 164, arms: tuple[ArmSummary, ...] = ARMS, n_seeds: int = 1
) -> RunReport:
    """A complete run with every part filled in."""
    dice = random.Random(7)
    attempts = tuple(
        made_up_attempt(f"HumanEval/{t}", a, seed, dice)
        for t in range(n_tasks)
        for a in arms
        for seed in range(n_seeds)
    )
    return RunReport(
        run="2026-03-01-a1b2",
        dataset="humanevalplus",
        created="2026-03-01T09:30:00Z",
        status="complete",
        headline="assay solves more tasks than single (75.0 % against 59.1 %, "
        "p < 0.001) and more than bon:8 at 57 % of its tokens (p = 0.031).",
        arms=arms,
        comparisons=(
            comparison("assay", "single", 0.159, 0.00002),
            comparison("assay", "bon:8", 0.061, 0.031),
            comparison("assay", "majority:8", 0.079, 0.2),
        ),
        steps=(
            step("more samples, filtered", "bon:8", "single", 0.098, 0.0004),
            step("self-made inputs", "inputs", "bon:8", -0.012, 0.48),
            step("soft vote", "vote", "inputs", 0.049, 0.012),
            step("repair from executed facts", "assay", "vote", 0.024, 0.125),
        ),
        left_out=(
            step("select", "assay", "assay:-select", 0.037, 0.031),
            step("repair", "assay", "assay:-repair", 0.024, 0.125),
            step("inputs", "assay", "assay:-inputs", -0.006, 1.0),
        ),
        calibrations=(
            Calibration(
                arm="assay",
                n=164,
                error=0.043,
                bins=tuple(
                    Bin(
                        low=i / 5,
                        high=(i + 1) / 5,
                        n=n,
                        confidence=i / 5 + 0.1,
                        right=right,
                    )
                    for i, (n, right) in enumerate(
                        ((9, 0.0), (0, 0.0), (14, 0.36), (31, 0.58), (110, 0.93))
                    )
                ),
            ),
        ),
        attempts=attempts,
        leaks=(),
        n_harness_errors=0,
        provenance=(
            ("dataset sha256", "9f2b" * 16),
            ("model", "qwen2.5-coder-1.5b, sha256 cc324af070c2ecbf…"),
            ("window", "all dates"),
            ("engine", "xllamacpp 2026.10.11549"),
            ("load", "0.4 to 2.1"),
        ),
        commands=("assay bench run --dataset humanevalplus --arm single --arm assay",),
        titles={f"HumanEval/{t}": f"Task number {t}" for t in range(n_tasks)},
        warnings=("the machine was loaded during 3 attempts",),
    )


def made_up_attempt(
    task: str, summary: ArmSummary, seed: int, dice: random.Random
) -> Attempt:
    share = summary.score.value if summary.score else 0.5
    passed = dice.random() < share
    tokens = int(dice.lognormvariate(6.5, 0.9))
    return Attempt(
        task=task,
        arm=summary.arm,
        seed=seed,
        outcome=Outcome.PASSED if passed else Outcome.FAILED,
        reason="" if passed else dice.choice(("wrong_answer", "time_limit")),
        answer_sha256="ab" * 32,
        claim="verified",
        confidence=round(dice.random(), 2),
        stopped="confident",
        usage=Usage(prompt_tokens=tokens, completion_tokens=tokens // 2),
        calls=3,
        seconds=tokens / 40,
        difficulty="easy",
    )


def comparison(a: str, b: str, value: float, p: float) -> Comparison:
    return Comparison(
        a=a,
        b=b,
        n_tasks=164,
        n_both=92,
        n_only_a=31,
        n_only_b=5,
        n_neither=36,
        difference=gain(value, 0.06),
        p=p,
        p_holm=min(1.0, 3 * p),
        tokens_ratio=0.571,
        detectable=0.071,
        words=f"{a} solves more tasks than {b}" if p < 0.05 else "no difference shown",
    )


def step(name: str, with_it: str, without: str, value: float, p: float) -> Step:
    return Step(name=name, arm=with_it, before=without, difference=gain(value), p=p)


def bare_run(**changes: Any) -> RunReport:
    """A run of which nothing is known yet."""
    empty = RunReport(
        run="r",
        dataset="d",
        created="2026-03-01T09:30:00Z",
        status="incomplete",
        headline="",
        arms=(),
        comparisons=(),
        steps=(),
        left_out=(),
        calibrations=(),
        attempts=(),
        leaks=(),
        n_harness_errors=0,
        provenance=(),
        commands=(),
    )
    return replace(empty, **changes)


def unmeasured_arm(name: str) -> ArmSummary:
    """An arm with attempts pending and nothing measured."""
    return ArmSummary(
        arm=name,
        n_tasks=2,
        n_seeds=1,
        n_passed=0,
        n_failed=1,
        n_pending=1,
        score=None,
    )


def leak(task: str = "HumanEval/3") -> Leak:
    return Leak(task=task, arm="assay", seed=0, where="prompt", what="hidden case 4")


SQUARE = "def double(n):\n    return n * n\n"
ZERO = "def double(n):\n    return 0\n"
RIGHT = "def double(n):\n    return 2 * n\n"
ALSO = "def double(n):\n    if n == 7:\n        return 15\n    return n + n\n"


def made_up_solve() -> SolveRecord:
    """Wrong at first, repaired, two classes, one program dropped."""
    given = [("two", "double(2)", "4"), ("five", "double(5)", "10")]
    outputs = ["12", "14", "-4", "0"]
    events = (
        event("solve", 0.2, title="Double", inputs=["Call(6)", "Call(7)", "Call(-2)",
              "Call(0)"], isolation="namespaces", model="scripted", checker="exact"),
        *asked(1, 0.25, 1.9, "solve_signature", SQUARE),
        candidate(1.91, 0, "greedy", SQUARE),
        verdict(2.0, 0, "greedy", given, ("passed", "wrong_answer"), ("4", "25")),
        decision(2.0, 1, 0, [], 0.0, 0.0, "go on"),
        *asked(2, 2.05, 3.4, "solve_signature", ZERO),
        candidate(3.41, 1, "sample", ZERO),
        verdict(3.5, 1, "sample", given, ("wrong_answer", "time_limit"), ("0", "")),
        *asked(3, 3.6, 5.2, "solve_signature", ALSO),
        *asked(4, 3.6, 5.6, "solve_signature", SQUARE),
        *asked(5, 3.6, 6.4, "repair", RIGHT),
        event("no_program", 5.0),
        candidate(5.21, 2, "sample", ALSO),
        verdict(5.3, 2, "sample", given, ("passed", "passed"), ("4", "10")),
        observed(5.5, 2, ["12", "15", "-4", "0"]),
        event("candidate", 5.61, sample=3, made_by="sample", equals=0),
        candidate(6.41, 0, "executed_facts", RIGHT),
        verdict(6.5, 0, "executed_facts", given, ("passed", "passed"), ("4", "10")),
        observed(6.8, 0, outputs),
        event("candidate", 7.0, sample=4, made_by="sample", equals=2),
        candidate(7.1, 1, "executed_facts", ZERO + "\n# again"),
        verdict(7.2, 1, "executed_facts", given, ("wrong_answer", "skipped"),
                ("0", "")),
        event("dropped", 7.2, sample=1, reason="not better"),
        decision(7.3, 4, 2, [2, 1], 0.6875, 0.61, "samples"),
        event("solution", 7.3, status="verified", evidence="verified by 2 given tests",
              confidence=0.61, stopped="samples", tokens=700, seconds=7.1, code=RIGHT),
    )  # fmt: skip
    return SolveRecord(
        attempt=Attempt(
            task="double",
            arm="assay",
            seed=0,
            outcome=Outcome.PASSED,
            answer_sha256="cd" * 32,
            claim="verified",
            confidence=0.61,
            stopped="samples",
            usage=Usage(prompt_tokens=500, completion_tokens=200),
            calls=5,
            seconds=7.1,
            model_seconds=5.4,
            sandbox_seconds=0.03,
            n_samples=5,
            n_candidates=4,
            n_right=1,
        ),
        statement="Write a function `double(n)` that returns twice n.",
        title="Double a number",
        answer=RIGHT,
        events=events,
        candidates=((RIGHT, True), (SQUARE, False), (ZERO, False), (ALSO, False)),
    )


def event(kind: str, at_s: float, **data: Any) -> dict[str, Any]:
    return {"kind": kind, "at_s": at_s, "data": data}


def asked(
    number: int, start: float, end: float, prompt: str, code: str
) -> tuple[dict[str, Any], ...]:
    request = {
        "messages": [
            {"role": "user", "content": "Solve this problem.\n" + "word " * 60}
        ],
        "max_tokens": 1024,
        "temperature": 0.7,
        "top_p": 0.95,
        "seed": number,
        "prompt": prompt,
        "prompt_sha256": "ef" * 32,
    }
    return (
        event("call_start", start, call=number, prompt=prompt),
        event(
            "call",
            end,
            call=number,
            request=request,
            text=f"```python\n{code}```",
            finish_reason="fence",
            usage={"prompt_tokens": 100, "completion_tokens": 40},
            seconds=end - start,
            from_recording=False,
        ),
    )


def candidate(at_s: float, sample: int, made_by: str, code: str) -> dict[str, Any]:
    return event("candidate", at_s, sample=sample, made_by=made_by, code=code)


def verdict(
    at_s: float,
    sample: int,
    made_by: str,
    given: list[tuple[str, str, str]],
    statuses: tuple[str, ...],
    got: tuple[str, ...],
) -> dict[str, Any]:
    results = [
        {
            "status": status,
            "name": name,
            "input_text": asked_for,
            "expected_text": expected,
            "got_text": shown,
        }
        for (name, asked_for, expected), status, shown in zip(
            given, statuses, got, strict=True
        )
    ]
    passed = all(s == "passed" for s in statuses)
    return event(
        "verdict", at_s, sample=sample, made_by=made_by, passed=passed, results=results
    )


def observed(at_s: float, sample: int, outputs: list[str]) -> dict[str, Any]:
    rows = [["finished", shown, 0.001] for shown in outputs[:-1]]
    rows.append(["runtime_error", "ValueError: no", 0.001])
    return event("observations", at_s, sample=sample, rows=rows)


def decision(
    at_s: float,
    after: int,
    in_play: int,
    classes: list[int],
    posterior: float,
    confidence: float,
    reason: str,
) -> dict[str, Any]:
    return event(
        "decision",
        at_s,
        after=after,
        in_play=in_play,
        classes=classes,
        posterior=posterior,
        confidence=confidence,
        reason=reason,
    )
