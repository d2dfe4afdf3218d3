"""One module as a tree: the nodes that a mutant may change, and the text with one of them changed."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

_Node = TypeVar("_Node", bound=ast.AST)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file: its path inside the checkout and its text."""

    path: str
    text: str

    @cached_property
    def rewritten(self) -> str:
        """The same program as Python writes it, one statement a line, without comments: what mutants are told from."""
        return ast.unparse(self._tree)

    def nodes(self, kind: type[_Node]) -> Iterator[_Node]:
        """What may be changed of this kind: no docstring, annotation, decorator, field, regex or error's message."""
        return (node for node in self._homes if isinstance(node, kind))

    def may_change(self, node: ast.AST) -> bool:
        """Whether it is one of those nodes."""
        return node in self._homes

    def with_changed(self, node: ast.AST, changed: ast.AST) -> str:
        """The program with another node in the place of this one."""
        home = self._homes[node]
        home.put(changed)
        try:
            return ast.unparse(self._tree)
        finally:
            home.put(node)

    @cached_property
    def _tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def _homes(self) -> dict[ast.AST, "_Home"]:
        return dict(_below(self._tree, set(_untouched(self._tree))))


@dataclass(frozen=True, kw_only=True)
class _Home:
    """Where a node hangs in its tree."""

    parent: ast.AST
    field: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def _below(parent: ast.AST, untouched: set[ast.AST]) -> Iterator[tuple[ast.AST, _Home]]:
    for field, value in ast.iter_fields(parent):
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and node not in untouched:
                yield node, _Home(parent=parent, field=field, index=index)
                yield from _below(node, untouched)


def _untouched(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node
        elif isinstance(node, ast.Raise):
            yield from _texts(node)
        elif isinstance(node, ast.Call | ast.Subscript) and _is_told_to_machines(node):
            yield node
        elif isinstance(node, ast.Call):
            # An assertion about its arguments' lengths: no test can trip it from outside.
            yield from (each for each in node.keywords if each.arg == "strict")
        yield from _annotations(node)


def _texts(node: ast.AST) -> Iterator[ast.AST]:
    for each in ast.walk(node):
        if isinstance(each, ast.JoinedStr) or (isinstance(each, ast.Constant) and isinstance(each.value, str)):
            yield each


def _is_told_to_machines(node: ast.Call | ast.Subscript) -> bool:
    told = ast.unparse(node.func if isinstance(node, ast.Call) else node.value)
    return told in ("field", "Literal") or told.startswith("re.")


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        yield from node.decorator_list
    if isinstance(node, _FUNCTIONS) and node.returns:
        yield node.returns
    if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
        yield node.annotation
