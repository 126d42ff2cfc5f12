"""Read the program out of what a model wrote."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain

from assay.sampling.alignment import align
from assay.sampling.blocks import Block, answers, find_blocks, longer_readings
from assay.sampling.bodies import from_body
from assay.sampling.chunks import (
    code_only,
    runs,
    with_closed_brackets,
    without_prose_lines,
)
from assay.sampling.fitness import USABLE, fitness
from assay.sampling.imports import with_imports
from assay.sampling.mending import has_entities, variants
from assay.sampling.pruning import without_examples
from assay.sampling.starter import Entry, entry_of
from assay.sampling.syntax import TOO_MUCH, fresh_tree, names_of, parse
from assay.sampling.trimming import trimmed
from assay.types import IOMode, Problem

_MAX_CHARS = 100_000  # about thirty thousand tokens
_CORRECTION = re.compile(
    r"\b(?:correct(?:ed|ion)|fix(?:ed)?|mistake|wrong|sorry|apolog|revised|updated"
    r"|final)\b",
    re.IGNORECASE,
)
_ENTITY_NAMES = frozenset({"lt", "gt", "amp", "quot", "nbsp", "apos"})


def extract_program(
    text: str, problem: Problem, *, cut_off: bool = False
) -> str | None:
    '''The program in a completion, aligned to what the problem asks.

    Fences may be missing, many, nested or open; the code may be escaped, numbered, or
    have prose in it. A program that needs no help keeps its text.

    Args:
        text: What the model wrote, whatever it is.
        problem: What is asked: the name to call, or a program that reads its input.
        cut_off: The model was stopped before it was done. What it had not finished
            writing is left out.

    Returns:
        A program that compiles, or None if there is none: no text with another problem
        than a syntax error is held back.

    >>> problem = Problem(
    ...     id="", statement="", io_mode=IOMode.FUNCTION, entry_point="root"
    ... )
    >>> print(extract_program("""Sure!
    ... ```python
    ... def root(x):
    ...     return math.sqrt(x)
    ... print(root(4))
    ... ```""", problem))
    import math
    <BLANKLINE>
    def root(x):
        return math.sqrt(x)
    <BLANKLINE>
    '''
    cut_off = cut_off or len(text) > _MAX_CHARS
    if problem.language not in {"python", "python3", "py"}:
        return _other_language(text, problem)
    try:
        for answer in answers(text[:_MAX_CHARS]):
            program = _best_program(answer, problem, cut_off)
            if program is not None:
                return _aligned(program, problem)
    except TOO_MUCH:
        return None
    return None


def normalise(code: str) -> str:
    """A form that is equal for programs which differ only in how they are written.

    Comments, blank lines, docstrings and quoting do not count. For a text that is no
    program, the text without blanks around it.

    >>> normalise("x = 'a'  # one") == normalise('x   = "a"')
    True
    """
    tree = fresh_tree(code, whole=False)
    if tree is None:
        return code.strip()
    keep_docstrings = "__doc__" in code
    try:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant):
                node.kind = None
            body = getattr(node, "body", None)
            if isinstance(body, list) and not keep_docstrings:
                node.body = _without_texts(body, node)  # type: ignore[attr-defined]
        return ast.unparse(tree)
    except (ValueError, *TOO_MUCH):
        return code.strip()


def _without_texts(body: list[ast.stmt], parent: ast.AST) -> list[ast.stmt]:
    kept = [n for n in body if not (isinstance(n, ast.Expr) and _is_text(n.value))]
    return kept or ([] if isinstance(parent, ast.Module) else [ast.Pass()])


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _best_program(text: str, problem: Problem, cut_off: bool) -> str | None:
    """The program of one answer: all of it, its blocks, or the code among its prose."""
    entry = entry_of(problem)
    if not cut_off and _is_program(text, problem, entry):
        return text.strip("\n") + "\n"
    blocks = find_blocks(text)
    if blocks:
        found = _from_blocks(text, blocks, problem, cut_off)
        if found is not None:
            return found
        if cut_off and not blocks[-1].closed:
            return None  # what it was writing is the program, and it is not whole
    return _from_prose(text, problem, cut_off)


def _is_program(
    text: str, problem: Problem, entry: Entry | None, least: int = 1
) -> bool:
    return fitness(text, problem, entry) >= least and not _is_escaped(text)


def _is_escaped(code: str) -> bool:
    return has_entities(code) and bool(names_of(code).unbound & _ENTITY_NAMES)


def _from_blocks(
    text: str, blocks: tuple[Block, ...], problem: Problem, cut_off: bool
) -> str | None:
    programs: list[tuple[str, Block]] = []
    for i, block in enumerate(blocks):
        is_cut = not block.closed and i == len(blocks) - 1
        readings = longer_readings(text, blocks, i)
        program = _settled(block.code, problem, is_cut, cut_off, readings)
        if program is not None:
            programs.append((program, block))
    return _chosen(programs, problem)


def _from_prose(text: str, problem: Problem, cut_off: bool) -> str | None:
    """The best stretch of code in a text without usable fences."""
    bare = re.sub(r"(?m)^[ \t]*(?:`{3,}|~{3,})[\w+#.-]*[ \t]*$", "", text)
    whole = _settled(bare, problem, True, cut_off, (), salvage=False)
    if whole is not None:
        return whole
    if cut_off:
        bare = bare[: bare.rfind("\n") + 1]  # the last line may have had more to come
    stretches = runs(bare)
    programs: list[tuple[str, Block]] = []
    for i, stretch in enumerate(stretches):
        is_last = cut_off and i == len(stretches) - 1
        is_last = is_last and _goes_on(bare, stretch)
        program = _settled(f"{stretch}\n", problem, is_last, is_last, ())
        if program is not None:
            programs.append((program, Block(code=stretch)))
    found = _chosen(programs, problem)
    least = USABLE if cut_off else 1
    if found is None or names_of(found).unbound & _begun(bare):
        return None
    return found if fitness(found, problem, entry_of(problem)) >= least else None


def _goes_on(text: str, stretch: str) -> bool:
    """Whether a stretch of code ends the text, or what follows it is indented."""
    rest = text[text.rfind(stretch.rstrip()) + len(stretch.rstrip()) :].lstrip("\n")
    return not rest.strip() or rest[0] in " \t"


def _settled(
    code: str,
    problem: Problem,
    is_cut: bool,
    cut_off: bool,
    readings: tuple[str, ...],
    *,
    salvage: bool = True,
) -> str | None:
    """The first way to read a piece of text that gives a program."""
    entry = entry_of(problem)
    tries = tuple(dict.fromkeys(chain(variants(code), readings)))
    least = USABLE if is_cut and cut_off else 1
    for text in tries:
        if is_cut and cut_off:
            text = trimmed(text) or ""
        if _is_program(text, problem, entry, least):
            return text
        completed = from_body(text, problem, entry)
        if completed is not None:
            return completed
    if is_cut:
        begun = tuple(filter(None, map(trimmed, tries)))
        tries = begun if cut_off else tries + begun
    for text in _salvaged(tries) if salvage else tries:
        whole = not names_of(text).unbound & _begun(code)
        if whole and _is_program(text, problem, entry, USABLE):
            return text
    return None


def _salvaged(tries: tuple[str, ...]) -> Iterator[str]:
    for text in reversed(tries):
        yield text
        yield without_prose_lines(text) or ""
        yield with_closed_brackets(text) or ""
    for text in (*tries[:1], *tries[-1:]):
        yield code_only(text)


def _begun(code: str) -> frozenset[str]:
    """The names of the functions and classes that a text starts to define."""
    return frozenset(re.findall(r"\b(?:def|class)\s+(\w+)", code))


def _chosen(programs: list[tuple[str, Block]], problem: Problem) -> str | None:
    """The fittest program; of equals the first, unless a later one corrects it."""
    entry = entry_of(problem)
    best: tuple[int, str] = (0, "")
    for program, block in programs:
        score = fitness(program, problem, entry)
        better = score > best[0]
        corrects = score == best[0] and _CORRECTION.search(block.before)
        if better or (score > 0 and corrects):
            best = (score, program)
    merged = _merged(best[1], [program for program, _ in programs], problem)
    return merged if fitness(merged, problem, entry) > 0 else None


def _merged(best: str, programs: list[str], problem: Problem) -> str:
    """The best program under the ones that bind what it lacks."""
    entry = entry_of(problem)
    for other in programs:
        missing = names_of(best).unbound
        if other == best or not missing & names_of(other).bound:
            continue
        joined = f"{other.rstrip()}\n\n\n{best}"
        if fitness(joined, problem, entry) >= fitness(best, problem, entry):
            best = joined
    return best


def _aligned(program: str, problem: Problem) -> str | None:
    entry = entry_of(problem)
    own = frozenset({entry.name}) if entry else frozenset()
    aligned = align(program, problem)
    if problem.io_mode is IOMode.FUNCTION:
        root = entry and (entry.class_name or entry.name)
        if root is None or root in names_of(aligned).bound:
            aligned = without_examples(aligned, [root] if root else [])
    aligned = with_imports(aligned, problem.setup_code, own=own)
    finished = aligned.strip("\n").rstrip() + "\n"
    return finished if parse(finished) is not None else None


def _other_language(text: str, problem: Problem) -> str | None:
    """The longest block, of the asked language if it can be; else all of the text."""
    blocks = find_blocks(text[:_MAX_CHARS])
    same = [block for block in blocks if block.tag == problem.language.lower()]
    chosen = max(same or blocks, key=lambda block: len(block.code), default=None)
    code = chosen.code if chosen else text
    return code.strip("\n") + "\n" if code.strip() else None
