"""Bytes of a request -> one JSON object that can be read, copied and sent on."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

from assay.serve.wire.errors import Refused, invalid, shown

MAX_DEPTH = 100  # of lists and objects in each other; tools' schemas have about 20

_HALF_OF_A_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object, strictly.

    Half of a surrogate pair, which editors leave when they cut a text, becomes '?':
    no file and no socket takes it.

    >>> parse_object(b'{"n": 1}')
    {'n': 1}

    Raises:
        Refused: 400; it is no UTF-8, no JSON, no object, is nested too deeply, has a
            field twice, or a number that is not finite.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError as error:
        raise _wrong(f"it is no UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise _wrong(f"{error.msg} at character {error.pos}") from error
    except ValueError as error:  # an integer of more than 4,300 digits
        raise _wrong("it has a number with too many digits") from error
    except RecursionError as error:
        raise _too_deep() from error
    if not isinstance(value, dict):
        raise _wrong("it is no object")
    require_shallow(value)
    return _whole(value) if _HALF_OF_A_PAIR.search(body) else value


def require_shallow(value: object) -> None:
    """Refuse what is nested so deeply that a later walk through it might not end well.

    Raises:
        Refused: 400.
    """
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for outer in level for inner in _containers(outer)]
        if not level:
            return
    raise _too_deep()


def _containers(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value
    return [each for each in inner if isinstance(each, dict | list)]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a repeated field: one reader would take the first, another the last."""
    values = dict(pairs)
    if len(values) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise _wrong(f"the field {shown(twice)} stands in an object twice")
    return values


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _wrong(f"the number {shown(digits)} is too large")
    return number


def _no_constant(name: str) -> NoReturn:
    raise _wrong(f"{name} is no JSON")


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_whole(name): _whole(inner) for name, inner in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value


def _wrong(why: str) -> Refused:
    return Refused(invalid(f"the body is not valid JSON: {why}", code="invalid_json"))


def _too_deep() -> Refused:
    return Refused(
        invalid(
            f"the body has more than {MAX_DEPTH} lists and objects in each other",
            code="invalid_json",
        )
    )
