"""The rules of tools/tidy.py, and their exceptions by name. A rule is a function from a file to its faults."""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOMS = ("anqi", "sandbox", "mall", "demo", "tools")
_MONEY = ("anqi/engine/", "anqi/ledger/", "anqi/lending/", "anqi/payments/", "anqi/actions/")
_MOST_COLUMNS, _MOST_LINES, _MOST_LINES_OF_FUNCTION = 120, 300, 40

# Who may read the machine's clock: ours, the neighbours', and what must hold in the world, not on business time.
CLOCKS = {
    "anqi/clock.py": "the one clock",
    "anqi/rows/ids.py": "an id must be new, not true",
    "anqi/payments/channels/unionpay/account.py": "UnionPay answers no question of another time",
    "anqi/payments/channels/unionpay/certificates.py": "a certificate holds for the world's time",
    "anqi/payments/channels/wechat/papay.py": "WeChat opens no page for a stamp of another time",
    "anqi/notices/sms.py": "the gateway refuses stamps by the world's time",
    "anqi/notices/webhooks.py": "merchants refuse stamps by the world's time",
    "anqi/jobs/pulse.py": "workers' heartbeats are the queue's, by the database's clock",
    "sandbox/clock.py": "the sandbox's clock",
    "mall/clock.py": "the mall's clock",
    "tools/bench/nights.py": "a shifted clock is shifted against the machine's",
    "demo/table.py": "a second factor holds for this half minute of the world",
}
# Divisions that are exact, or whose precision is stated where they stand.
EXACT = {
    "anqi/engine/cost.py": "periods a year, by decimals",
    "anqi/engine/explain.py": "a rate is a Fraction",
    "anqi/engine/solving.py": "solves by decimals of stated precision",
}
# The role of the application is made and granted in one piece.
ATOMIC = {"anqi/config/grants.py"}
# A ratchet: what was longer when the rule came. It may shrink and never grow; then its line here goes.
LONGER = {
    "anqi/config/postgres.py": 333,
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file: its path inside the checkout, its text, and what Python makes of it."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text) if self.path.endswith(".py") else ast.Module(body=[], type_ignores=[])


def excepted() -> list[str]:
    """The files that any exception names."""
    return sorted(CLOCKS.keys() | EXACT.keys() | ATOMIC | {name.split(":")[0] for name in LONGER})


Told = Iterator[tuple[int, str]]


def wall_clock(source: Source) -> Told:
    if source.path in CLOCKS or not source.path.startswith(ROOMS):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _CLOCK.search(ast.unparse(node.func)):
            yield node.lineno, f"{ast.unparse(node.func)}() reads the wall clock: take `now` or `today` instead"


_CLOCK = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns)|timezone\.(now|localdate|localtime)"
    r"|functions\.(Now|TruncNow))$|^Now$"
)


def database_clock(source: Source) -> Told:
    if source.path in CLOCKS or not source.path.startswith("anqi/"):
        return
    prose = {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(source.tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in prose else None
        if isinstance(text, str) and _DATABASE_CLOCK.search(text):
            yield _line(node), "the database's clock is not ours: hand `now` to the statement"


_DATABASE_CLOCK = re.compile(r"(?i)(?<![\w.])(now\(\)|current_timestamp|current_date|clock_timestamp\(\))")


def floats_near_money(source: Source) -> Told:
    if not source.path.startswith(_MONEY):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, f"{node.value} is a float: money is whole fen, rates are exact"
        if isinstance(node, ast.Name) and node.id == "float":
            yield node.lineno, "float: money is whole fen, rates are exact"
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div) and source.path not in EXACT:
            yield node.lineno, "true division makes a float of ints: use //, or a Fraction and the one rounding"


def rows_in_pages(source: Source) -> Told:
    if not source.path.startswith("anqi/web/"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager"):
            yield node.lineno, ".objects in the web: reading lives in the queries of the rows' own room"


def transactions(source: Source) -> Told:
    if not source.path.startswith("anqi/") or source.path.startswith(("anqi/actions/", "anqi/jobs/")):
        return
    for node in ast.walk(source.tree):
        name = getattr(node, "attr", getattr(node, "id", ""))
        if name == "atomic" and source.path not in ATOMIC:
            yield _line(node), "atomic: only actions and jobs open transactions"


def strangers_in_engine(source: Source) -> Told:
    if not source.path.startswith("anqi/engine/"):
        return
    for node in ast.walk(source.tree):
        for name in _imported(node):
            if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("anqi.engine"):
                yield _line(node), f"the engine imports {name}: it may know the standard library only"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def lengths(source: Source) -> Told:
    if not source.path.endswith(".py") or "/migrations/" in source.path:
        return
    yield from _longer(source.path, 1, source.text.count("\n"), most=_MOST_LINES)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            yield from _longer(f"{source.path}:{node.name}", node.lineno, length, most=_MOST_LINES_OF_FUNCTION)
    for number, line in enumerate(source.text.splitlines(), 1):
        if len(line) > _MOST_COLUMNS:
            yield number, f"{len(line)} columns, of {_MOST_COLUMNS} at most"


def _longer(name: str, line: int, length: int, *, most: int) -> Told:
    allowed = LONGER.get(name, most)
    if length > allowed:
        yield line, f"{name} has {length} lines, of {allowed} at most: split it"
    elif name in LONGER and length <= most:
        yield line, f"{name} has {length} lines now: strike it from LONGER in tools/tidy_rules.py"


def names(source: Source) -> Told:
    stem = Path(source.path).stem
    if source.path.endswith(".py") and stem.strip("_") in ("util", "utils", "helpers", "manager", "data", "common"):
        yield 1, f"a module called {stem} is about nothing: name what it owns"


def left_undone(source: Source) -> Told:
    yield from _lines(source, _UNDONE, "left undone: do it, or say in the docs that it isn't there")


_UNDONE = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")


def places(source: Source) -> Told:
    yield from _lines(source, _INDEX, "an address of a package index: the machine's own pip settings decide")
    yield from _lines(source, _PLACE, "a path of somebody's machine")


_INDEX = re.compile(
    r"py" r"pi\.org|python" r"hosted\.org|--(extra-)?index" r"-url|--find" r"-links|npm" r"js\.(org|com)"
)
_PLACE = re.compile(r"(?<![\w.])(/wor" r"k/|/ho" r"me/\w|/Us" r"ers/\w|/ro" r"ot/\w)")


def whitespace(source: Source) -> Told:
    yield from _lines(source, re.compile(r"[ \t]+$"), "trailing spaces")
    if source.text and not source.text.endswith("\n"):
        yield source.text.count("\n") + 1, "no newline at the end"


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 1))


def _lines(source: Source, pattern: re.Pattern[str], told: str) -> Told:
    for number, line in enumerate(source.text.splitlines(), 1):
        if pattern.search(line):
            yield number, told


RULES: tuple[Callable[[Source], Told], ...] = (
    wall_clock,
    database_clock,
    floats_near_money,
    rows_in_pages,
    transactions,
    strangers_in_engine,
    lengths,
    names,
    left_undone,
    places,
    whitespace,
)
