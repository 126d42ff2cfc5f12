from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assay.routing import after_round, begin, plan_round
from assay.routing.halving import Halving, rounds, share

NAMES = st.integers(0, 40).map(lambda n: [f"t{i}" for i in range(n)])
POOL = st.integers(0, 10**6)


def play(state: Halving, data: st.DataObject, least: int = 1) -> tuple[int, int]:
    """Rounds with any spending up to the shares: tokens handed out at most, spent."""
    spent_in_all, turns = 0, 0
    while grants := plan_round(state, least=least):
        assert sum(grant.tokens for grant in grants) <= state.tokens_left
        assert all(grant.tokens >= least for grant in grants)
        assert {grant.task for grant in grants} <= set(state.active)
        spent = {g.task: data.draw(st.integers(0, g.tokens)) for g in grants}
        settled = [g.task for g in grants if data.draw(st.booleans())]
        state = after_round(state, spent=spent, settled=settled)
        spent_in_all, turns = spent_in_all + sum(spent.values()), turns + 1
    return spent_in_all, turns


@given(NAMES, POOL, st.integers(1, 5000), st.data())
def test_the_pool_is_never_overspent_whatever_tasks_spend_of_their_shares(
    tasks: list[str], pool: int, least: int, data: st.DataObject
) -> None:
    spent, turns = play(begin(tasks, pool), data, least)
    assert spent <= pool
    assert turns <= rounds(len(tasks))


@given(st.integers(2, 40), st.integers(10**4, 10**6), st.integers(0, 39))
def test_what_settled_tasks_leave_goes_to_the_others(
    n: int, pool: int, n_settled: int
) -> None:
    state = begin([f"t{i}" for i in range(n)], pool)
    first = plan_round(state)
    settled = [grant.task for grant in first[: min(n_settled, n - 1)]]
    spent = {g.task: 0 if g.task in settled else g.tokens for g in first}
    nobody = after_round(state, spent={g.task: g.tokens for g in first})
    somebody = after_round(state, spent=spent, settled=settled)
    if not settled or not somebody.rounds_left:
        return
    before, after = plan_round(nobody)[0].tokens, plan_round(somebody)[0].tokens
    assert after > before


@given(NAMES.filter(bool), POOL)
def test_tasks_that_never_settle_spend_the_pool_up_to_the_rounding(
    tasks: list[str], pool: int
) -> None:
    state, spent_in_all = begin(tasks, pool), 0
    while grants := plan_round(state):
        state = after_round(state, spent={g.task: g.tokens for g in grants})
        spent_in_all += sum(g.tokens for g in grants)
    assert pool - spent_in_all < len(tasks)


def test_the_last_task_gets_all_that_is_left() -> None:
    state = begin(["a", "b", "c", "d"], 800)
    grants = plan_round(state)
    assert [grant.tokens for grant in grants] == [100] * 4
    spent = {g.task: 100 for g in grants}
    state = after_round(state, spent=spent, settled=["a", "b", "c"])
    (last,) = plan_round(state)
    assert (last.task, last.tokens) == ("d", 400)


def test_the_tasks_in_front_are_served_where_there_is_not_enough_for_all() -> None:
    grants = plan_round(begin(list("abcdefgh"), 3000), least=400)
    assert [(g.task, g.tokens) for g in grants] == [("a", 500), ("b", 500)]
    (only,) = plan_round(begin(list("abcdefgh"), 500), least=400)
    assert (only.task, only.tokens) == ("a", 400)


def test_nothing_is_handed_out_when_nothing_is_left_or_all_have_settled() -> None:
    assert plan_round(begin([], 100)) == ()
    assert plan_round(begin(["a"], 0)) == ()
    assert plan_round(begin(["a"], -5)) == ()
    done = after_round(begin(["a", "b", "c"], 90), spent={}, settled=["a", "b", "c"])
    assert plan_round(done) == ()
    assert share(100, 0, 1) == share(-1, 2, 2) == 0


def test_a_task_that_spends_more_than_its_share_is_charged_to_the_pool() -> None:
    state = after_round(begin(["a", "b"], 100), spent={"a": 170})
    assert state.tokens_left == 0
