"""What a bureau is told: the code of each month, the notice before it, corrections. Every row was worked out by hand.

Codes: 二代征信's monthly state of repayment. Notice: 《征信业管理条例》 15, correction: 25.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from engine_strategies import loans
from engine_tables import RESERVE, THREE, read_table
from hypothesis import given, settings
from hypothesis import strategies as st

from anqi.engine.classes import CARDS, Fault, category_of, report_code_of
from anqi.engine.facts import Fact, read_facts
from anqi.engine.loan import standing
from anqi.engine.products import Terms, read_terms
from anqi.engine.report_codes import BAD, Otherwise, ends_of_months, look
from anqi.engine.reporting import OURS, Account, Notice, Record, report

# Due on the 10th of February, March and April: 309.00, 306.00, 303.00.
TENTH = THREE | {"starts_on": "2026-01-10"}


def _months_of(stated: dict[str, Any], table: str, **more: Any) -> None:
    """Each row's `codes` are those of the months over by its day, from the first; `-` after the end of the loan."""
    terms = read_terms(stated)
    for row in read_table(table):
        facts = read_facts(row.told, currency=terms.currency)
        if "codes" in row.expected:
            assert _codes(terms, facts, row.on, **more) == row.expected["codes"], f"on {row.on}"


def _codes(terms: Terms, facts: Sequence[Fact], on: date, **more: Any) -> str:
    months = [
        look(terms, facts, ends_on, **({"faults": (), "otherwise": ()} | more))
        for ends_on in ends_of_months(terms.starts_on, on)
    ]
    return "".join("-" if month.was_over else month.code for month in months)


def test_the_codes_of_a_loan_paid_as_agreed() -> None:
    """Nothing falls due in January; the record of a month is made when it is over."""
    _months_of(
        TENTH,
        """
day         happens      codes
2026-01-31
2026-02-10  pays 309.00  *
2026-02-28               *
2026-03-01               *N
2026-03-10  pays 306.00  *N
2026-04-10  pays 303.00  *NN
2026-05-01               *NNC
2026-07-01               *NNC--
""",
    )


def test_the_codes_of_lateness_at_the_end_of_each_month() -> None:
    """Due 10 February: 18 days late on the 28th, 49 on 31 March, 79, 110, 140, 171, 202."""
    _months_of(
        TENTH,
        """
day         happens      codes
2026-09-01               *1234567
2026-09-01  pays 400.00  *1234567
2026-10-01               *12345677
""",
    )


def test_missed_and_paid_by_the_end_of_the_month_is_its_own_code() -> None:
    """On the tenth of March 306.00 are missed and paid on the 20th. February was late at its end; April's is in grace."""
    _months_of(
        TENTH | {"grace_days": 3},
        """
day         happens      codes
2026-02-25               *
2026-03-20  pays 615.00  *1
2026-04-13  pays 303.00  *1M
2026-05-01               *1MC
""",
    )
    _months_of(
        TENTH | {"grace_days": 3},
        """
day         happens      codes
2026-02-13  pays 309.00  *
2026-03-01               *N
""",
    )


def test_an_old_debt_paid_before_the_months_own_is_no_lateness_of_this_month() -> None:
    _months_of(
        TENTH,
        """
day         happens      codes
2026-03-05  pays 309.00  *1
2026-03-10  pays 306.00  *1
2026-04-01               *1N
""",
    )


def test_a_plan_with_months_in_which_nothing_is_due() -> None:
    """Due every second month, 10 March; late at its end; paid on 5 April, in which nothing falls due."""
    _months_of(
        TENTH | {"every": {"months": 2}},
        """
day         happens      codes
2026-04-01               **1
2026-04-05  pays 318.00  **1
2026-05-01               **1*
""",
    )


def test_the_first_and_the_last_day_of_a_month_belong_to_it() -> None:
    """Due on the first: paid in time, missed for two days; due on the last: paid in time. Missed, and paid on the last."""
    _months_of(
        TENTH | {"starts_on": "2026-01-01"},
        """
day         happens      codes
2026-02-01  pays 309.00  *
2026-03-03  pays 306.00  *N
2026-04-01               *NM
""",
    )
    _months_of(
        THREE,
        """
day         happens      codes
2026-02-28  pays 309.00  *
2026-03-01               *N
""",
    )
    _months_of(
        TENTH,
        """
day         happens      codes
2026-02-28  pays 309.00  *
2026-03-01               *M
""",
    )


def test_the_most_that_was_overdue_in_a_month_in_which_it_was_paid_bit_by_bit() -> None:
    terms = read_terms(TENTH)
    stated = [
        {"id": f"p{day}", "type": "payment", "on": f"2026-02-{day}", "amount": amount}
        for day, amount in ((15, "100.00"), (20, "209.00"))
    ]
    seen = look(terms, read_facts(stated, currency="CNY"), date(2026, 2, 28), faults=(), otherwise=())
    assert (seen.code, seen.overdue_minor) == ("M", 30900)
    paid = read_facts([stated[0] | {"on": "2026-02-10", "amount": "309.00"}], currency="CNY")
    assert look(terms, paid, date(2026, 2, 28), faults=(), otherwise=()).overdue_minor == 0


def test_an_instalment_that_asks_for_nothing_or_went_to_others_is_not_due() -> None:
    """The first bears no interest and repays nothing. February's, paid by 1.00, goes on a new plan from March on."""
    _months_of(
        TENTH | {"shape": {"interest_free": 1, "principal_free": 1}},
        """
day         happens      codes
2026-03-01               **
""",
    )
    _months_of(
        TENTH,
        """
day         happens                            codes
2026-02-01  pays 1.00 for next                 *
2026-02-05  reschedules in 3 from 2026-03-10   *
2026-03-01                                     **
""",
    )


def test_what_is_written_off_began_when_it_was_owed() -> None:
    """Written off before anything was due: all is owed from that day, be it the last of the month."""
    for day in (5, 28):
        stated = {"id": "w", "type": "write_off", "on": f"2026-02-{day:02}"}
        facts = read_facts([stated], currency="CNY")
        terms = read_terms(TENTH | {"first_due_on": "2026-03-10"})
        seen = look(terms, facts, date(2026, 2, 28), faults=(), otherwise=())
        assert (seen.code, seen.since) == ("B", date(2026, 2, day))


def test_how_a_loan_ends() -> None:
    _months_of(
        TENTH,
        """
day         happens             codes
2026-03-05  writes off          *1
2026-05-01                      *1BB
2026-05-02  recovers 920.00     *1BB
2026-07-01                      *1BBC-
""",
    )
    _months_of(
        TENTH,
        """
day         happens   codes
2026-02-05  voids     *
2026-04-01            *G-
""",
    )


def test_a_settled_loan_that_comes_to_life_again_is_reported_again() -> None:
    """Its payment of 909.00 bounces on 20 April: 900.00 and 9.00 are owed from that day on, 10 days late."""
    _months_of(
        TENTH,
        """
day         happens             codes
2026-02-10  pays 909.00 for all *
2026-04-01                      *C-
2026-04-20  bounces p1          *C-
2026-05-01                      *C-1
""",
    )


def test_days_on_hold_make_nobody_late() -> None:
    """Held from the day before it is due: its days count from 25 March, 6 of them at the end of the month."""
    _months_of(
        TENTH,
        """
day         happens         codes
2026-02-09  holds           *
2026-03-25  releases hold1  *N
2026-04-01                  *N1
""",
    )


def test_paid_by_a_guarantor_or_in_kind_or_not_known() -> None:
    """Settled says more than who settled it."""
    table = """
day         happens      codes
2026-02-20  pays 309.00  *
2026-03-15  pays 100.00  *D
2026-04-20  pays 509.00  *DZ
2026-05-01               *DZC
"""
    first_and_last = ((2, 1), (3, 31), (4, 15))
    otherwise = [Otherwise(on=date(2026, month, day), how="guarantor") for month, day in first_and_last]
    otherwise += [Otherwise(on=each.on, how="in_kind") for each in otherwise[1:]]
    _months_of(TENTH, table, otherwise=otherwise)
    void = read_facts([{"id": "v", "type": "void", "on": "2026-02-05"}], currency="CNY")
    assert look(read_terms(TENTH), void, date(2026, 2, 28), faults=(), otherwise=otherwise).code == "G"


def test_a_fault_of_ours_makes_nobody_late_for_a_week() -> None:
    """Due on the 10th, nobody could pay on that day: 7 days late on the 17th is none, 8 on the 18th are 8."""
    terms, fault = read_terms(TENTH), Fault(since=date(2026, 2, 10), until=date(2026, 2, 10))

    def seen(day: int, *faults: Fault) -> tuple[Any, Any]:
        shown = standing(terms, (), date(2026, 2, day))
        return category_of(shown, faults=faults), report_code_of(shown, faults=faults)

    assert seen(11) == ("special_mention", "1")
    assert seen(11, fault) == seen(17, fault) == ("normal", "N")
    assert seen(18, fault) == ("special_mention", "1")
    assert seen(17, replace(fault, since=date(2026, 2, 9))) == ("normal", "N")
    assert seen(17, replace(fault, until=date(2026, 2, 11))) == ("normal", "N")
    for other in ((9, 9), (11, 11)):
        since, until = (date(2026, 2, day) for day in other)
        assert seen(17, Fault(since=since, until=until)) == ("special_mention", "1")


def test_a_fault_excuses_its_own_instalment_only() -> None:
    """On 12 March the instalment of 10 February is 30 days late; March's two days are excused, and change nothing."""
    terms = read_terms(TENTH)
    fault = Fault(since=date(2026, 3, 10), until=date(2026, 3, 10))
    assert report_code_of(standing(terms, (), date(2026, 3, 12)), faults=[fault]) == "1"
    other = Fault(since=date(2026, 1, 20), until=date(2026, 1, 20))
    assert report_code_of(standing(terms, (), date(2026, 3, 31)), faults=[other]) == "2"
    paid = read_facts([{"id": "p", "type": "payment", "on": "2026-03-13", "amount": "615.00"}], currency="CNY")
    march = look(terms, paid, date(2026, 3, 31), faults=(), otherwise=())
    assert (march.code, march.since, march.overdue_minor) == ("M", date(2026, 3, 10), 30600)
    assert look(terms, paid, date(2026, 3, 31), faults=(fault,), otherwise=()).code == "N"


@pytest.mark.parametrize(
    ("days", "measures", "cards"),
    [
        (0, "normal", "normal"), (1, "special_mention", "special_mention"), (90, "special_mention", "special_mention"), (91, "substandard", "substandard"), (120, "substandard", "substandard"),
        (121, "substandard", "doubtful"), (180, "substandard", "doubtful"), (181, "substandard", "loss"),
        (271, "doubtful", "loss"), (361, "loss", "loss"),
    ],
)  # fmt: skip
def test_two_sets_of_thresholds(days: int, measures: str, cards: str) -> None:
    """Due on 8 September 2026. The card rule before: 1–90, 91–120, 121–180, more than 180."""
    shown = standing(read_terms(RESERVE), (), date(2026, 9, 8) + timedelta(days=days))
    assert (category_of(shown), category_of(shown, thresholds=CARDS)) == (measures, cards)


def _sends(stated: dict[str, Any], table: str, **more: Any) -> None:
    """Each row says what is sent on its day, `month:code`, after `>` where it corrects; what waits, why, from when.

    What is to be sent is sent. `notice`: whether the borrower was told on the day with a proof or without.
    """
    terms, sent, notices = read_terms(stated), list[Record](), list[Notice]()
    for row in read_table(table):
        facts = read_facts(row.told, currency=terms.currency)
        if told := row.expected.get("notice"):
            proof = "sms-1" if told == "proven" else ""
            notices.append(Notice(id=f"n{len(notices)}", given_on=row.on, proof=proof))
        found = report(Account(terms=terms, facts=facts, **more), sent=sent, notices=notices, on=row.on)
        news = " ".join(f"{each.month:%m}{'>' if each.of else ':'}{each.code}" for each in found.to_send)
        waits = " ".join(
            f"{each.month:%m}:{each.code} {each.why} {f'{each.may_from:%m-%d}' if each.may_from else 'open'}"
            for each in found.withheld
        )
        assert (news, waits) == (row.expected.get("sends", ""), row.expected.get("waits", "")), f"on {row.on}"
        sent += _records(found.to_send, sent, row.on)


def _records(news: Any, sent: Sequence[Record], on: date) -> list[Record]:
    return [
        Record(id=f"r{len(sent) + place:03}", month=each.month, code=each.code, sent_on=on, of=each.of)
        for place, each in enumerate(news)
    ]


def test_nothing_bad_is_sent_before_the_borrower_was_told() -> None:
    """Three days after a notice with proof; what waited is sent then, and the notice holds while that debt is missed."""
    _sends(
        TENTH,
        """
day         happens  notice    sends      waits
2026-01-31
2026-02-01                     01:*
2026-02-09           proven
2026-03-01                                02:1 no_notice 03-04
2026-03-02           unproven             02:1 not_proven 03-05
2026-03-03           proven               02:1 notice_too_fresh 03-06
2026-03-05                                02:1 notice_too_fresh 03-06
2026-03-06                     02:1
2026-04-01                     03:2
2026-04-02
""",
    )


def test_another_debt_missed_wants_another_notice() -> None:
    """February's was told of and paid; March's is another."""
    _sends(
        TENTH,
        """
day         happens      notice  sends      waits
2026-02-20               proven  01:*
2026-03-01                       02:1
2026-03-15  pays 309.00
2026-04-01                                  03:1 no_notice 04-04
2026-04-01               proven             03:1 notice_too_fresh 04-04
2026-04-04                       03:1
""",
    )


def test_what_was_sent_stays_and_is_corrected_at_once_where_that_is_milder() -> None:
    """A payment of 10 February learned of in March; then one of 20 March that is taken back, known in May."""
    _sends(
        TENTH,
        """
day         happens                      notice  sends       waits
2026-02-20                               proven  01:*
2026-03-01                                       02:1
2026-03-03  pays 309.00 on 2026-02-10            02>N
2026-03-04
2026-04-01                                                   03:1 no_notice 04-04
2026-04-02                               proven              03:1 notice_too_fresh 04-05
2026-04-05                                       03:1
2026-04-06  pays 306.00 on 2026-03-20            03>M
2026-04-07
""",
    )


def test_a_correction_for_the_worse_needs_its_notice_too() -> None:
    """The payment of 10 February turns out never to have been, as of that day."""
    _sends(
        TENTH,
        """
day         happens                      notice  sends     waits
2026-02-10  pays 309.00                          01:*
2026-03-01                                       02:N
2026-03-02  reverses p1 on 2026-02-10                      02:1 no_notice 03-05
2026-03-03                               proven            02:1 notice_too_fresh 03-06
2026-03-06                                       02>1
""",
    )


def test_milder_needs_no_notice_and_does_not_wait_and_worse_does_both() -> None:
    """March was told as 2 and was M; February was told as 1 and was written off in it."""
    terms, waits = read_terms(TENTH), {"is_waiting": True}
    paid = read_facts([{"id": "p", "type": "payment", "on": "2026-03-20", "amount": "615.00"}], currency="CNY")
    sent = [_sent("01-31", "*"), _sent("02-28", "1"), _sent("03-31", "2")]
    found = report(Account(terms=terms, facts=paid, **waits), sent=sent, notices=(), on=date(2026, 4, 2))
    assert ([(each.code, each.of) for each in found.to_send], found.withheld) == ([("M", "03-31 2")], ())
    lost = read_facts([{"id": "w", "type": "write_off", "on": "2026-02-20"}], currency="CNY")
    found = report(Account(terms=terms, facts=lost, **waits), sent=sent[:2], notices=(), on=date(2026, 3, 2))
    assert (found.to_send, [(each.code, each.why) for each in found.withheld]) == ((), [("B", "waiting")])


def test_of_two_records_of_a_month_the_later_holds() -> None:
    paid = read_facts([{"id": "p", "type": "payment", "on": "2026-02-10", "amount": "309.00"}], currency="CNY")
    sent = [_sent("01-31", "*"), _sent("02-28", "N", sent_on=date(2026, 3, 2)), _sent("02-28", "1")]
    found = report(Account(terms=read_terms(TENTH), facts=paid), sent=sent, notices=(), on=date(2026, 3, 3))
    assert found.to_send == found.withheld == ()


def _sent(month: str, code: str, *, sent_on: date = date(2026, 3, 1)) -> Record:
    return Record(id=f"{month} {code}", month=date.fromisoformat(f"2026-{month}"), code=code, sent_on=sent_on)


def test_a_record_sent_after_the_end_is_put_right() -> None:
    """Settled in February, learned of in April: March was reported and should not have been."""
    _sends(
        TENTH,
        """
day         happens                                notice  sends
2026-02-10                                         proven  01:*
2026-04-01                                                 02:1 03:2
2026-04-02  pays 909.00 for all on 2026-02-10              02>C 03>C
2026-05-01
""",
    )


def test_nothing_bad_is_sent_while_it_is_on_hold_or_waits() -> None:
    """What is good is sent all the same."""
    table = """
day         happens         notice  sends  waits
2026-02-20                  proven  01:*
2026-02-26  holds
2026-03-01                                 02:1 held open
2026-03-02  releases hold1          02:1
"""
    _sends(TENTH, table)
    _sends(
        TENTH,
        """
day         happens         notice  sends  waits
2026-02-20                  proven  01:*
2026-03-01                                 02:1 waiting open
""",
        is_waiting=True,
    )


def test_a_state_that_nobody_reconciled_is_unknown_until_somebody_does() -> None:
    terms, end = read_terms(TENTH), date(2026, 1, 31)
    unknown = Account(terms=terms, facts=(), unknown={end})
    first = report(unknown, sent=(), notices=(), on=date(2026, 2, 1))
    assert [(each.code, each.of) for each in first.to_send] == [("#", None)]
    sent = _records(first.to_send, (), date(2026, 2, 1))
    assert report(unknown, sent=sent, notices=(), on=date(2026, 2, 2)).to_send == ()
    known = report(replace(unknown, unknown=()), sent=sent, notices=(), on=date(2026, 2, 3))
    assert [(each.code, each.of) for each in known.to_send] == [("*", "r000")]


@pytest.mark.parametrize(
    ("starts_on", "principal", "paid_on", "asked_on", "is_sent"),
    [
        ("2025-08-10", "900.00", "2026-03-31", "2026-04-01", False),
        ("2025-08-10", "900.00", "2026-04-01", "2026-04-01", True),
        ("2025-08-10", "900.00", "2026-01-15", "2026-01-20", False),
        ("2025-08-10", "900.00", "2025-12-05", "2025-12-21", True),
        ("2025-08-10", "900.00", "2025-12-05", "2025-12-22", False),
        # Three instalments of a third and a little interest: 30 000.00 is above the limit with the first of them.
        ("2025-08-10", "30000.00", "2026-03-31", "2026-04-01", True),
        ("2019-08-10", "900.00", "2019-12-31", "2026-04-01", True),
        # January 2020 is the first month of it.
        ("2019-12-10", "900.00", "2020-02-09", "2026-04-01", False),
        # A third, 9 708.74, and 1 % of the whole, 291.26, are 10 000.00; three fen more are 10 000.01.
        ("2025-08-10", "29126.22", "2025-10-09", "2026-04-01", False),
        ("2025-08-10", "29126.25", "2025-10-09", "2026-04-01", True),
    ],
)
def test_small_old_debts_that_are_paid_are_never_told_again(
    starts_on: str, principal: str, paid_on: str, asked_on: str, is_sent: bool
) -> None:
    """The one-off repair: 2020 to 2025, at most 10 000 yuan each with its interest, paid by 31 March 2026."""
    terms = read_terms(TENTH | {"starts_on": starts_on, "principal": principal})
    paid = {"id": "p", "type": "payment", "on": paid_on, "amount": "40000.00"}
    account = Account(terms=terms, facts=read_facts([paid], currency="CNY"))
    told = [Notice(id=str(on), given_on=on, proof="x") for on in ends_of_months(terms.starts_on, date(2026, 4, 1))]
    found = report(account, sent=(), notices=told, on=date.fromisoformat(asked_on))
    old = [each for each in (*found.to_send, *found.withheld) if each.month.year < 2026 and each.code in BAD]
    assert bool(old) == is_sent


@given(
    held=loans(), told_after=st.lists(st.integers(0, 300), max_size=4), steps=st.lists(st.integers(0, 70), max_size=6),
    proof=st.sampled_from(("sms", "")),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_whoever_sends_it_has_nothing_left_to_send_and_told_before_what_is_bad(
    held: Any, told_after: Sequence[int], steps: Sequence[int], proof: str
) -> None:
    terms, facts = held
    notices = [
        Notice(id=str(place), given_on=terms.starts_on + timedelta(days=days), proof=proof)
        for place, days in enumerate(told_after)
    ]
    sent: list[Record] = []
    on = terms.starts_on
    for step in steps:
        on += timedelta(days=step)
        # Everything is learned of five days late, so that months are corrected.
        account = Account(terms=terms, facts=[fact for fact in facts if fact.on <= on - timedelta(days=5)])
        before = tuple(sent)
        found = report(account, sent=sent, notices=notices, on=on)
        for each in found.to_send:
            is_milder = each.of and each.code in "M1234567"
            fresh = [notice for notice in notices if notice.proof and notice.given_on + timedelta(OURS.notice_days) <= on]
            assert each.code not in BAD or fresh or is_milder
        sent += _records(found.to_send, sent, on)
        assert sent[: len(before)] == list(before)
        assert report(account, sent=sent, notices=notices, on=on).to_send == ()
        assert all(each.may_from is None or each.may_from > on for each in found.withheld)
