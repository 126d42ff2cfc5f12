"""Import lines that a program forgot."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from assay.sampling.syntax import IMPORTS, names_of, parse

_MODULES = frozenset(
    """
    abc argparse array ast base64 binascii bisect calendar cmath codecs
    collections contextlib copy dataclasses datetime decimal difflib enum
    fractions functools gc hashlib heapq inspect io itertools json keyword
    logging math numbers operator os pprint queue random re secrets statistics
    string struct sys textwrap threading time timeit traceback types typing
    unicodedata uuid warnings zlib
    """.split()  # noqa: SIM905 - a list of words reads better
)
_MEMBERS = """
typing: Any Callable ClassVar DefaultDict Deque Dict FrozenSet Generator Generic
    Iterable Iterator List Literal Mapping MutableMapping NamedTuple NoReturn Optional
    Protocol Sequence Set Tuple Type TypeVar TypedDict Union cast
collections: ChainMap Counter OrderedDict UserDict defaultdict deque namedtuple
functools: cache cached_property cmp_to_key lru_cache partial reduce singledispatch
    total_ordering wraps
itertools: accumulate chain combinations combinations_with_replacement compress count
    cycle dropwhile filterfalse groupby islice pairwise permutations product repeat
    starmap takewhile tee zip_longest
math: acos asin atan atan2 ceil comb cos degrees dist exp fabs factorial floor fmod
    fsum gcd hypot inf isclose isfinite isinf isnan isqrt lcm log log10 log1p log2 nan
    perm pi prod radians sin sqrt tan tau trunc
heapq: heapify heappop heappush heappushpop heapreplace nlargest nsmallest
bisect: bisect_left bisect_right insort insort_left insort_right
string: ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation
    whitespace
operator: add attrgetter floordiv itemgetter methodcaller mul or_ sub truediv xor
copy: deepcopy
sys: maxsize setrecursionlimit stdin stdout
decimal: Decimal ROUND_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP getcontext
fractions: Fraction
dataclasses: dataclass field
enum: Enum IntEnum auto
abc: ABC abstractmethod
random: choice choices randint randrange sample shuffle
statistics: mean median mode multimode pstdev stdev variance
queue: LifoQueue PriorityQueue Queue
datetime: date timedelta timezone
contextlib: contextmanager suppress
time: perf_counter sleep
threading: Lock Thread
io: BytesIO StringIO
types: SimpleNamespace
"""
_HOME = {
    name: home
    for home, names in re.findall(r"(?m)^(\w+):((?: \w+|\n    \w+)+)", _MEMBERS)
    for name in names.split()
}
_OWN_NAME = frozenset(
    {"array", "bisect", "copy", "datetime", "pprint", "random", "time"}
)
"""Modules with a member of their own name."""
_DATETIME = frozenset({"datetime", "date", "time", "timedelta", "timezone", "UTC"})
"""What follows `datetime.` where that is the module; the class has methods too."""


def with_imports(
    code: str, setup_code: str = "", *, own: frozenset[str] = frozenset()
) -> str:
    """The program with an import line for each well-known name it never binds.

    Args:
        code: The program. Returned as it is if nothing is missing.
        setup_code: What runs before the program; what it binds is not imported again.
        own: Names that the program has to define itself.
    """
    lines = import_lines(code, setup_code, own=own)
    if not lines:
        return code
    at = _after_future(code)
    rows = code.split("\n")
    return "\n".join([*rows[:at], *lines, *([""] if at == 0 else []), *rows[at:]])


def import_lines(
    code: str, setup_code: str = "", *, own: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    r"""The import lines that a program needs and does not have.

    >>> import_lines("print(math.pi, deque([1]), Counter())")
    ('import math', 'from collections import Counter, deque')
    """
    missing = names_of(code).unbound - own
    if not missing or not (missing & (_MODULES | _HOME.keys())):
        return ()
    tree, setup = parse(code), parse(setup_code)
    provided = names_of(setup_code).bound
    starred = set(_starred(code, tree)) | set(_starred(setup_code, setup))
    modules: list[str] = []
    members: dict[str, list[str]] = {}
    for name in sorted(missing - provided):
        if name in _MODULES and not (tree and _is_member(name, tree)):
            modules.append(name)
        elif (home := _HOME.get(name, name if name in _MODULES else "")) and (
            home not in starred
        ):
            members.setdefault(home, []).append(name)
    return (
        *(f"import {name}" for name in modules),
        *(f"from {home} import {', '.join(members[home])}" for home in sorted(members)),
    )


def is_known(name: str) -> bool:
    """Whether a name that is bound nowhere can be imported here."""
    return name in _MODULES or name in _HOME


def _is_member(name: str, tree: ast.Module) -> bool:
    """Whether a module's name is used for the member of the same name."""
    if name not in _OWN_NAME:
        return False
    attributes = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }
    if name == "datetime":
        return not attributes & _DATETIME
    return not attributes


def _starred(code: str, tree: ast.Module | None) -> Iterator[str]:
    if "*" not in code or tree is None:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _stars(node.names):
            yield node.module or ""


def _stars(names: Iterable[ast.alias]) -> bool:
    return any(alias.name == "*" for alias in names)


def _after_future(code: str) -> int:
    """How many lines must stay above an import."""
    tree = parse(code) if re.search(r"\b__future__\b", code) else None
    futures = [
        node.end_lineno or 0
        for node in (tree.body if tree else ())
        if isinstance(node, IMPORTS) and getattr(node, "module", "") == "__future__"
    ]
    return max(futures, default=0)
