"""A text or a Python file -> a draft of a problem."""

from __future__ import annotations

import ast
import difflib
import re
from dataclasses import replace

from assay.errors import ProblemError
from assay.problems.constraints import stated_constraints, stated_limits
from assay.problems.drafts import Draft, counted
from assay.problems.examples import docstring_examples, examples_in, numbered
from assay.problems.labelled import labelled_cases
from assay.problems.literals import parse
from assay.problems.row_tests import Tests, read_statements
from assay.problems.samples import contest_samples
from assay.problems.signature import Signature, completed, read_signature
from assay.types import Call, Case, IOMode, Problem

ASSUMED_NAME = "solve"
"""What a function is called where the problem names none."""

_IDENTIFIER = r"[A-Za-z_]\w*"
_SIGNED = re.compile(
    rf"(?:\b(?:function|method|class)\s+(?:named\s+|called\s+)?`*|`|\bdef\s+)"
    rf"({_IDENTIFIER})\s*\(([^()\n]*)\)"
)
_NAMED = re.compile(
    rf"\b(?:function|method)\s+(?:named|called)\s+[`'\"]?({_IDENTIFIER})"
    rf"|\bfunction\s+`({_IDENTIFIER})`|`({_IDENTIFIER})`\s+function\b"
    rf"|\bclass\s+(?:named\s+|called\s+)?`({_IDENTIFIER})`"
)
_ASKS = re.compile(
    r"(?i)\b(?:write|implement|create|complete|define|develop|build|need)\b[^.\n]{0,40}"
    r"\b(?:function|method)\b|^\s*(?:a|the|python)\s+(?:python\s+)?function\b"
)


def python_draft(
    source: str, name: str, entry_point: str | None, *, sure: bool
) -> Draft | None:
    """Read a Python file that holds the signature of what is to be written.

    Returns None where the text is no such file, unless `sure` that it is meant as one.

    Raises:
        ProblemError: it is meant as one, but is no Python or defines nothing.
    """
    try:
        signature = read_signature(source, entry_point)
        tree = parse(completed(source))
    except SyntaxError as error:
        if not sure:
            return None
        raise ProblemError(
            f"{name} has a syntax error in line {error.lineno or 1} ({error.msg}); "
            "mend it, or give the problem as plain text"
        ) from error
    if signature is None:
        defined = [n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        if entry_point is not None and defined:
            near = difflib.get_close_matches(entry_point, defined, n=1)
            raise ProblemError(
                f"{name} does not define {entry_point!r}; it defines "
                f"{', '.join(defined[:5])}"
                f"{f'; did you mean {near[0]!r}?' if near else ''}"
            )
        if not sure:
            return None
        raise ProblemError(
            f"{name} defines no function and no class; write the signature of what is "
            "wanted, with its docstring"
        )
    return _of_signature(source, name, tree, signature)


def _of_signature(
    source: str, name: str, tree: ast.Module, signature: Signature
) -> Draft:
    found = docstring_examples(signature)
    asserts = [
        (f"{name} line {node.lineno}", ast.unparse(node))
        for node in tree.body
        if isinstance(node, ast.Assert)
    ]
    read = read_statements(asserts, signature.entry_point, signature)
    tests = Tests(
        cases=found.cases + read.cases,
        test_code=found.test_code + read.test_code,
        tolerance=read.tolerance,
    )
    problem = Problem(
        id=_identity(name),
        title=signature.name,
        statement=source,
        io_mode=IOMode.FUNCTION,
        entry_point=signature.entry_point,
        starter_code=source,
        cases=tests.cases,
        test_code=tests.test_code,
        limits=stated_limits(signature.docstring),
        constraints=stated_constraints(signature.docstring),
        notes=(
            f"Read as a Python file that asks for {signature.text}.",
            "A function is asked for: the file has its signature.",
            counted(tests, "the docstring" if not asserts else "the file"),
        ),
    )
    return Draft(
        problem=problem,
        signature=signature,
        mode_is_sure=True,
        tolerance=read.tolerance,
    )


def text_draft(text: str, name: str, entry_point: str | None) -> Draft:
    """Read a statement in words: a contest's, a LeetCode page, or a sentence."""
    code = _stub_in(text, entry_point)
    signature = code[1] if code else _stated_signature(text, entry_point)
    samples = contest_samples(text)
    labelled = labelled_cases(text, signature)
    named = bool(labelled) and _by_name(text)
    if code or named or (not samples and (signature or _ASKS.search(text))):
        return _function_draft(text, name, code, signature, labelled)
    return _stdin_draft(text, name, signature, samples)


def _by_name(text: str) -> bool:
    """Whether its examples give inputs as `name = value`, as LeetCode does."""
    label = r"(?im)^[ \t>*_`-]*Input[*_` \t]*:[*_` \t]*"
    return bool(re.search(rf"{label}{_IDENTIFIER}\s*=\s*[\[\d\"'({{tfn-]", text))


def _stdin_draft(
    text: str, name: str, signature: Signature | None, samples: tuple[Case, ...]
) -> Draft:
    why = (
        "its samples are texts of input and output"
        if samples
        else "the text names no function"
    )
    problem = _problem(text, name, IOMode.STDIN, Tests(cases=samples))
    notes = (
        "Read as a contest's statement." if samples else "Read as plain words.",
        f"A whole program is asked for: {why}.",
        counted(Tests(cases=samples), "the statement"),
    )
    return Draft(
        problem=replace(problem, notes=notes),
        signature=signature,
        mode_is_sure=bool(samples),
    )


def _function_draft(
    text: str,
    name: str,
    code: tuple[str, Signature] | None,
    signature: Signature | None,
    labelled: tuple[Case, ...],
) -> Draft:
    assumed = signature is None
    why = "the text has its signature" if code else "the text names it"
    if signature is None:
        signature = _assumed_signature(labelled)
        labelled = labelled_cases(text, signature)
        why = f"the text asks for one but names none, so `{signature.text}` is taken"
    found = examples_in(text, signature)
    cases = found.cases or numbered(labelled, "example")
    tests = Tests(cases=cases, test_code=found.test_code)
    starter = code[0] if code else ""
    if not starter and signature.parameters:
        starter = f"def {signature.name}({', '.join(signature.parameters)}):\n"
    problem = _problem(text, name, IOMode.FUNCTION, tests)
    return Draft(
        problem=replace(
            problem,
            entry_point=signature.entry_point,
            starter_code=starter,
            notes=(
                f"Read as a text that asks for {signature.text}.",
                f"A function is asked for: {why}.",
                counted(tests, "the text"),
            ),
        ),
        signature=signature,
        mode_is_sure=bool(cases),
        entry_is_assumed=assumed,
    )


def _problem(text: str, name: str, io_mode: IOMode, tests: Tests) -> Problem:
    return Problem(
        id=_identity(name),
        title=_title(text),
        statement=text,
        io_mode=io_mode,
        cases=tests.cases,
        test_code=tests.test_code,
        limits=stated_limits(text),
        constraints=stated_constraints(text),
    )


def _identity(name: str) -> str:
    return name.partition(".")[0] if re.fullmatch(r"[^\s]+", name) else "problem"


def _title(text: str) -> str:
    """Return the first line, if it reads as a heading."""
    first = next(line for line in text.split("\n") if line.strip())
    title = first.strip().strip("#*= -").strip()
    return title if len(title) <= 80 and not title.endswith((".", ",", ":")) else ""


def _stub_in(text: str, entry_point: str | None) -> tuple[str, Signature] | None:
    """Return the Python stub that a text shows, and its signature."""
    fenced = re.findall(r"(?s)```(?:python3?|py)?[ \t]*\n(.*?)```", text)
    loose = re.findall(
        r"(?m)^((?:[ \t]*@.*\n)*(?:class \w+|(?:async )?def \w+\().*"
        r"(?:\n[ \t]+\S.*|\n(?=[ \t]+\S))*)",
        text,
    )
    for block in (*fenced, *loose):
        try:
            signature = read_signature(block, entry_point)
        except SyntaxError:
            continue
        if signature is not None and signature.is_stub:
            return block, signature
    return None


def _stated_signature(text: str, entry_point: str | None) -> Signature | None:
    """Return the signature that the words name, as in: a function `add(a, b)`."""
    for match in _SIGNED.finditer(text):
        names = [
            p.partition(":")[0].partition("=")[0].strip() for p in _parts(match[2])
        ]
        if entry_point not in (None, match[1]):
            continue
        if all(re.fullmatch(_IDENTIFIER, n) for n in names):
            optional = sum("=" in p for p in _parts(match[2]))
            return Signature(
                entry_point=match[1],
                parameters=tuple(names),
                required=len(names) - optional,
                variadic=not names,
            )
    if entry_point is not None:
        return Signature(entry_point=entry_point, variadic=True)
    if found := _NAMED.search(text):
        named = next(group for group in found.groups() if group)
        return Signature(
            entry_point=named, variadic=True, is_class=found[4] is not None
        )
    return None


def _parts(parameters: str) -> list[str]:
    return [p for p in re.split(r",(?![^\[]*\])", parameters) if p.strip()]


def _assumed_signature(labelled: tuple[Case, ...]) -> Signature:
    """Return `solve`, with the parameter names that the examples use."""
    names: tuple[str, ...] = ()
    if labelled and isinstance(labelled[0].input, Call):
        names = tuple(name for name, _ in labelled[0].input.kwargs)
    return Signature(
        entry_point=ASSUMED_NAME,
        parameters=names,
        required=len(names),
        variadic=not names,
    )
