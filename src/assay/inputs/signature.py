"""How many arguments the entry point takes, and what it says that it returns."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from assay.inputs.seeds import calls_in_tests, function_name
from assay.sampling.starter import starter_source
from assay.sampling.syntax import parse
from assay.types import Call, Problem, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What is known of how the entry point is called. By default nothing is."""

    parameters: tuple[str, ...] = ()
    by_name: tuple[str, ...] = ()  # parameters that are given by keyword alone
    fewest: int = 0
    most: int | None = None  # None: no bound is known
    returns: ast.expr | None = None  # the annotation
    is_known: bool = False  # from the starter code, so that the names are all there are

    def takes(self, n_arguments: int) -> bool:
        """Whether a call with so many arguments can be meant."""
        return self.fewest <= n_arguments and (
            self.most is None or n_arguments <= self.most
        )

    @property
    def is_unary(self) -> bool:
        """Whether there is exactly one argument."""
        return self.fewest <= 1 and self.most == 1

    def call(
        self, args: Sequence[Value], kwargs: Sequence[tuple[str, Value]] = ()
    ) -> Call | None:
        """Return a call, by position where the names allow it; None: it does not fit.

        >>> Signature(parameters=("a", "b"), fewest=2, most=2).call((1,), [("b", 2)])
        Call(args=(1, 2), kwargs=())
        """
        positional, named = list(args), dict(kwargs)
        if len(named) < len(kwargs) or not self.takes(len(args) + len(kwargs)):
            return None
        rest = list(self.parameters[len(args) :])
        while rest and rest[0] in named:
            positional.append(named.pop(rest.pop(0)))
        if self.is_known and self.most is not None:
            too_many = len(positional) > len(self.parameters)
            if too_many or not named.keys() <= {*rest, *self.by_name}:
                return None
        return Call(args=tuple(positional), kwargs=tuple(named.items()))


def signature_of(problem: Problem) -> Signature:
    """Read the starter code; without it, count the arguments of the given calls."""
    node = _function(problem)
    if node is not None:
        return _from_function(node)
    given = [case.input for case in problem.cases if isinstance(case.input, Call)]
    counts = [len(c.args) + len(c.kwargs) for c in (*given, *calls_in_tests(problem))]
    if not counts:
        return Signature()
    return Signature(fewest=min(counts), most=max(counts))


def call_form(problem: Problem) -> str:
    """The entry point with its parameters, as it is shown to a model.

    >>> from assay.types import IOMode
    >>> call_form(Problem(id="", statement="", io_mode=IOMode.FUNCTION,
    ...     entry_point="f", starter_code="def f(a, b=1): ..."))
    'f(a, b)'
    """
    signature = signature_of(problem)
    names = (*signature.parameters, *signature.by_name)
    return f"{function_name(problem)}({', '.join(names) or '...'})"


def _function(problem: Problem) -> ast.FunctionDef | None:
    tree = parse(starter_source(problem))
    name = function_name(problem)
    nodes = list(ast.walk(tree)) if tree else []
    found = [n for n in nodes if isinstance(n, ast.FunctionDef) and n.name == name]
    return found[-1] if found else None


def _from_function(node: ast.FunctionDef) -> Signature:
    given = node.args
    positional = [a.arg for a in (*given.posonlyargs, *given.args)]
    skipped = 1 if positional[:1] in (["self"], ["cls"]) else 0
    by_name = [a.arg for a in given.kwonlyargs]
    optional = sum(default is not None for default in given.kw_defaults)
    n_names = len(positional) - skipped + len(by_name)
    variadic = given.vararg is not None or given.kwarg is not None
    return Signature(
        parameters=tuple(positional[skipped:]),
        by_name=tuple(by_name),
        fewest=n_names - len(given.defaults) - optional,
        most=None if variadic else n_names,
        returns=node.returns,
        is_known=True,
    )
