"""Each rule of the style guide has a case that trips it, and one that is fine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tools import tidy, tidy_rules
from tools.tidy_rules import Source, Told

WRONG: tuple[tuple[Callable[[Source], Told], str, str], ...] = (
    (tidy_rules.wall_clock, "anqi/actions/x.py", "from datetime import datetime\nnow = datetime.now(SHANGHAI)"),
    (tidy_rules.wall_clock, "anqi/web/x.py", "import datetime as dt\nfirst = dt.date.today()"),
    (tidy_rules.wall_clock, "mall/x.py", "import time\nstamp = time.time()"),
    (tidy_rules.wall_clock, "anqi/people/x.py", "from django.utils import timezone\nseen_at = timezone.now()"),
    (tidy_rules.wall_clock, "anqi/people/x.py", "from django.db.models.functions import Now\nseen_at = Now()"),
    (tidy_rules.database_clock, "anqi/lending/x.py", 'due = "select 1 from loan where wake_at < now()"'),
    (tidy_rules.database_clock, "anqi/lending/x.py", 'due = f"select {x} where on_day < CURRENT_DATE"'),
    (tidy_rules.floats_near_money, "anqi/engine/x.py", "rate = 0.1"),
    (tidy_rules.floats_near_money, "anqi/ledger/x.py", "sum_minor = int(float(text))"),
    (tidy_rules.floats_near_money, "anqi/payments/x.py", "half_minor = total_minor / 2"),
    (tidy_rules.floats_near_money, "anqi/actions/x.py", "total_minor /= 2"),
    (tidy_rules.rows_in_pages, "anqi/web/borrower/views/home.py", "loans = Loan.objects.filter(id=1)"),
    (tidy_rules.rows_in_pages, "anqi/web/office/x.py", "loans = Loan._default_manager.all()"),
    (tidy_rules.transactions, "anqi/lending/x.py", "with transaction.atomic(durable=True): pass"),
    (tidy_rules.transactions, "anqi/web/x.py", "from django.db.transaction import atomic\nwith atomic(): pass"),
    (tidy_rules.strangers_in_engine, "anqi/engine/x.py", "import psycopg"),
    (tidy_rules.strangers_in_engine, "anqi/engine/x.py", "from anqi.rows import days"),
    (tidy_rules.lengths, "anqi/x.py", "\n" * 301),
    (tidy_rules.lengths, "anqi/x.py", "def long():\n" + "    pass\n" * 40),
    (tidy_rules.lengths, "anqi/x.py", "x = '" + "期" * 116 + "'"),
    (tidy_rules.lengths, "anqi/config/postgres.py", "\n" * 334),
    (tidy_rules.lengths, "anqi/config/postgres.py", "\n" * 300),
    (tidy_rules.names, "anqi/lending/utils.py", ""),
    (tidy_rules.names, "anqi/lending/_helpers.py", ""),
    (tidy_rules.left_undone, "docs/x.md", "TO" "DO: say more"),
    (tidy_rules.left_undone, "anqi/x.py", "pass  # FIX" "ME"),
    (tidy_rules.places, "requirements/x.txt", "--index" "-url https://example.org"),
    (tidy_rules.places, "docs/x.md", "from https://py" "pi.org/simple"),
    (tidy_rules.places, "anqi/x.py", 'folder = "/ho' 'me/somebody/anqi"'),
    (tidy_rules.places, "Makefile", "cd /wor" "k/anqi"),
    (tidy_rules.whitespace, "docs/x.md", "a line \nanother\n"),
    (tidy_rules.whitespace, "anqi/x.html", "<p>no end</p>"),
)

FINE: tuple[tuple[Callable[[Source], Told], str, str], ...] = (
    (tidy_rules.wall_clock, "anqi/clock.py", "now = datetime.now(SHANGHAI)"),
    (tidy_rules.wall_clock, "anqi/web/x.py", "now = clock.now()\nbegan = time.perf_counter()\nyear = day.today"),
    (tidy_rules.wall_clock, "anqi/config/x.py", "deadline = time.monotonic() + 5"),
    (tidy_rules.database_clock, "anqi/lending/x.py", '"""Takes what clock.now() says, never now()."""\nx = "clock.now()"'),
    (tidy_rules.floats_near_money, "anqi/engine/solving.py", "quotient = one / other"),
    (tidy_rules.floats_near_money, "anqi/payments/x.py", "half_minor = total_minor // 2"),
    (tidy_rules.floats_near_money, "anqi/config/x.py", "patience = 0.2"),
    (tidy_rules.rows_in_pages, "anqi/lending/queries.py", "loans = Loan.objects.filter(id=1)"),
    (tidy_rules.transactions, "anqi/actions/x.py", "with transaction.atomic(durable=True): pass"),
    (tidy_rules.transactions, "anqi/jobs/x.py", "with transaction.atomic(): pass"),
    (tidy_rules.strangers_in_engine, "anqi/engine/x.py", "import decimal\nfrom anqi.engine import loan"),
    (tidy_rules.lengths, "anqi/config/postgres.py", "\n" * 333),
    (tidy_rules.lengths, "anqi/lending/migrations/0001_initial.py", "\n" * 999),
    (tidy_rules.lengths, "anqi/x.py", "def fits():\n" + "    pass\n" * 39),
    (tidy_rules.places, "docs/x.md", "its data are under /var/lib/anqi; /root/… is closed"),
    (tidy_rules.whitespace, "docs/x.md", "a line\n\nanother\n"),
)


@pytest.mark.parametrize(("rule", "path", "text"), WRONG)
def test_what_breaks_a_rule_is_found(rule: Callable[[Source], Told], path: str, text: str) -> None:
    assert list(rule(Source(path=path, text=text)))


@pytest.mark.parametrize(("rule", "path", "text"), FINE)
def test_what_is_fine_is_left_alone(rule: Callable[[Source], Told], path: str, text: str) -> None:
    assert not list(rule(Source(path=path, text=text)))


def test_every_rule_has_a_case() -> None:
    assert {rule for rule, _, _ in WRONG} == set(tidy_rules.RULES)


def test_files_of_all_rooms_are_read(tmp_path: Path) -> None:
    for name in ("anqi/web/page.html", "docs/a.md", "bin/anqi", "Makefile", "anqi/min.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("trailing \n")
    (tmp_path / "anqi/web/lib.min.js").write_text("trailing \n")
    found = {fault.path for source in tidy.sources(tmp_path) for fault in tidy.faults(source)}
    assert found == {"anqi/web/page.html", "docs/a.md", "bin/anqi", "Makefile", "anqi/min.py"}


def test_an_exception_ends_with_its_file(tmp_path: Path) -> None:
    assert {fault.told for fault in tidy.gone(tmp_path)} > {"anqi/clock.py is gone: strike its exception"}
    assert not list(tidy.gone(Path(tidy.__file__).parents[1]))
