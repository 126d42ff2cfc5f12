"""The arms: how they are named, what a recipe may be, what they share in a run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from assay.bench.arms import MOST_SAMPLES, parse_arm, parse_arms
from assay.bench.playing import own_recipe
from assay.errors import UsageError
from assay.models.recorded import Recorded, RecordMode
from assay.models.recordings import RecordingStore
from assay.models.scripted import Scripted
from assay.solve import Recipe
from assay.types.results import Attempt
from bench import running


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("single", {"kind": "single"}),
        (" sample ", {"kind": "sample", "name": "sample"}),
        ("bon:8", {"kind": "bon", "n": 8}),
        ("majority:1", {"kind": "majority", "n": 1}),
        (f"bon:{MOST_SAMPLES}", {"n": MOST_SAMPLES}),
        ("bon", {"kind": "bon", "n": None}),
        ("assay", {"kind": "assay", "without": ()}),
        ("assay:-repair", {"without": ("repair",)}),
        ("assay:-select, -stop", {"without": ("select", "stop")}),
        (
            "endpoint:http://h:1/v1#a/b#c",
            {"kind": "endpoint", "url": "http://h:1/v1", "model": "a/b#c"},
        ),
        ("endpoint:https://h/v1", {"url": "https://h/v1", "model": ""}),
        ("command:./peer --fast 'a b'", {"command": ("./peer", "--fast", "a b")}),
    ],
)
def test_each_form_is_read(text: str, wanted: dict[str, Any]) -> None:
    arm = parse_arm(text)
    assert {name: getattr(arm, name) for name in wanted} == wanted
    assert arm.name == text.strip()
    assert arm.is_ours == (arm.kind not in ("endpoint", "command"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "unknown arm ''; there are single, sample"),
        ("singel", "did you mean 'single'?"),
        ("bonn:8", "did you mean 'bon'?"),
        ("Single", "did you mean 'single'?"),
        ("single:1", "takes no '1'; write 'single'"),
        ("sample:", "takes no ''; write 'sample'"),
        ("bon:", "draws '' samples; give a number from 1 to 1,000"),
        ("bon:0", "draws '0' samples"),
        ("bon:-1", "draws '-1' samples"),
        ("bon:1.5", "draws '1.5' samples"),
        ("bon:1001", "draws '1001' samples"),
        ("bon:" + "9" * 5000, "give a number from 1 to 1,000"),
        ("majority:x", "draws 'x' samples"),
        (
            "assay:",
            "leaves out ''; there are -inputs, -corners, -select, -repair, -stop",
        ),
        ("assay:repair", "leaves out 'repair'; did you mean '-repair'?"),
        ("assay:-repiar", "did you mean '-repair'?"),
        ("assay:-repair,", "leaves out ''"),
        ("recipe", "says nothing after the colon"),
        ("endpoint:", "says nothing after the colon"),
        ("command", "says nothing after the colon"),
        ("endpoint:localhost:80/v1", "is no address; write endpoint:http://HOST"),
        ("command:  ", "says nothing after the colon"),
        ("command:''", "names no program"),
        ("command:' ' x", "names no program"),
        ("command:it's", "is no command line: No closing quotation"),
        ("recipe:/no/such/file.py", "cannot be read: .*No such file"),
        ("recipe:/", "cannot be read: .*directory"),
    ],
)
def test_what_is_no_arm_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why if ".*" in why else re.escape(why)):
        parse_arm(text)


def test_a_recipe_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read: .*utf-8"):
        parse_arm(f"recipe:{path}")
    path.write_text("def recipe(usual):\n    return usual\n")
    assert parse_arm(f"recipe:{path}").source == path.read_text()


@pytest.mark.parametrize(
    ("texts", "match", "why"),
    [
        ((), None, "no arm was named"),
        (("single", "bon:2", "single"), None, "'single' is named twice"),
        (("single", " single"), None, "'single' is named twice"),
        (("single",), "assay", "--match 'assay' is none of the arms (single)"),
        (("single", "bon"), None, "say which with --match ARM, or how many with bon:8"),
        (("bon", "single"), "bon", "--match 'bon' is itself to spend"),
        (("majority", "bon"), "majority", "is itself to spend"),
    ],
)
def test_arms_that_do_not_go_together(
    texts: tuple[str, ...], match: str | None, why: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(why)):
        parse_arms(texts, match=match)


def test_the_measure_of_a_match_is_played_first_and_all_else_in_its_order() -> None:
    texts = ("bon", "single", "assay", "majority")
    names = [arm.name for arm in parse_arms(texts, match="assay")]
    assert names == ["assay", "bon", "single", "majority"]
    plain = parse_arms(("bon:4", "single", "assay"))
    assert [arm.name for arm in plain] == ["bon:4", "single", "assay"]


# A user's own recipe.


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("x = 1\n", r"must define recipe\(usual\) .*; it defines none"),
        ("recipe = 3\n", r"must define recipe\(usual\) .*; it defines none"),
        (
            "def recipe(usual): pass\n",
            "returns an assay.solve.Recipe; it gave NoneType",
        ),
        ("def recipe(usual): return 'x'\n", "it gave str"),
        ("def recipe(usual)\n", r"failed: SyntaxError: .*line 1"),
        ("x = 1\nimport no_such_module\n", r"ModuleNotFoundError: .*\(line 2\)"),
        ("def recipe(usual):\n    return usual.no\n", r"AttributeError: .*\(line 2\)"),
        ("def recipe(): pass\n", "failed: TypeError: recipe"),
        ("\0", "failed: "),
    ],
)
def test_a_recipe_that_is_none_says_why(source: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as raised:
        own_recipe(source, "recipe:own.py", Recipe())
    assert "recipe:own.py" in str(raised.value)


def test_a_recipe_is_the_usual_one_but_for_what_it_changes() -> None:
    source = (
        "from dataclasses import replace\n"
        "def recipe(usual):\n    return replace(usual, n_max=3)\n"
    )
    usual = Recipe(n_inputs=5)
    assert own_recipe(source, "recipe:own.py", usual) == replace(usual, n_max=3)


# Whole runs.


def ran(
    folder: Path,
    *arms: str,
    model: Callable[[Scripted], Any] = lambda m: m,
    **more: Any,
) -> tuple[tuple[Attempt, ...], Scripted]:
    data = running.write_dataset(
        folder / "own.jsonl", [t.row for t in running.TASKS[:2]]
    )
    chosen = running.settings(data, *arms, **more)
    scripted = Scripted(running.reply)

    async def main() -> tuple[Attempt, ...]:
        store = running.begin(folder / "run", chosen)
        try:
            return await running.go(store, chosen, model(scripted))
        finally:
            store.close()

    return anyio.run(main), scripted


def test_arms_draw_the_same_samples_from_one_recording(tmp_path: Path) -> None:
    """Number i is asked of the model once, whichever arms draw it."""
    arms = ("single", "sample", "bon:6", "majority:5", "assay:-stop")
    with RecordingStore(tmp_path / "r.sqlite") as store:
        found, scripted = ran(
            tmp_path, *arms, model=lambda m: Recorded(m, store, RecordMode.RECORD)
        )
    assert max(Counter(scripted.requests).values()) == 1
    n_asked = len(scripted.requests)
    assert n_asked < sum(one.calls or 0 for one in found)
    by_arm = {one.arm: one for one in found if one.task == "own/twice_it"}
    assert by_arm["majority:5"].n_samples == 5
    numbers = {r.seed for r in scripted.requests if r.prompt != "repair"}
    assert numbers == set(range(6)), "no arm draws of its own"


def test_in_a_matched_run_bon_spends_what_assay_did(tmp_path: Path) -> None:
    found, _ = ran(tmp_path, "bon", "majority", "assay", match="assay")
    by_key = {(one.task, one.arm): one for one in found}
    assert len(by_key) == 6
    for (task, arm), one in by_key.items():
        measure = by_key[task, "assay"].usage
        assert measure is not None
        assert one.usage is not None, one.reason
        if one.stopped != "passes what was given":
            assert one.usage.tokens >= measure.tokens, (task, arm)
        average = one.usage.tokens / max(1, one.n_samples)
        assert one.usage.tokens <= measure.tokens + 2 * average or arm == "assay"
