"""Notices before something bad is reported: once of each debt, in time to pay, and not where it may not be true."""

from datetime import date, timedelta

import pytest

from anqi.actions import complaints, notices
from anqi.lending.models import ReportedLoan
from anqi.notices.models import Message, ReportNotice
from anqi.people.complaints import Wish as Complaint
from anqi.rows.ids import uuid7
from tests import reporting, returning
from tests.planting import at
from tests.reporting import DAY, DUE, OCTOBER

pytestmark = pytest.mark.django_db
SECOND = date(2026, 11, 10)


def told() -> list[tuple[str, date]]:
    """(template, day) of each notice."""
    templates = dict(Message.objects.values_list("id", "template"))
    rows = ReportNotice.objects.order_by("said_at")
    return [(templates[each.message_id], (each.said_at + timedelta(hours=8)).date()) for each in rows]


def test_each_debt_is_told_once_on_the_day_after_it_was_missed() -> None:
    lin = reporting.buy()
    reporting.live(DUE - DAY, OCTOBER)
    assert told() == [("report_notice", DUE + DAY)]
    words = Message.objects.get(template="report_notice").words
    assert words == {
        "loan": lin.held().number, "due_on": "2026-10-10", "amount": "¥533.09", "bureau": reporting.BUREAU,
        "from_on": "2026-11-01", "pay_by_on": "2026-10-13",
    }  # fmt: skip
    lin.pay(at(date(2026, 11, 2)))
    reporting.live(date(2026, 11, 1), SECOND + 9 * DAY)
    assert told() == [("report_notice", DUE + DAY), ("report_notice", SECOND + DAY)]


def test_nobody_is_told_at_night_nor_of_what_was_paid() -> None:
    lin = reporting.buy()
    reporting.live(DUE, DUE + DAY, hours=(0, 3, 8, 21, 23))
    assert told() == []
    lin.pay(at(DUE + 2 * DAY, 8))
    reporting.live(DUE + 2 * DAY, SECOND)
    assert told() == []


def test_what_the_payment_of_a_day_would_change_is_what_the_engine_says() -> None:
    lin = reporting.buy()
    # The worker stood still until the grace was over: paid this month it is told as late and paid.
    reporting.live(DUE + 5 * DAY, DUE + 5 * DAY)
    assert told() == [("report_notice_late", DUE + 5 * DAY)]
    assert ReportNotice.objects.get().pay_by_on == OCTOBER
    lin.pay(at(OCTOBER))
    reporting.reconcile(OCTOBER)
    reporting.make(OCTOBER, at(date(2026, 11, 1)))
    assert lin.codes()[-1] == ("10", "M")


def test_of_a_month_that_is_over_nothing_is_promised() -> None:
    reporting.buy()
    reporting.live(date(2026, 11, 3), date(2026, 11, 3))
    assert told() == [("report_notice_still", date(2026, 11, 3))]
    assert ReportNotice.objects.get().from_on == date(2026, 11, 6)


def test_what_was_late_and_paid_untold_takes_no_promise_from_later_debts() -> None:
    lin = reporting.buy()
    lin.pay(at(DUE + 6 * DAY))
    reporting.reconcile(DUE + 6 * DAY)
    reporting.live(SECOND - DAY, SECOND + DAY)
    assert [(each.code, each.why) for each in lin.look(SECOND).withheld] == [("M", "no_notice")]
    assert told() == [("report_notice", SECOND + DAY)]


@pytest.mark.parametrize("why", ["payment", "hold", "help", "complaint"])
def test_nobody_is_told_of_what_may_not_be_true(why: str) -> None:
    from tests.helping import ask

    lin = reporting.buy()
    if why == "payment":
        lin.open_charge(at(DUE + DAY, 8))
    elif why == "hold":
        lin.request(at(DUE))
    elif why == "help":
        ask(lin, at(DUE))
    else:
        wish = Complaint(kind="unposted", text="我还了")
        complaints.complain(borrower_id=lin.borrower_id, attempt=uuid7(), wish=wish, now=at(DUE))
    reporting.live(DUE, DUE + 3 * DAY)
    assert told() == []
    assert ReportedLoan.objects.get().look_at == at(DUE + 4 * DAY, 9)


def test_a_payment_between_writing_and_sending_withdraws_it() -> None:
    lin = reporting.buy()
    notices.warn(now=at(DUE + DAY, 9), limit=100)
    lin.pay(at(DUE + DAY, 9, 5))
    notices.send_due(now=at(DUE + DAY, 9, 10))
    assert Message.objects.get(template="report_notice").state == Message.State.WITHDRAWN
    assert not ReportNotice.objects.exists()


def test_one_that_reached_nobody_is_said_again_a_week_later_and_not_for_ever() -> None:
    lin = reporting.buy()
    for n in range(60):
        reporting.live(DUE + n * DAY, DUE + n * DAY, hours=(9,), arrives=False)
        reporting.deliver(at(DUE + n * DAY, 10), is_delivered=False)
    assert [on for _, on in told()] == [DUE + DAY, DUE + 8 * DAY, DUE + 15 * DAY]
    assert {each.has_failed for each in lin.look(OCTOBER).notices} == {True}
    assert lin.look(date(2026, 12, 1)).withheld[0].why == "not_proven"


def test_who_has_read_it_here_has_been_told() -> None:
    lin = reporting.buy()
    reporting.live(DUE, DUE + DAY, arrives=False)
    message = Message.objects.get(template="report_notice")
    notices.see(borrower_id=lin.borrower_id, message_ids=[message.id], now=at(DUE + 2 * DAY))
    [given] = lin.look(OCTOBER).notices
    assert (given.medium, given.as_engine.given_on, bool(given.proof)) == ("app", DUE + 2 * DAY, True)


def test_a_loan_that_is_not_reported_is_never_spoken_of() -> None:
    returning.buy(now=at(reporting.BOUGHT))
    reporting.live(DUE, OCTOBER)
    assert not Message.objects.filter(template__startswith="report_notice").exists()


def test_many_borrowers_take_as_many_statements_as_one(django_assert_max_num_queries: object) -> None:
    for n in range(3):
        reporting.buy(phone=f"+86139000088{n:02}", number=f"QH-{n}")
    with django_assert_max_num_queries(40):
        assert notices.warn(now=at(DUE + DAY, 9), limit=100) == 3
    assert len(told()) == 3
