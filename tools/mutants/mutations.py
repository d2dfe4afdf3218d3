"""The ways in which code is changed. A rule is a function from a source to nodes and what may stand in their place."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.mutants.sources import Source

_SHOWN_AROUND = 40


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A module with one change."""

    path: str
    line: int
    before: str
    after: str
    source: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


def mutants(source: Source) -> list[Mutant]:
    """Every module that is one change away from this one, in the order of its lines; each once."""
    found: dict[str, Mutant] = {}
    for rule in RULES:
        for node, changed in rule(source):
            if source.may_change(node):
                text = source.with_changed(node, changed)
                found.setdefault(text, _mutant(source, node, text))
    return sorted(found.values(), key=lambda mutant: (mutant.line, mutant.before, mutant.after))


def _mutant(source: Source, node: ast.AST, text: str) -> Mutant:
    before, after = _apart(source.rewritten.splitlines(), text.splitlines())
    shown = _shortened(" ".join(before), " ".join(after))
    line = int(getattr(node, "lineno", 1))
    return Mutant(path=source.path, line=line, before=shown[0], after=shown[1], source=text)


def _apart(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """The lines, spaces around them off, in which two texts differ."""
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return [line.strip() for line in before], [line.strip() for line in after]


def _shortened(before: str, after: str) -> tuple[str, str]:
    shortest = min(len(before), len(after))
    alike = next((n for n in range(shortest) if before[n] != after[n]), shortest)
    since = max(alike - _SHOWN_AROUND, 0)
    return _cut(before, since), _cut(after, since)


def _cut(line: str, since: int) -> str:
    until = since + 2 * _SHOWN_AROUND
    return ("…" if since else "") + line[since:until] + ("…" if line[until:] else "")


Changes = Iterator[tuple[ast.AST, ast.AST]]


def comparisons(source: Source) -> Changes:
    for node in source.nodes(ast.Compare):
        for n, operator in enumerate(node.ops):
            others = [*node.ops[:n], _COMPARED[type(operator)](), *node.ops[n + 1 :]]
            yield node, ast.Compare(left=node.left, ops=others, comparators=node.comparators)


_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


def arithmetic(source: Source) -> Changes:
    for node in source.nodes(ast.BinOp):
        if other := _RECKONED.get(type(node.op)):
            yield node, ast.BinOp(left=node.left, op=other(), right=node.right)
    for sign in source.nodes(ast.UnaryOp):
        if isinstance(sign.op, ast.USub):
            yield sign, sign.operand


_RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult,
}  # fmt: skip


def augmented(source: Source) -> Changes:
    for node in source.nodes(ast.AugAssign):
        if other := _RECKONED.get(type(node.op)):
            yield node, ast.AugAssign(target=node.target, op=other(), value=node.value)
        alone = ast.Assign(targets=[node.target], value=node.value)
        yield node, ast.copy_location(alone, node)


def numbers(source: Source) -> Changes:
    for node in source.nodes(ast.Constant):
        if type(node.value) is int:
            yield node, ast.Constant(node.value + 1)


def truths(source: Source) -> Changes:
    for node in source.nodes(ast.Constant):
        if isinstance(node.value, bool):
            yield node, ast.Constant(not node.value)


def signs(source: Source) -> Changes:
    """Texts without a letter, which are no words of a set: fillers, points, nothing at all."""
    for node in source.nodes(ast.Constant):
        if isinstance(node.value, str) and not any(each.isalpha() for each in node.value):
            yield node, ast.Constant(node.value + "~")


def compared_words(source: Source) -> Changes:
    for node in source.nodes(ast.Compare):
        for operand in (node.left, *node.comparators):
            for word in operand.elts if isinstance(operand, ast.Tuple | ast.List | ast.Set) else [operand]:
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    yield word, ast.Constant(word.value + "~")


def junctions(source: Source) -> Changes:
    for node in source.nodes(ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield node, ast.BoolOp(op=other, values=node.values)


def negations(source: Source) -> Changes:
    for node in source.nodes(ast.UnaryOp):
        if isinstance(node.op, ast.Not):
            yield node, node.operand


def extremes(source: Source) -> Changes:
    others = {"min": "max", "max": "min"}
    for node in source.nodes(ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in others:
            yield node.func, ast.Name(id=others[node.func.id], ctx=ast.Load())


def verdicts(source: Source) -> Changes:
    """What a function that says yes or no says."""
    for function in source.nodes(ast.FunctionDef):
        if isinstance(function.returns, ast.Name) and function.returns.id == "bool":
            said = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
            yield from ((value, _opposite(value)) for value in said)


def conditions(source: Source) -> Changes:
    tests = [node.test for node in source.nodes(ast.If)] + [node.test for node in source.nodes(ast.IfExp)]
    tests += [test for loop in source.nodes(ast.comprehension) for test in loop.ifs]
    yield from ((test, _opposite(test)) for test in tests)


def _opposite(condition: ast.expr) -> ast.expr:
    """What is true where this isn't, in the words of the other rules, so that one change has one text."""
    match condition:
        case ast.UnaryOp(op=ast.Not()):
            return condition.operand
        case ast.Constant(value=bool()):
            return ast.Constant(not condition.value)
        case ast.Compare(ops=[ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot() | ast.In() | ast.NotIn() as operator]):
            return ast.Compare(condition.left, [_COMPARED[type(operator)]()], condition.comparators)
    return ast.UnaryOp(op=ast.Not(), operand=condition)


def bounds(source: Source) -> Changes:
    for node in source.nodes(ast.Slice):
        for bound in (node.lower, node.upper):
            # A number is one higher by its own rule.
            if bound and not isinstance(bound, ast.Constant):
                yield bound, ast.BinOp(left=bound, op=ast.Add(), right=ast.Constant(1))


def calls(source: Source) -> Changes:
    """Calls that stand alone, for what they do: nothing is done."""
    for node in source.nodes(ast.Expr):
        if isinstance(node.value, ast.Call):
            yield node, ast.Pass()


RULES: tuple[Callable[[Source], Changes], ...] = (
    comparisons,
    arithmetic,
    augmented,
    numbers,
    truths,
    signs,
    compared_words,
    junctions,
    negations,
    extremes,
    verdicts,
    conditions,
    bounds,
    calls,
)
