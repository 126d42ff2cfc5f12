"""One value -> a near one of the same type and shape."""

from __future__ import annotations

import re
import string
from random import Random

from assay.inputs.shapes import Number, Shape, is_moderate
from assay.types import Value

_RARE = 0.03  # chance of a value beyond what the examples show, such as 0 or []
_TRIES = 12


def mutate_value(value: Value, shape: Shape, rng: Random) -> Value:
    """Return a value near the given one; equal to it where nothing else fits.

    By type: numbers move a little, double, turn into one seen elsewhere; texts lose,
    repeat, swap and gain characters of those seen; sequences lose, repeat, reorder and
    gain members; members change by these same rules.
    """
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return mutate_number(value, shape, rng)
    if isinstance(value, str):
        return mutate_text(value, shape, rng)
    if isinstance(value, list | tuple):
        return type(value)(mutate_members(list(value), shape, rng))
    if isinstance(value, dict):
        return _mutate_dict(value, shape, rng)
    if isinstance(value, set | frozenset):
        members = mutate_members(sorted(value, key=repr), shape, rng)
        return type(value)(members)
    if value is None and shape.numbers:
        return rng.choice(shape.numbers)
    if isinstance(value, complex):
        return value + rng.choice((1, -1, 1j, -1j))
    return value


def mutate_number(value: Number, shape: Shape, rng: Random) -> Number:
    """Return another number that the shape allows; infinity and its like stay."""
    if not is_moderate(value):
        return value
    for _ in range(_TRIES):
        new = _near(value, shape, rng)
        if new != value and allows(new, shape, rng):
            return new
    return value


def _near(value: Number, shape: Shape, rng: Random) -> Number:
    seen = shape.numbers or (value,)
    low, high = int(min(seen)), int(max(seen))
    if isinstance(value, float):
        digits = max(len(repr(n).partition(".")[2]) for n in seen) if seen else 1
        step = rng.choice((1.0, -1.0, 0.5, -0.5, 10.0**-digits))
        choices = (value + step, value * 2, -value, float(rng.choice(seen)), value / 2)
        return round(rng.choice(choices), min(digits + 1, 10))
    choices_int = (
        value + 1,
        value - 1,
        value + rng.randint(-5, 5),
        value * 2,
        value // 2,
        -value,
        int(rng.choice(seen)),
        rng.randint(low, high),
        rng.randint(low, high + max(2, high - low)),
        rng.choice((0, 1, 2)),
    )
    return rng.choice(choices_int)


def allows(number: Number, shape: Shape, rng: Random) -> bool:
    """Whether a number is within what is stated, and mostly within what is seen."""
    seen = shape.numbers
    if not fits_bounds(number, shape):
        return False
    if seen and abs(number) > max(20, 4 * max(abs(n) for n in seen)):
        return False
    beyond = (number < 0 and shape.non_negative) or (number < 1 and shape.positive)
    if beyond and shape.least is not None:
        return number >= shape.least
    return not beyond or rng.random() < _RARE


def mutate_text(value: str, shape: Shape, rng: Random) -> str:
    """Return another text over the characters seen, or with another number in it."""
    for _ in range(_TRIES):
        if shape.template is not None:
            new = _other_number(value, rng)
        elif " " in value.strip() and rng.random() < 0.5:
            new = _words(value, shape, rng)
        else:
            new = rng.choice(_TEXT_OPERATORS)(value, shape, rng)
        if shape.fixed_length or not new:
            new = _as_long(new, value, shape, rng)
        if new != value and fits_length(len(new), shape):
            return new
    return value


def _as_long(new: str, value: str, shape: Shape, rng: Random) -> str:
    if not new and not shape.fixed_length:
        empty = 0 in shape.lengths or rng.random() < _RARE
        return "" if empty else value
    letters = alphabet_of(shape) or "a"
    while len(new) < len(value):
        new += rng.choice(letters)
    return new[: len(value)]


def _other_number(value: str, rng: Random) -> str:
    runs = list(re.finditer(r"\d+", value))
    if not runs:
        return value
    run = rng.choice(runs)
    number = int(run[0][:18])
    new = max(0, rng.choice((number + 1, number - 1, number * 2, number + 7)))
    text = str(new).zfill(len(run[0])) if run[0].startswith("0") else str(new)
    return value[: run.start()] + text + value[run.end() :]


def alphabet_of(shape: Shape) -> str:
    """Return the characters that a text may gain: those seen, or their whole class."""
    seen = shape.alphabet
    for letters in (string.ascii_lowercase, string.ascii_uppercase, string.digits):
        if len(seen) > 6 and set(seen) <= set(letters):
            return letters
    return seen


def _drop(value: str, shape: Shape, rng: Random) -> str:
    if not value:
        return value
    index = rng.randrange(len(value))
    return value[:index] + value[index + 1 :]


def _repeat(value: str, shape: Shape, rng: Random) -> str:
    if not value:
        return value
    index = rng.randrange(len(value))
    return value[: index + 1] + value[index:]


def _insert(value: str, shape: Shape, rng: Random) -> str:
    index = rng.randint(0, len(value))
    return value[:index] + rng.choice(alphabet_of(shape) or "a") + value[index:]


def _replace(value: str, shape: Shape, rng: Random) -> str:
    if not value:
        return value
    index = rng.randrange(len(value))
    return value[:index] + rng.choice(alphabet_of(shape) or "a") + value[index + 1 :]


def _swap(value: str, shape: Shape, rng: Random) -> str:
    letters = list(value)
    if len(letters) > 1:
        i, j = rng.sample(range(len(letters)), 2)
        letters[i], letters[j] = letters[j], letters[i]
    return "".join(letters)


def _words(value: str, shape: Shape, rng: Random) -> str:
    """Drop, repeat or reorder words; a text without blanks is turned around."""
    words = value.split(" ")
    if len(words) < 2:
        return value[::-1]
    chosen = rng.randrange(3)
    if chosen == 0:
        rng.shuffle(words)
    elif chosen == 1:
        words.pop(rng.randrange(len(words)))
    else:
        words.insert(rng.randrange(len(words)), rng.choice(words))
    return " ".join(words)


def _other(value: str, shape: Shape, rng: Random) -> str:
    return rng.choice(shape.texts) if shape.texts else value


def _case(value: str, shape: Shape, rng: Random) -> str:
    seen = shape.alphabet
    if seen.lower() == seen or seen.upper() == seen:
        return _replace(value, shape, rng)
    return value.swapcase() if rng.random() < 0.5 else value.lower()


_TEXT_OPERATORS = (_drop, _repeat, _insert, _replace, _swap, _words, _other, _case)


def fits_bounds(number: Number, shape: Shape) -> bool:
    """Whether a number is within what is stated, or within what was seen."""
    low, high = shape.least, shape.most
    return not (low is not None and number < min((low, *shape.numbers))) and not (
        high is not None and number > max((high, *shape.numbers))
    )


def fits_length(length: int, shape: Shape) -> bool:
    """Whether a length is within what is stated."""
    low, high = shape.min_length, shape.max_length
    return not (low is not None and length < min((low, *shape.lengths))) and not (
        high is not None and length > max((high, *shape.lengths))
    )


def mutate_members(members: list[Value], shape: Shape, rng: Random) -> list[Value]:
    """Return other members, by the rules of order and length that the shape has."""
    for _ in range(_TRIES):
        if shape.permutation:
            new = _other_permutation(members, rng)
        elif shape.fields or shape.fixed_length:
            new = _one_changed(members, shape, rng)
        elif _is_grid(shape) and rng.random() < 0.5:
            new = _other_grid(members, shape, rng)
        else:
            new = _reshaped(members, shape, rng)
        new = in_order(new, shape)
        if new != members and fits_length(len(new), shape):
            return new
    return members


def _is_grid(shape: Shape) -> bool:
    """Whether columns may go: rows are no records of a fixed length."""
    item = shape.item
    return (
        shape.rectangular
        and item is not None
        and (shape.square or not item.fixed_length)
    )


def _reshaped(members: list[Value], shape: Shape, rng: Random) -> list[Value]:
    if not members:
        item = shape.item
        seen = [*item.numbers, *item.texts] if item is not None else []
        return rng.sample(seen, min(len(seen), rng.randint(1, 3)))
    new = list(members)
    chosen = rng.choice("ccccdrisvpxez")
    index = rng.randrange(len(new))
    if chosen == "c":
        return _one_changed(new, shape, rng)
    if chosen == "d" and (len(new) > 1 or 0 in shape.lengths):
        new.pop(index)
    elif chosen == "r":
        new.insert(index, new[index])
    elif chosen == "i":
        new.insert(rng.randint(0, len(new)), _other_member(new[index], shape, rng))
    elif chosen == "s":
        rng.shuffle(new)
    elif chosen == "v":
        new.reverse()
    elif chosen == "p":
        new = new[: rng.randint(1, len(new))]
    elif chosen == "x":
        new = [_other_member(m, shape, rng) for m in new]
    elif chosen == "e" and (0 in shape.lengths or rng.random() < _RARE * 4):
        new = []
    elif chosen == "z":
        new = new + [_other_member(m, shape, rng) for m in new]
    return new


def _other_member(member: Value, shape: Shape, rng: Random) -> Value:
    if shape.rectangular:
        return _same_length(member, shape.item or Shape(), rng)
    return mutate_value(member, shape.item or Shape(), rng)


def _one_changed(members: list[Value], shape: Shape, rng: Random) -> list[Value]:
    if not members:
        return members
    new = list(members)
    index = rng.randrange(len(new))
    if shape.fields and index < len(shape.fields):
        new[index] = mutate_value(new[index], shape.fields[index], rng)
        return new
    item = shape.item or Shape()
    if shape.rectangular:  # a member keeps its length, so its own members change
        new[index] = _same_length(new[index], item, rng)
    else:
        new[index] = mutate_value(new[index], item, rng)
    return new


def _same_length(member: Value, shape: Shape, rng: Random) -> Value:
    if isinstance(member, str):
        return _as_long(mutate_text(member, shape, rng), member, shape, rng)
    if isinstance(member, list | tuple):
        return type(member)(_one_changed(list(member), shape, rng))
    return mutate_value(member, shape, rng)


def _other_permutation(members: list[Value], rng: Random) -> list[Value]:
    if not members:
        return members
    size = max(1, len(members) + rng.choice((-1, 0, 0, 1, 2)))
    new = list(range(min(members), min(members) + size))
    rng.shuffle(new)
    return new


def _other_grid(members: list[Value], shape: Shape, rng: Random) -> list[Value]:
    """Drop, repeat or reorder whole rows and columns."""
    if not members or not members[0]:
        return members
    rows, width = list(members), len(members[0])
    row, column = rng.randrange(len(rows)), rng.randrange(width)
    chosen = rng.randrange(5)
    if chosen == 0:
        rng.shuffle(rows)
    elif chosen == 1:
        rows = [r[::-1] for r in rows]
    elif chosen == 2 and len(rows) > 1 and (width > 1 or not shape.square):
        rows.pop(row)
        if shape.square:
            rows = [r[:column] + r[column + 1 :] for r in rows]
    elif chosen == 3:
        rows.insert(row, _same_length(rows[row], shape.item or Shape(), rng))
        if shape.square:
            rows = [r[: column + 1] + r[column:] for r in rows]
    elif not shape.square and width > 1:
        rows = [r[:column] + r[column + 1 :] for r in rows]
    return rows


def in_order(members: list[Value], shape: Shape) -> list[Value]:
    """Restore the order and the distinct members that all examples have."""
    if shape.distinct:
        members = list({repr(m): m for m in members}.values())
    if (shape.ascending or shape.descending) and not shape.fields:
        try:
            return sorted(members, reverse=not shape.ascending)
        except TypeError:
            return members
    return members


def resize(members: list[Value], size: int, shape: Shape, rng: Random) -> list[Value]:
    """Return so many members: the first ones, or further ones like those there."""
    new = list(members[:size])
    pool = list(members) or list((shape.item or Shape()).numbers)
    for _ in range((size - len(new)) * _TRIES):
        if len(new) >= size or not pool:
            break
        if shape.permutation:
            new.append(max(new, default=0) + 1)
            continue
        member = rng.choice(pool)
        item = shape.item or Shape()
        other = (
            _same_length(member, item, rng)
            if shape.rectangular
            else mutate_value(member, item, rng)
        )
        if not shape.distinct or other not in new:
            new.append(other)
    return in_order(new, shape)


def _mutate_dict(value: dict[Value, Value], shape: Shape, rng: Random) -> Value:
    new = dict(value)
    if not new:
        return new
    key = rng.choice(list(new))
    chosen = rng.randrange(4)
    if chosen == 0 and len(new) > 1:
        new.pop(key)
    elif chosen == 1:
        other = mutate_value(key, shape.key or Shape(), rng)
        if isinstance(other, str | int | float | bool | tuple | None):
            new[other] = new[key]
    else:
        new[key] = mutate_value(new[key], shape.item or Shape(), rng)
    return new
