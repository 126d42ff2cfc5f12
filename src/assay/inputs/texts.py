"""A text for standard input -> a near one whose counts still agree."""

from __future__ import annotations

import re
from random import Random

from assay.inputs.layout import Element, Filled, Layout, Ref, fill, lines_of
from assay.inputs.shapes import Shape
from assay.inputs.text_shapes import TextShape, count_refs, kind_of, place_of
from assay.inputs.values import mutate_number, mutate_text


def mutate_text_input(text: str, shape: TextShape, rng: Random) -> str:
    """Return a text near the given one, with the same layout where that is known."""
    lines = lines_of(text)
    if shape.layout is None:
        return _in_place(text, shape, rng)
    cases = fill(shape.layout, lines)
    if cases is None:
        return text
    chosen = rng.random()
    if shape.layout.repeated and chosen < 0.25:
        cases = _other_cases(cases, rng)
    else:
        for _ in range(rng.choice((1, 1, 2, 3))):
            one = rng.choice(cases) if cases else None
            if one is not None:
                _change(one, shape, shape.layout, rng)
    rows = [line for one in cases for part in one.parts for line in part]
    if shape.layout.repeated:
        rows = [[str(len(cases))], *rows]
    return "\n".join(" ".join(row) for row in rows) + "\n"


def _other_cases(cases: list[Filled], rng: Random) -> list[Filled]:
    new = list(cases)
    chosen = rng.randrange(4)
    if chosen == 0 and len(new) > 1:
        new.pop(rng.randrange(len(new)))
    elif chosen == 1:
        new = [rng.choice(new)]
    else:
        rng.shuffle(new)
    return new


def _change(one: Filled, shape: TextShape, layout: Layout, rng: Random) -> None:
    """Change one number, word, count or order of one test case, in place."""
    counts = list(dict.fromkeys(count_refs(layout)))
    chosen = rng.random()
    if counts and chosen < 0.3:
        _recount(one, rng.choice(counts), shape, layout, rng)
    elif chosen < 0.4:
        _reorder(one, layout, rng)
    else:
        _revalue(one, shape, layout, rng)
    _repair(one, shape, layout, rng)


def _recount(
    one: Filled, ref: Ref, shape: TextShape, layout: Layout, rng: Random
) -> None:
    old = int(one.parts[ref.element][0][ref.token])
    seen = shape.columns.get((ref.element, ref.token), Shape())
    for _ in range(8):
        new = max(1, rng.choice((old - 1, old + 1, old + 2, old // 2, 1, 2, 3)))
        least, most = seen.least, seen.most
        if (least is None or new >= least) and (most is None or new <= most):
            one.parts[ref.element][0][ref.token] = str(new)
            break
    _resize(one, shape, layout, rng)


def _resize(one: Filled, shape: TextShape, layout: Layout, rng: Random) -> None:
    """Give every counted part as many lines and tokens as its counts now say."""
    for index, element in enumerate(layout.elements):
        part = one.parts[index]
        column = shape.columns.get((index, -1), Shape())
        if element.kind in ("list", "word") and element.count is not None:
            size = max(one.number(element.count), 0)
            part[0] = (
                [_word_of(part[0][0], size, column, rng)]
                if element.kind == "word"
                else _line_of(part[0], size, column, rng)
            )
            continue
        if element.count is None:
            continue
        count = max(one.number(element.count), 0)
        pool = list(part) or [_seen_row(index, element, shape)]
        while len(part) < count:
            row = list(rng.choice(pool))
            part.append(_other_row(row, index, element, shape, rng))
        del part[count:]
        if element.across is not None:
            across = max(one.number(element.across), 1)
            for number, row in enumerate(part):
                part[number] = (
                    [_word_of(row[0], across, column, rng)]
                    if element.kind == "word_rows"
                    else _line_of(row, across, column, rng)
                )


def _seen_row(index: int, element: Element, shape: TextShape) -> list[str]:
    """Return a row of what was seen in each place, for a part that lost its rows."""
    row = []
    for column in range(max(element.width, 1)):
        seen = shape.columns.get(place_of(index, element, column), Shape())
        row.append(str(next(iter((*seen.numbers, *seen.texts)), 1)))
    return ["1", *row] if element.kind == "own_rows" else row


def _word_of(word: str, size: int, shape: Shape, rng: Random) -> str:
    letters = shape.alphabet or word or "a"
    return (word + "".join(rng.choice(letters) for _ in range(size)))[:size]


def _line_of(line: list[str], size: int, shape: Shape, rng: Random) -> list[str]:
    new = line[:size]
    while len(new) < size:
        token = rng.choice(line) if line else "1"
        new.append(_other_token(token, shape, rng))
    return new


def _other_row(
    row: list[str], index: int, element: Element, shape: TextShape, rng: Random
) -> list[str]:
    if element.kind == "own_rows":
        column = shape.columns.get((index, -1), Shape())
        return [row[0], *(_other_token(t, column, rng) for t in row[1:])]
    new = list(row)
    for number, token in enumerate(row):
        place = place_of(index, element, number)
        if rng.random() < 0.6:
            new[number] = _other_token(token, shape.columns.get(place, Shape()), rng)
    return new


def _other_token(token: str, shape: Shape, rng: Random) -> str:
    """Return another token of its place: a number with as many decimals, or a word."""
    if shape.kinds == {int} and kind_of(token) == 0:
        return str(mutate_number(int(token), shape, rng))
    if shape.kinds == {float} and kind_of(token) < 2:
        decimals = len(token.partition(".")[2])
        return f"{mutate_number(float(token), shape, rng):.{decimals}f}"
    new = "".join(mutate_text(token, shape, rng).split())
    return new or token


def _reorder(one: Filled, layout: Layout, rng: Random) -> None:
    index = rng.randrange(len(layout.elements))
    kind, part = layout.elements[index].kind, one.parts[index]
    if kind in ("rows", "word_rows", "own_rows"):
        rng.shuffle(part)
    elif kind == "list":
        part[0] = (
            part[0][::-1] if rng.random() < 0.3 else rng.sample(part[0], len(part[0]))
        )


def _revalue(one: Filled, shape: TextShape, layout: Layout, rng: Random) -> None:
    """Change one token that counts nothing."""
    counts = {(r.element, r.token) for r in count_refs(layout)}
    places = [
        (index, row, token)
        for index, element in enumerate(layout.elements)
        for row, line in enumerate(one.parts[index])
        for token in range(len(line))
        if not (element.kind == "line" and (index, token) in counts)
        and not (element.kind in ("own", "own_rows") and token == 0)
    ]
    if not places:
        return
    index, row, token = rng.choice(places)
    place = place_of(index, layout.elements[index], token)
    column = shape.columns.get(place, Shape())
    old = one.parts[index][row][token]
    new = _other_token(old, column, rng)
    if layout.elements[index].kind in ("word", "word_rows"):
        new = _word_of(new, len(old), column, rng)
    one.parts[index][row][token] = new


def _repair(one: Filled, shape: TextShape, layout: Layout, rng: Random) -> None:
    """Restore what all examples show: bounds by a count, order, trees, permutations."""
    for _ in range(2):  # moving equal numbers apart may break a bound, and so on
        for index, (a, b) in shape.apart.items():
            one.parts[index] = _distinct_pairs(one.parts[index], a, b)
        _keep_below(one, shape, layout, rng)
    for index in shape.permuted:
        line = one.parts[index][0]
        if sorted(line) != sorted(map(str, range(1, len(line) + 1))):
            numbers = [str(n) for n in range(1, len(line) + 1)]
            rng.shuffle(numbers)
            one.parts[index][0] = numbers
    for index in shape.trees:
        seen = shape.columns.get((index, 0), Shape()).numbers
        _replant(one.parts[index], int(min(seen, default=1)), rng)
    for index, (a, b) in shape.rising.items():
        for line in one.parts[index]:
            both = kind_of(line[a]) == kind_of(line[b]) == 0
            if both and int(line[a]) > int(line[b]):
                line[a], line[b] = line[b], line[a]


def _keep_below(one: Filled, shape: TextShape, layout: Layout, rng: Random) -> None:
    """Draw anew what points beyond the number that bounds it, or below the lowest."""
    for (index, column), ref in shape.tops.items():
        top, element = max(one.number(ref), 0), layout.elements[index]
        low = min(top, 1, *map(int, shape.columns[index, column].numbers))
        skip = 1 if element.kind in ("own", "own_rows") else 0
        for line in one.parts[index]:
            for token in range(skip, len(line)) if column < 0 else (column,):
                if kind_of(line[token]) == 0 and not low <= int(line[token]) <= top:
                    line[token] = str(rng.randint(low, top))


def _distinct_pairs(lines: list[list[str]], a: int, b: int) -> list[list[str]]:
    """Move a number that equals its neighbour by one."""
    for line in lines:
        if line[a] == line[b] and kind_of(line[a]) == 0:
            line[a] = str(int(line[a]) - 1 if int(line[a]) > 1 else int(line[a]) + 1)
    return lines


def _replant(rows: list[list[str]], low: int, rng: Random) -> None:
    """Make `n - 1` rows a tree again, where they are no more. Nodes count from low."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while node in parent:
            node = parent[node]
        return node

    for row in rows:
        a, b = root(row[0]), root(row[1])
        if a == b:
            break
        parent[a] = b
    else:
        return
    for number, row in enumerate(rows):
        node = number + 1 + low
        row[0], row[1] = str(rng.randint(low, node - 1)), str(node)


def _in_place(text: str, shape: TextShape, rng: Random) -> str:
    """Change one or two tokens where they stand, since the layout is not known."""
    pieces = re.split(r"(\s+)", text)
    places = [i for i, piece in enumerate(pieces) if piece.strip()]
    for index in rng.sample(places, min(len(places), rng.choice((1, 1, 2)))):
        token = pieces[index]
        column = shape.columns.get((-1, kind_of(token)), Shape())
        new = _other_token(token, column, rng)
        pieces[index] = (
            new if column.numbers else _word_of(new, len(token), column, rng)
        )
    return "".join(pieces)
