"""Gives tests the names that they take from the solution, as stand-ins."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from typing import Any

from assay.judging.inside.link import Link
from assay.judging.inside.proxies import make_proxy_factory

# Not `dir()`: programs that walk a grid like to call something else by that name.
_PUBLIC_NAMES = "[name for name in globals() if name[:1] != '_']"


def connect(
    params: dict[str, Any], request: Callable[[Any], Any]
) -> tuple[Link, dict[str, Any]]:
    """Open the line to the candidate.

    The modules in `params["modules"]` can be imported from now on. Returned are also
    those of the names in `params["names"]` that the candidate has.
    """
    link = Link(request)
    link.make_proxy = make_proxy_factory(frozenset(params["classes"]))
    own = frozenset(params["own"])
    finder: Any = _Finder(link, frozenset(params["modules"]), own)
    sys.meta_path.append(finder)
    return link, _names(link, params["names"])


def _names(link: Link, names: Sequence[Sequence[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, expression in names:
        try:
            found[name] = link.evaluate(expression)
        except Exception:  # a name that the candidate lacks stays undefined here too
            continue
    return found


_ABSENT = object()


class _SolutionModule(types.ModuleType):
    """A module whose names are the candidate's."""

    _assay_link: Link
    _assay_originals: dict[str, Any]  # of what a test has patched
    _assay_own: frozenset[str]  # what the tests mean when they say it

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            if name == "__all__":  # for `import *`
                public = self._assay_link.evaluate(_PUBLIC_NAMES)
                # Not `abs` or `pytest`, with which the tests decide.
                return [name for name in public if name not in self._assay_own]
            raise AttributeError(name)
        return self._assay_link.do("getattr", 0, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__") or isinstance(value, types.ModuleType):
            super().__setattr__(name, value)
            return
        link, originals = self._assay_link, self._assay_originals
        if name not in originals:
            originals[name] = _original(link, name)
        link.do("setattr", 0, name, value)

    def __delattr__(self, name: str) -> None:
        # Patching tools find no name in our `__dict__`, so they undo by deleting.
        original = self._assay_originals.pop(name, _ABSENT)
        if original is not _ABSENT:
            self._assay_link.do("setattr", 0, name, original)
        else:
            self._assay_link.do("delattr", 0, name)


def _original(link: Link, name: str) -> Any:
    try:
        return link.do("getattr", 0, name)
    except AttributeError:  # such as `open`, which a test puts there for a while
        return _ABSENT


class _Finder:
    """Finds the modules that stand for the solution, after all others failed to."""

    def __init__(
        self, link: Link, modules: frozenset[str], own: frozenset[str]
    ) -> None:
        self._link = link
        self._own = own
        self._modules = modules

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """Find `name` if it is the solution."""
        if name not in self._modules:
            return None
        has_more = any(other.startswith(f"{name}.") for other in self._modules)
        loader: Any = self
        return ModuleSpec(name, loader, is_package=has_more)

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """Make the module, with the line that its names come over."""
        module = _SolutionModule(spec.name)
        vars(module).update(
            _assay_link=self._link, _assay_originals={}, _assay_own=self._own
        )
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing: the candidate's program runs elsewhere."""
