"""Credit lines: every figure by hand, then what always holds whatever happens in whatever order."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_tables import TERMS, Book, Lent, follow_line, minor

from anqi.engine import ceilings
from anqi.engine.ceilings import TooLong, refuse_too_long
from anqi.engine.facts import Payment
from anqi.engine.granting import Grant
from anqi.engine.line import BeyondLine, LineExpired, LineLocked, LineRefused, admit, line_of
from anqi.engine.products import read_terms
from anqi.engine.refusals import NotPositive, Refused
from anqi.engine.schedule import plan

_DAY = date(2026, 3, 1)


def test_it_falls_with_what_is_signed_and_rises_with_repaid_principal() -> None:
    """300.00 in three parts: 103.00 pay 100.00 and 1 % of 300.00; 100.00 ahead of time on 5 April are all principal."""
    follow_line("""
day         happens         granted  limit    used    frozen   available
2026-03-01  grants 1000.00  1000.00  1000.00  0.00    0.00     1000.00
2026-03-01  signs a 300.00  1000.00  1000.00  0.00    300.00   700.00
2026-03-01  signs b 700.01  1000.00  1000.00  0.00    300.00   700.00     refused: limit_exceeded 700.00/700.01
2026-03-01  signs b 700.00  1000.00  1000.00  0.00    1000.00  0.00
2026-03-01  signs c 0.01    1000.00  1000.00  0.00    1000.00  0.00       refused: limit_exceeded 0.00/0.01
2026-03-01  begins a        1000.00  1000.00  300.00  700.00   0.00
2026-03-02  lapses b        1000.00  1000.00  300.00  0.00     700.00
2026-04-01  pays a 103.00   1000.00  1000.00  200.00  0.00     800.00
2026-04-05  pays a 100.00   1000.00  1000.00  100.00  0.00     900.00
""")


def test_goods_that_come_back_and_a_payout_that_did_not_arrive_free_it() -> None:
    follow_line("""
day         happens           used     frozen  available
2026-03-01  grants 1000.00    0.00     0.00    1000.00
2026-03-01  signs a 600.00    0.00     600.00  400.00
2026-03-01  begins a          600.00   0.00    400.00
2026-03-05  returns a 250.00  350.00   0.00    650.00
2026-03-05  signs b 650.00    350.00   650.00  0.00
2026-03-06  begins b          1000.00  0.00    0.00
2026-03-07  voids b           350.00   0.00    650.00
""")


def test_lowered_below_what_is_taken_nothing_is_available_and_nothing_is_taken_back() -> None:
    """Of 400.00, 300.00 + 200.00 are taken: 100.00 too much, so that the first 100.00 repaid free nothing."""
    follow_line("""
day         happens           granted  used    frozen  available
2026-03-01  grants 1000.00    1000.00  0.00    0.00    1000.00
2026-03-01  signs a 300.00    1000.00  0.00    300.00  700.00
2026-03-01  begins a          1000.00  300.00  0.00    700.00
2026-03-01  signs b 200.00    1000.00  300.00  200.00  500.00
2026-03-10  grants 400.00     400.00   300.00  200.00  0.00
2026-03-10  signs c 0.01      400.00   300.00  200.00  0.00       refused: limit_exceeded 0.00/0.01
2026-03-11  begins b          400.00   500.00  0.00    0.00
2026-04-01  pays a 103.00     400.00   400.00  0.00    0.00
2026-04-01  pays a 100.00     400.00   300.00  0.00    100.00
2026-04-01  signs c 100.01    400.00   300.00  0.00    100.00     refused: limit_exceeded 100.00/100.01
2026-04-01  signs c 100.00    400.00   300.00  100.00  0.00
""")


def test_a_raise_counts_once_the_borrower_accepts_it_and_a_cut_at_once() -> None:
    follow_line("""
day         happens         granted  available
2026-03-01  grants 500.00   500.00   500.00
2026-03-02  grants 800.00   500.00   500.00
2026-03-03  accepts 009     500.00   500.00     refused: unknown_fact
2026-03-03  accepts 001     800.00   800.00
2026-03-03  accepts 001     800.00   800.00     refused: unknown_fact
2026-03-04  grants 900.00   800.00   800.00
2026-03-05  grants 700.00   700.00   700.00
2026-03-05  accepts 003     700.00   700.00     refused: unknown_fact
2026-03-06  grants 700.00   700.00   700.00
2026-03-06  accepts 004     700.00   700.00     refused: unknown_fact
2026-03-07  grants 0.00     0.00     0.00
2026-03-07  grants -0.01    0.00     0.00       refused: not_positive
""")


def test_the_borrower_may_want_less_and_change_their_mind_up_to_what_is_granted() -> None:
    follow_line("""
day         happens         granted  limit   available
2026-03-01  grants 500.00   500.00   500.00  500.00
2026-03-02  wants 200.00    500.00   200.00  200.00
2026-03-02  signs a 200.01  500.00   200.00  200.00     refused: limit_exceeded 200.00/200.01
2026-03-03  wants 900.00    500.00   500.00  500.00
2026-03-04  wants 0.00      500.00   0.00    0.00
2026-03-05  wants all       500.00   500.00  500.00
2026-03-05  wants -0.01     500.00   500.00  500.00     refused: not_positive
""")


def test_locked_nothing_new_is_lent_and_what_was_signed_and_repayment_go_on() -> None:
    """The lender's lock is not the borrower's to lift, nor the other way round; each holds by itself."""
    follow_line("""
day         happens               used    frozen  available
2026-03-01  grants 1000.00        0.00    0.00    1000.00
2026-03-01  signs a 300.00        0.00    300.00  700.00
2026-03-02  locks borrower        0.00    300.00  0.00
2026-03-02  locks lender          0.00    300.00  0.00
2026-03-02  signs b 100.00        0.00    300.00  0.00       refused: line_locked 0.00/100.00
2026-03-03  begins a              300.00  0.00    0.00
2026-03-04  unlocks borrower 002  300.00  0.00    0.00       refused: unknown_fact
2026-03-04  unlocks lender 001    300.00  0.00    0.00       refused: unknown_fact
2026-03-04  unlocks borrower 001  300.00  0.00    0.00
2026-04-03  pays a 103.00         200.00  0.00    0.00
2026-04-03  unlocks lender 002    200.00  0.00    800.00
2026-04-03  unlocks lender 002    200.00  0.00    800.00     refused: unknown_fact
""")


def test_it_lasts_to_the_end_of_its_last_day_and_can_be_renewed() -> None:
    follow_line("""
day         happens           used    frozen  available
2026-03-01  grants 1000.00    0.00    0.00    1000.00
2026-03-01  until 2026-03-31  0.00    0.00    1000.00
2026-03-31  signs a 300.00    0.00    300.00  700.00
2026-04-01  signs b 100.00    0.00    300.00  0.00       refused: line_expired 0.00/100.00
2026-04-01  begins a          300.00  0.00    0.00
2026-05-01  pays a 103.00     200.00  0.00    0.00
2026-05-02  until 2027-03-31  200.00  0.00    800.00
2026-05-03  until 2026-05-02  200.00  0.00    0.00
""")


def test_the_law_holds_below_what_was_granted() -> None:
    """200 000.00 for one person, whoever granted more; another kind of lender is under no such rule."""
    table = """
day         happens            granted    limit      available
2026-03-01  grants 250000.00   250000.00  {limit}  {limit}
"""
    follow_line(table.format(limit="200000.00"), lender_kind="microloan")
    follow_line(table.format(limit="200000.00"), lender_kind="bank")
    follow_line(table.format(limit="250000.00"), lender_kind="private")


@pytest.mark.parametrize(
    ("lender_kind", "day", "most"),
    [
        ("bank", "2020-07-16", None), ("bank", "2020-07-17", 20_000_000),
        ("consumer_finance", "2024-04-17", None), ("consumer_finance", "2024-04-18", 20_000_000),
        ("microloan", "2025-01-16", None), ("microloan", "2025-01-17", 20_000_000),
    ],
)  # fmt: skip
def test_a_ceiling_holds_from_its_day(lender_kind: str, day: str, most: int | None) -> None:
    line = line_of((), date.fromisoformat(day), lender_kind=lender_kind, used_minor=0, frozen_minor=0)
    assert (line.ceiling.most if line.ceiling else None) == most
    assert line.granted_minor == line.available_minor == 0, "nothing was granted"


def test_a_rule_that_changes_holds_from_its_day_on(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = ceilings.CEILINGS
    later = replace(first, most=30_000_000, since=date(2026, 3, 1))
    monkeypatch.setattr(ceilings, "CEILINGS", (later, first, *others))
    for day, most in (("2020-07-16", None), ("2026-02-28", 20_000_000), ("2026-03-01", 30_000_000)):
        found = ceilings.ceiling_of("bank", "amount", date.fromisoformat(day))
        assert (found.most if found else None) == most


@pytest.mark.parametrize(
    ("lender_kind", "method", "months", "starts_on", "latest"),
    [
        ("consumer_finance", "equal_principal", 60, "2026-02-28", None),
        ("consumer_finance", "equal_principal", 61, "2026-02-28", "2031-02-28"),
        ("consumer_finance", "equal_principal", 61, "2024-06-30", None),
        ("consumer_finance", "equal_principal", 61, "2024-07-01", "2029-07-01"),
        ("bank", "equal_principal", 61, "2024-06-30", None),
        ("bank", "equal_principal", 61, "2024-07-01", "2029-07-01"),
        ("consumer_finance", "bullet", 13, "2026-02-28", None),
        ("microloan", "equal_principal", 61, "2026-02-28", None),
        ("bank", "equal_principal", 13, "2026-02-28", None),
        ("bank", "equal_principal", 61, "2026-02-28", "2031-02-28"),
        ("bank", "interest_only", 12, "2026-02-28", None),
        ("bank", "interest_only", 13, "2026-02-28", "2027-02-28"),
        ("bank", "bullet", 12, "2026-02-28", None),
        ("bank", "bullet", 13, "2026-02-28", "2027-02-28"),
        ("bank", "bullet", 13, "2020-07-16", None),
        ("bank", "bullet", 13, "2020-07-17", "2021-07-17"),
    ],
)
def test_how_long_a_loan_may_last(
    lender_kind: str, method: str, months: int, starts_on: str, latest: str | None
) -> None:
    """Five years; principal that a bank gets back all at once, one year."""
    times = {"instalments": 1, "every": {"months": months}} if method == "bullet" else {"instalments": months}
    terms = read_terms(TERMS | {"principal": "900.00", "method": method, "starts_on": starts_on} | times)
    if latest is None:
        return refuse_too_long(terms, lender_kind)
    with pytest.raises(TooLong) as refused:
        refuse_too_long(terms, lender_kind)
    assert refused.value.latest_on == date.fromisoformat(latest)
    assert (refused.value.code, refused.value.field) == ("too_long", "instalments")
    assert refused.value.message == (
        "The loan ends later than the law lets a lender of this kind lend."
        f" It would end on {plan(terms).instalments[-1].due_on}, the latest is {latest}: {refused.value.ceiling.source}."
    )
    return None


def test_a_refusal_carries_its_numbers() -> None:
    line = line_of(
        (Grant(id="1", on=_DAY, amount_minor=1000),), _DAY, lender_kind="bank", used_minor=300, frozen_minor=200
    )
    with pytest.raises(BeyondLine) as refused:
        admit(line, 501)
    assert refused.value.numbers == {
        "granted_minor": 1000, "limit_minor": 1000, "used_minor": 300, "frozen_minor": 200, "available_minor": 500,
        "asked_minor": 501,
    }  # fmt: skip
    assert refused.value.message == (
        "This is more than the line has left."
        " In fen: granted 1000, limit 1000, used 300, frozen 200, available 500, asked 501."
    )
    admit(line, 500)
    for nothing in (0, -1):
        with pytest.raises(NotPositive):
            admit(line, nothing)


# What happens next: a verb, which loan, how much, and how many days after the last.
_steps = st.tuples(
    st.sampled_from((
        "signs", "signs", "signs", "begins", "begins", "lapses", "pays", "pays", "returns", "voids", "grants", "grants",
        "accepts", "wants", "locks", "unlocks", "until",
    )),
    st.integers(0, 4), st.integers(1, 120_000), st.integers(0, 40), st.sampled_from(("lender", "borrower")),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(_steps, min_size=5, max_size=30))
def test_however_much_happens_what_is_taken_never_exceeds_the_line(
    steps: list[tuple[str, int, int, int, str]],
) -> None:
    book, on = Book(), _DAY
    book.happen(on, "grants 800.00")
    for verb, place, amount_minor, days, party in steps:
        on += timedelta(days=days)
        before = book.line(on)
        words = _words(book, verb, place, amount_minor, party, on)
        was_let_in = _try(book, on, words)
        after = book.line(on)
        taken_before, taken = (each.used_minor + each.frozen_minor for each in (before, after))
        assert 0 <= after.available_minor <= max(after.limit_minor - taken, 0)
        assert taken <= max(after.limit_minor, taken_before), "nothing new beyond the limit; nothing taken back below it"
        assert taken <= taken_before or (verb == "signs" and was_let_in), "only a signature takes more"
        if verb == "signs":
            assert was_let_in == (amount_minor <= before.available_minor)
            assert not (was_let_in and (before.locks or before.is_expired))
        if verb in ("grants", "accepts", "wants", "locks", "unlocks", "until"):
            assert taken == taken_before, "what is decided on a line takes nothing back"
        if verb in ("pays", "returns", "voids") and was_let_in and not (after.locks or after.is_expired):
            # What is repaid is available again to the fen, as far as the limit reaches.
            room_minor = max(after.limit_minor - taken_before, 0)
            short_minor = max(taken_before - after.limit_minor, 0)
            assert after.available_minor == max(room_minor + (taken_before - taken) - short_minor, 0)


def _words(book: Book, verb: str, place: int, amount_minor: int, party: str, on: date) -> str:
    loan, amount = f"l{place}", f"{amount_minor // 100}.{amount_minor % 100:02}"
    return {
        "signs": f"signs l{len(book.loans)} {amount}",
        "grants": f"grants {amount}",
        "wants": f"wants {amount if place else 'all'}",
        "accepts": f"accepts {len(book.decisions) - 1:03}",
        "locks": f"locks {party}",
        "unlocks": f"unlocks {party} {max(len(book.decisions) - 1 - place, 0):03}",
        "until": f"until {on + timedelta(days=place * 30 - 10)}",
    }.get(verb, f"{verb} {loan} {amount}")


def _try(book: Book, on: date, words: str) -> bool:
    """Whether it was let in. A loan that isn't where the words need it to be is left alone."""
    verb, name = (*words.split(), "")[:2]
    if verb in ("begins", "lapses", "pays", "returns", "voids") and not _fits(book.loans.get(name), verb):
        return False
    try:
        book.happen(on, words)
        book.line(on)
    except LineRefused as refused:
        assert type(refused) in (BeyondLine, LineLocked, LineExpired)
        return False
    except Refused:
        if verb in ("pays", "returns", "voids"):
            book.loans[name].facts.pop()
        return False
    return True


def _fits(lent: Lent | None, verb: str) -> bool:
    if lent is None or lent.is_lapsed:
        return False
    return (lent.starts_on is None) if verb in ("begins", "lapses") else lent.starts_on is not None


def test_a_payment_that_bounces_takes_its_principal_again_and_lets_nothing_else_in() -> None:
    """Repaid, lent to another loan, and then not repaid after all: 1300.00 of 1000.00 are taken."""
    book = Book()
    for words in ("grants 1000.00", "signs a 300.00", "begins a"):
        book.happen(_DAY, words)
    payment = Payment(id="p", on=_DAY, amount_minor=minor("300.00"), goal="all")
    book.loans["a"].facts.append(payment)
    book.happen(_DAY, "signs b 1000.00")
    book.loans["a"].facts.remove(payment)
    line = book.line(_DAY)
    assert (line.used_minor, line.frozen_minor, line.available_minor) == (30_000, 100_000, 0)
