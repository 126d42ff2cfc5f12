from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.planning.plan_search import combined, drawn_subsets
from assay.planning.reading import listed_items, plan_text

WORDS = st.text(alphabet="abcdef ", min_size=1, max_size=20).map(
    lambda text: f"x {text}".strip()
)
ITEMS = st.lists(WORDS, min_size=1, max_size=8, unique_by=lambda t: " ".join(t.split()))


@given(
    ITEMS, st.sampled_from(["{n}. ", "{n}) ", "- ", "* ", "**{n}.** ", "Idea {n}: "])
)
def test_a_list_is_read_back_whatever_its_marks(items: list[str], mark: str) -> None:
    lines = [f"{mark.format(n=n)}{item}" for n, item in enumerate(items, 1)]
    wanted = tuple(" ".join(item.split()) for item in items)
    assert listed_items("Here they are:\n\n" + "\n\n".join(lines), 99) == wanted


@given(st.text(), st.integers(0, 5), st.booleans())
def test_any_text_can_be_read(text: str, most: int, cut_off: bool) -> None:
    items = listed_items(text, most, cut_off=cut_off)
    assert len(items) <= most
    assert all("\n" not in item for item in items)
    assert len({item.casefold() for item in items}) == len(items)
    assert "```" not in plan_text(text, cut_off=cut_off).splitlines()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1. one\n   goes on\n2. two", ("one goes on", "two")),
        ("1. half is 2.5\n2.5 is not a mark", ("half is 2.5 2.5 is not a mark",)),
        ("1. one\n```python\n2. no\n```\n2. two", ("one", "two")),
        ("- a\n  - b\n- c", ("a b", "c")),
        ("", ()),
    ],
)
def test_an_item_ends_where_the_next_begins(text: str, wanted: tuple[str, ...]) -> None:
    assert listed_items(text, 9) == wanted


@given(
    st.lists(st.integers(0, 9).map(str), max_size=6, unique=True).map(tuple),
    st.integers(0, 9),
    st.integers(0, 3),
)
def test_subsets_are_of_one_or_two_and_none_comes_twice(
    observations: tuple[str, ...], most: int, seed: int
) -> None:
    subsets = drawn_subsets(observations, most, seed)
    n = len(observations)
    assert len(subsets) == min(most, n + n * (n - 1) // 2)
    assert len(set(subsets)) == len(subsets)
    assert all(1 <= len(subset) <= 2 for subset in subsets)


@given(st.lists(st.integers(0, 4), max_size=5), st.integers(1, 9), st.integers(0, 3))
def test_every_subset_has_a_combination_before_any_has_two(
    sizes: list[int], most: int, seed: int
) -> None:
    subsets = [(f"s{i}",) for i in range(len(sizes))]
    derived = [tuple(f"d{i}.{k}" for k in range(size)) for i, size in enumerate(sizes)]
    leaves = combined(subsets, derived, most, seed)
    n_first = min(most, len(subsets))
    assert [leaf[:1] for leaf in leaves[:n_first]] == subsets[:n_first]
    assert len(set(leaves)) == len(leaves) <= most
