"""Loans that are reported to a credit bureau: those whose own agreement says so and whose borrowers consented."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from anqi.lending.agreements import REPORTED
from anqi.lending.models import Lender, Loan, ReportedLoan
from anqi.lending.reporting_rules import CONSENT
from anqi.rows import sql
from anqi.rows.days import years_before
from anqi.rows.pairs import Pair, among

# So long after its end what was withheld or not reconciled then may still come to be told.
_TOLD_FOR = timedelta(days=100)
# 《征信业管理条例》 16.
_FORGOTTEN_AFTER_YEARS = 5


def put(loan: Loan, body: Mapping[str, Any], consents: Collection[str], *, now: datetime) -> None:
    """Keeps that the loan of that agreement is reported; nothing where agreement or consent don't say so."""
    stated = body.get("reporting")
    if stated and REPORTED in consents:
        row = ReportedLoan(
            borrower_id=loan.borrower_id, loan_id=loan.id, lender_id=loan.lender_id, bureau=stated["bureau"],
            institution=stated["institution"], notice_days=stated["notice_days"], consent_version=CONSENT,
            consented_at=now,
        )  # fmt: skip
        ReportedLoan.objects.bulk_create([row])


def find(borrower_id: UUID, loan_id: UUID) -> ReportedLoan | None:
    """How the loan is reported; None where it isn't."""
    return ReportedLoan.objects.filter(borrower_id=borrower_id, loan_id=loan_id).first()


def of_borrower(borrower_id: UUID) -> dict[UUID, ReportedLoan]:
    """The borrower's reported loans, by their loans' ids."""
    return {row.loan_id: row for row in ReportedLoan.objects.filter(borrower_id=borrower_id)}


def bureaus() -> Subquery:
    """To whom each loan is reported, as a query of loans annotates it; None where it isn't."""
    mine = ReportedLoan.objects.filter(borrower_id=OuterRef("borrower_id"), loan_id=OuterRef("id"))
    return Subquery(mine.values("bureau")[:1])


def loans_of(borrower_id: UUID) -> list[Loan]:
    """All of the borrower's loans that were signed and not called off, reported or not, the latest first."""
    return list(Loan.objects.filter(borrower_id=borrower_id, cancelled_on=None).order_by("-id"))


def read(pairs: Collection[Pair]) -> dict[Pair, ReportedLoan]:
    """Those of these (borrower id, loan id) that are reported. One statement."""
    found = ReportedLoan.objects.filter(among(pairs))
    return {(row.borrower_id, row.loan_id): row for row in found}


def lenders() -> set[UUID]:
    """The lenders with loans that are reported."""
    return set(ReportedLoan.objects.values_list("lender_id", flat=True).distinct())


def running(lender: Lender, *, on: date) -> list[Pair]:
    """The lender's reported loans of which something may be left to tell on that day, in the order of their borrowers.

    Begun, and not told of as over for so long that nothing of it waits any more. One statement.
    """
    asked = [lender.id, on - _TOLD_FOR, records_since(on)]
    return [(borrower_id, loan_id) for borrower_id, loan_id in sql.fetch(_RUNNING, asked)]


def records_since(on: date) -> date:
    """Months that ended before that day are told no more: five years on, what was bad is to be forgotten."""
    return years_before(on, _FORGOTTEN_AFTER_YEARS)


def unsigned() -> list[Pair]:
    """Reported loans whose agreement doesn't say so, or says otherwise. Papers of the forgotten say nothing."""
    return [(borrower_id, loan_id) for borrower_id, loan_id in sql.fetch(_UNSIGNED, [])]


def untold(lender_id: UUID, month: date, *, limit: int) -> list[Pair]:
    """The lender's loans that ran in that month and of which nothing has been told that was taken. One statement."""
    asked = [lender_id, month, limit]
    return [(borrower_id, loan_id) for borrower_id, loan_id in sql.fetch(_UNTOLD, asked)]


def wake(borrower_id: UUID, loan_id: UUID, *, now: datetime) -> None:
    """Something has changed of the loan: it is looked at at once, if it is reported."""
    sql.write(
        "update lending_reported_loan set look_at = $1 where borrower_id = $2 and loan_id = $3",
        [now, borrower_id, loan_id],
    )


def due(*, now: datetime, limit: int) -> list[UUID]:
    """Borrowers of loans that are to be looked at, in the order in which they are locked; not locked yet."""
    found = ReportedLoan.objects.filter(look_at__lte=now).order_by("look_at")
    return sorted(set(found.values_list("borrower_id", flat=True)[:limit]))


def due_of(borrower_ids: Iterable[UUID], *, now: datetime) -> list[ReportedLoan]:
    """Those loans of these borrowers. Lock the borrowers first."""
    found = ReportedLoan.objects.filter(borrower_id__in=list(borrower_ids), look_at__lte=now)
    return list(found.order_by("borrower_id", "loan_id"))


def schedule(whens: Mapping[Pair, datetime | None]) -> None:
    """When each of these loans is looked at next; None: when something changes of it. One statement."""
    rows = [
        f'{{"borrower_id":"{borrower_id}","loan_id":"{loan_id}","at":{_spelt(at)}}}'
        for (borrower_id, loan_id), at in whens.items()
    ]
    sql.write(_SCHEDULE, [sql.as_rows(rows)])


def _spelt(at: datetime | None) -> str:
    return f'"{at.isoformat()}"' if at else "null"


_UNTOLD = """
    select r.borrower_id, r.loan_id
    from lending_reported_loan r
    join lending_loan l on l.borrower_id = r.borrower_id and l.id = r.loan_id
    where r.lender_id = $1 and l.starts_on <= $2 and l.cancelled_on is null
        and (l.settled_on is null or l.settled_on >= date_trunc('month', $2::timestamp)::date)
        and not exists (
            select from lending_report_record told
            where told.borrower_id = r.borrower_id and told.loan_id = r.loan_id and told.month = $2
                and not exists (
                    select from lending_report_rejection j
                    where j.borrower_id = told.borrower_id and j.record_id = told.id))
    order by r.borrower_id, r.loan_id
    limit $3
"""
_UNSIGNED = """
    select r.borrower_id, r.loan_id
    from lending_reported_loan r
    join lending_loan l on l.borrower_id = r.borrower_id and l.id = r.loan_id
    join lending_agreement a on a.borrower_id = l.borrower_id and a.id = l.agreement_id
    where a.body <> '' and (a.body::jsonb #>> '{reporting,bureau}', a.body::jsonb #>> '{reporting,institution}')
        is distinct from (r.bureau::text, r.institution::text)
    order by 1, 2
"""
_SCHEDULE = f"""
    update lending_reported_loan r set look_at = given.at
    from {sql.rows("$1", {"borrower_id": "uuid", "loan_id": "uuid", "at": "timestamptz"})}
    where r.borrower_id = given.borrower_id and r.loan_id = given.loan_id
"""
# After C and G there is no record, unless what was learned or decided since makes another one of it.
_RUNNING = """
    select r.borrower_id, r.loan_id
    from lending_reported_loan r
    join lending_loan l on l.borrower_id = r.borrower_id and l.id = r.loan_id
    where r.lender_id = $1 and l.starts_on is not null and l.cancelled_on is null
        and (l.settled_on is null or l.settled_on >= $3)
        and not exists (
            select from lending_report_record told
            join lending_report_file file on file.id = told.file_id
            where told.borrower_id = r.borrower_id and told.loan_id = r.loan_id and told.code in ('C', 'G')
                and told.sent_on < $2
                and not exists (
                    select from lending_fact f
                    where f.borrower_id = r.borrower_id and f.loan_id = r.loan_id and f.recorded_at > file.made_at)
                and not exists (
                    select from lending_report_rejection j
                    where j.borrower_id = r.borrower_id and j.loan_id = r.loan_id and j.noted_at > file.made_at)
                and not exists (
                    select from lending_objection o
                    where o.borrower_id = r.borrower_id and o.loan_id = r.loan_id
                        and (o.ended_at is null or o.ended_at > file.made_at))
                and not exists (
                    select from lending_report_fault x
                    where x.borrower_id = r.borrower_id and x.loan_id = r.loan_id and x.decided_at > file.made_at))
    order by r.borrower_id, r.loan_id
"""
