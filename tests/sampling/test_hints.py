from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import partial

import anyio
import pytest

from assay.errors import ConfigError
from assay.models.scripted import Scripted
from assay.prompts import render
from assay.sampling.draw import SamplingSettings, draw
from assay.sampling.hints import approach_hint, hint_for, perturbation
from assay.sampling.prompting import sample_request, task_prompt
from assay.types import Call, Candidate, Case, IOMode, Plan, Problem, Request, Stdin

STARTER = (
    'def add(a: int, b: int) -> int:\n    """Add.\n    >>> add(1, 2)\n    3\n    """\n'
)
FUNCTION = Problem(
    id="f",
    statement=STARTER,
    io_mode=IOMode.FUNCTION,
    entry_point="add",
    starter_code=STARTER,
    cases=(Case(input=Call(args=(1, 2)), expected=3),),
)
STDIN = Problem(
    id="s",
    statement="Read $n and print it.\n\nInput\n5\nOutput\n5",
    io_mode=IOMode.STDIN,
    cases=(
        Case(input=Stdin(text="5\n"), expected="5\n"),
        Case(input=Stdin(text="777\n"), expected="777\n"),
    ),
)
PLAN = Plan(text="1. Cost is $5.\n2. Add `a` and `b`.", made_by="plan_search")


def digest(request: Request) -> str:
    text = json.dumps(asdict(request), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def content(request: Request) -> str:
    (message,) = request.messages
    return message.content


def drawn(
    index: int, hints: str = "usual", plan: Plan | None = None, hint: str | None = None
) -> tuple[Request, Candidate | None]:
    model = Scripted(["```python\ndef add(a, b):\n    return a + b\n```"])
    settings = SamplingSettings(hints=hints)  # type: ignore[arg-type]
    call = partial(
        draw, FUNCTION, index, model, settings=settings, plan=plan, hint=hint
    )
    candidate = anyio.run(call)
    return model.requests[0], candidate


@pytest.mark.parametrize(
    ("problem", "index", "sha256"),
    [
        (
            FUNCTION,
            0,
            "fe52cc4b622c133c1cde427519475cd8a76f7396b48afc07af28fbcec72ee704",
        ),
        (
            FUNCTION,
            3,
            "d549bad266bf7d27c16c7bcd1055650d10c2fa1850073a245d4b92de5dafb38f",
        ),
        (
            STDIN,
            0,
            "a58561190bb99b0a99345def73f2a0765b10a64b0494ec89842ae5d1faa4e207",
        ),
        (
            STDIN,
            3,
            "b0e3d14fa361d691a79f69c824c6dc3d0290d0d0234af8935e438cb75720ec12",
        ),
    ],
)
def test_a_request_without_a_plan_is_the_one_that_was_recorded(
    problem: Problem, index: int, sha256: str
) -> None:
    assert digest(sample_request(problem, index)) == sha256, "recordings are lost"


def test_the_first_twenty_requests_are_those_that_were_recorded() -> None:
    rows = [asdict(sample_request(p, i)) for p in (FUNCTION, STDIN) for i in range(20)]
    text = json.dumps(rows, sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest() == (
        "461db02a166d6927cfa667388edcd6c83231b43b899256b42f1e8b92d2756366"
    )


def test_drawing_with_the_usual_settings_asks_the_same_request() -> None:
    for index in (0, 1, 5):
        request, _ = drawn(index)
        assert request == sample_request(FUNCTION, index)


def test_a_plan_stands_at_the_end_in_the_place_of_a_perturbation() -> None:
    plain = content(sample_request(FUNCTION, 0))
    planned = content(sample_request(FUNCTION, 4, plan=PLAN))
    assert planned.startswith(plain)
    assert planned.endswith(PLAN.text), "dollars in a plan survive"
    assert perturbation(4) not in planned


def test_a_hint_stands_in_the_place_of_the_indexed_one_and_after_a_plan() -> None:
    hinted = content(sample_request(FUNCTION, 4, hint="Use a heap."))
    assert hinted == task_prompt(FUNCTION, hint="Use a heap.").text
    assert perturbation(4) not in hinted
    both = content(sample_request(FUNCTION, 4, hint="Use a heap.", plan=PLAN))
    assert both.endswith(f"{PLAN.text}\n\nUse a heap.")
    bare = content(sample_request(FUNCTION, 4, hint=""))
    assert bare == content(sample_request(FUNCTION, 0))


def test_a_planned_sample_is_a_sample() -> None:
    request, candidate = drawn(3, plan=PLAN, hint="Use a heap.")
    assert request == sample_request(FUNCTION, 3, plan=PLAN, hint="Use a heap.")
    assert candidate is not None
    assert (candidate.made_by, candidate.sample) == ("sample", 3)


@pytest.mark.parametrize("hints", ["usual", "none", "approaches", "wide"])
def test_the_first_two_samples_have_no_hint_in_any_set(hints: str) -> None:
    assert hint_for(0, hints) == hint_for(1, hints) == ""
    assert drawn(0, hints)[0] == drawn(0)[0]


def test_the_wide_set_begins_with_the_usual_one_and_repeats_later() -> None:
    n_usual = len(render("perturbations").text.splitlines())
    n_more = len(render("more_perturbations").text.splitlines())
    for index in range(n_usual + 2):
        assert hint_for(index, "wide") == hint_for(index, "usual")
    wide = [hint_for(index, "wide") for index in range(1, n_usual + n_more + 2)]
    assert len(set(wide)) == len(wide)


def test_approaches_are_hints_one_after_the_other() -> None:
    lines = render("approaches").text.splitlines()
    assert [hint_for(index, "approaches") for index in range(2, 10)] == lines
    assert [approach_hint(index) for index in range(8)] == lines
    assert content(drawn(2, "approaches")[0]).endswith(lines[0])


def test_no_hint_is_empty_or_stands_twice() -> None:
    names = ("perturbations", "more_perturbations", "approaches")
    files = [render("perturbations"), render("more_perturbations")]
    lines = [line for file in files for line in file.text.splitlines()]
    lines += render("approaches").text.splitlines()
    assert all(line.strip() for line in lines), names
    assert len(set(lines)) == len(lines)


def test_unknown_hints_are_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="unknown hints 'widest'; choose one of"):
        hint_for(2, "widest")
