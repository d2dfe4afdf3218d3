"""What the mutation tester changes and what it leaves alone; and a shop's tests that notice some of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.mutants import mutations
from tools.mutants.mutations import Changes, mutants
from tools.mutants.sources import Source

_CHECKOUT = Path(__file__).resolve().parents[2]
_RUN = "import sys, pathlib, tools.mutants.__main__ as m; sys.exit(m.main(sys.argv[2:], root=pathlib.Path(sys.argv[1])))"

CHANGED: tuple[tuple[Callable[[Source], Changes], str, set[str]], ...] = (
    (mutations.comparisons, "a < b <= c", {"a <= b <= c", "a < b < c"}),
    (mutations.comparisons, "a is not b", {"a is b"}),
    (mutations.comparisons, "a not in b", {"a in b"}),
    (mutations.arithmetic, "a + b * c", {"a - b * c", "a + b // c"}),
    (mutations.arithmetic, "-(a - b)", {"a - b", "-(a + b)"}),
    (mutations.arithmetic, "f'{a // b}'", {"f'{a * b}'"}),
    (mutations.augmented, "a -= b", {"a += b", "a = b"}),
    (mutations.augmented, "a |= b", {"a = b"}),
    (mutations.numbers, "a[0:12]", {"a[1:12]", "a[0:13]"}),
    (mutations.truths, "f(x=True)", {"f(x=False)"}),
    (mutations.signs, "a.ljust(b, '0') + 'word'", {"a.ljust(b, '0~') + 'word'"}),
    (mutations.compared_words, "a == 'due' or a in ('all', 'next')", {
        "a == 'due~' or a in ('all', 'next')", "a == 'due' or a in ('all~', 'next')",
        "a == 'due' or a in ('all', 'next~')",
    }),
    (mutations.junctions, "a and b or c", {"(a or b) or c", "(a and b) and c"}),
    (mutations.negations, "f(not a)", {"f(a)"}),
    (mutations.extremes, "min(a, b.max())", {"max(a, b.max())"}),
    (mutations.verdicts, "def f() -> bool:\n    return a < b", {"return not a < b"}),
    (mutations.verdicts, "def f() -> bool:\n    return True", {"return False"}),
    (mutations.verdicts, "def f() -> int:\n    return a", set()),
    (mutations.conditions, "if a:\n    b\nelif c == d:\n    e", {"if not a:", "elif c != d:"}),
    (mutations.conditions, "[a if b else c for c in d if not e]", {
        "[a if not b else c for c in d if not e]", "[a if b else c for c in d if e]",
    }),
    (mutations.bounds, "a[b:c]", {"a[b + 1:c]", "a[b:c + 1]"}),
    (mutations.calls, "a.append(b)\nc = d()", {"pass"}),
)  # fmt: skip

UNTOUCHED = (
    '"""Between 1 and 2."""',
    'def f(a: Literal[1, "-"], *, b: "1 + 1") -> Literal[0]:\n    """0."""\n    c: tuple[Literal[3]]',
    "@lru_cache(maxsize=256)\nclass A:\n    a: dict[str, int] = field(default_factory=lambda: 3)",
    'raise ValueError(f"{a} - {b}")',
    'raise ValueError("!", a == "due")',
    '_PATTERN = re.compile("[0-9]" * 3)',
    "c = zip(a, b, strict=True)",
    "Part = Literal[1, 2]",
)


def _afters(text: str) -> set[str]:
    return {mutant.after for mutant in mutants(Source(path="a.py", text=text))}


@pytest.mark.parametrize(("rule", "text", "expected"), CHANGED)
def test_each_rule_changes_what_it_is_for(
    monkeypatch: pytest.MonkeyPatch, rule: Callable[[Source], Changes], text: str, expected: set[str]
) -> None:
    monkeypatch.setattr(mutations, "RULES", (rule,))
    assert _afters(text) == expected


def test_every_rule_has_a_case() -> None:
    assert {rule for rule, _, _ in CHANGED} == set(mutations.RULES)


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_is_not_the_program_is_left_alone(text: str) -> None:
    assert _afters(text) <= {"raise ValueError('!', a != 'due')"}


def test_a_mutant_is_one_change_on_its_own_line() -> None:
    text = '"""A module."""\n\n\ndef f(a: int) -> int:\n    # One more.\n    return (\n        a + 1\n    )\n'
    made = mutants(Source(path="anqi/a.py", text=text))
    told = [(mutant.place, mutant.before, mutant.after) for mutant in made]
    assert told == [
        ("anqi/a.py:7", "return a + 1", "return a + 2"), ("anqi/a.py:7", "return a + 1", "return a - 1"),
    ]  # fmt: skip
    assert made[0].source.splitlines()[-1] == "    return a + 2"


def test_two_rules_that_say_the_same_make_one_mutant() -> None:
    assert len(mutants(Source(path="a.py", text="if not a:\n    b"))) == 1


def test_a_long_line_is_shown_around_its_change() -> None:
    long = "f(" + ", ".join(f"{letter * 9}" for letter in "abcdefgh") + " + 7, "
    (longer,) = [each for each in mutants(Source(path="a.py", text=long + "b" * 90 + ")")) if "8" in each.after]
    assert longer.before.startswith("…")
    assert longer.before.endswith("b…")
    assert longer.after == longer.before.replace("+ 7", "+ 8")


CODE = '''\
"""A till."""


def is_enough(paid: int, price: int) -> bool:
    return paid >= price


def coins(amount: int) -> int:
    count = 0
    while amount:
        amount -= 1
        count += 1
    return count
'''
TESTS = """\
from shop.till.change import coins, is_enough


def test_enough():
    assert is_enough(3, 2)
    assert not is_enough(1, 2)


def test_coins():
    assert coins(2) == 2
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in {
        "shop/__init__.py": "", "shop/till/__init__.py": "", "shop/till/change.py": CODE,
        "shop/till/other.py": "price = 1\n", "tests/till/test_change.py": TESTS,
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _run(shop: Path, *asked: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", _RUN, str(shop), "shop/till", "--timeout", "4", *asked]
    # What Python compiled of a module must not pass for its mutants, where compiled modules are kept.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(command, cwd=_CHECKOUT, env=environment, capture_output=True, text=True, check=False)


def test_only_what_no_test_notices_survives(shop: Path) -> None:
    """Nobody pays the very price; a loop that never ends is noticed, like a wrong sum."""
    before = sorted(shop.rglob("*"))
    done = _run(shop, "change")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "shop/till/change.py:5  return paid >= price  →  return paid > price",
        "9 made, 8 killed (2 of them by never ending), 1 survived: 88.9 % killed",
    ]
    written = json.loads((shop / "build/mutants.json").read_text())
    assert (written["made"], written["killed"], written["survived"], written["killed_percent"]) == (9, 8, 1, 88.9)
    noticed = {each["after"]: each["noticed_by"] for each in written["mutants"]}
    assert noticed["return not paid >= price"] == "tests/till/test_change.py::test_enough"
    assert noticed["amount += 1"] == noticed["amount = 1"] == "no answer"
    assert sorted(shop.rglob("*")) == sorted([*before, shop / "build", shop / "build/mutants.json"])
    assert (shop / "shop/till/change.py").read_text() == CODE


def test_a_share_or_a_line_is_tried_alone(shop: Path) -> None:
    done = _run(shop, "--only", "shop/till/change.py:5")
    assert done.stdout.splitlines()[-1].startswith("2 made, 1 killed")
    assert not (shop / "build").exists()
    for share in ("1/10", "2/10"):
        done = _run(shop, "other", "change", "--slice", share)
        assert done.stdout.splitlines()[-1].startswith("1 made")
    assert {file.name for file in (shop / "build").iterdir()} == {"mutants-1-of-10.json", "mutants-2-of-10.json"}


def test_tests_that_fail_without_a_mutant_say_nothing_about_one(shop: Path) -> None:
    (shop / "tests/till/test_change.py").write_text(TESTS + "    assert coins(3) == 2\n")
    done = _run(shop)
    assert (done.returncode, done.stdout) == (1, "")
    assert "fails already tests/till/test_change.py::test_coins" in done.stderr


@pytest.mark.parametrize("asked", [("--only", "change"), ("--slice", "3/2"), ("--slice", "0/2"), ("nothing",)])
def test_what_is_not_there_is_told(shop: Path, asked: tuple[str, ...]) -> None:
    done = _run(shop, *asked)
    assert done.returncode == 2
    assert asked[-1] in done.stderr
