"""All that speaks about a complaint, to hand on: the rows as JSON, and what happened as a paper."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from anqi.documents import pdf
from anqi.lending import inspection as lending
from anqi.lending.inspection import LoanShown
from anqi.notices import inspection as notices
from anqi.notices.texts import CODES
from anqi.payments import debit_queries
from anqi.payments import inspection as payments
from anqi.people import calls, complaints
from anqi.people.inspection import Identity
from anqi.people.models import Complaint
from anqi.rows import dumps, parcels
from anqi.rows.days import day_of
from anqi.web.office import timeline, wording
from anqi.web.office.events import Event
from anqi.web.office.wording import word
from anqi.web.shared.figures import in_english, shanghai_time, write_yuan

Paper = dict[str, Any]


def gather(row: Complaint, who: Identity, loan_ids: Sequence[UUID], *, now: datetime) -> bytes:
    """A ZIP of `evidence.json` and `statement.pdf` about these loans. Refuses CharacterMissing.

    Of the borrower it names what staff see anyway; what stands encrypted stays out of it, but for the complaint itself.
    """
    shown = [each for id in loan_ids if (each := lending.loan(row.borrower_id, id, on=day_of(now)))]
    files = {
        "evidence.json": parcels.as_json(_rows(row, shown)),
        "statement.pdf": pdf.render("statement", _paper(row, who, shown, now), created_at=now),
    }
    return parcels.pack(files, at=now)


def _rows(row: Complaint, shown: Iterable[LoanShown]) -> Paper:
    return {
        "complaint": dumps.write(row, opens=True),
        "steps": [dumps.write(each, opens=True) for each in complaints.steps(row)],
        "calls": [dumps.write(each) for each in calls.of_borrower(row.borrower_id)],
        "loans": [_of_loan(each) for each in shown],
        "messages": [dumps.write(each) for each in notices.messages(row.borrower_id) if each.template not in CODES],
    }


def _of_loan(shown: LoanShown) -> Paper:
    borrower_id, loan_id = shown.row.borrower_id, shown.row.id
    dealings = payments.dealings(borrower_id, loan_id)
    return {
        "loan": dumps.write(shown.row),
        "facts": [dumps.write(each) for each in lending.facts(borrower_id, loan_id)],
        **{
            name: [dumps.plain(each) if name == "messages" else dumps.write(each) for each in rows]
            for name, rows in vars(dealings).items()
        },
        "debits": dumps.plain(debit_queries.history(borrower_id, loan_id)),
    }


def _paper(row: Complaint, who: Identity, shown: Iterable[LoanShown], now: datetime) -> Paper:
    return {
        "language": "en" if in_english() else "zh",
        "title": _("投诉证据 %(number)s") % {"number": row.number},
        "from": _("按期"),
        "to": who.name or who.phone,
        "facts": [
            (_("借款人"), f"{who.name} {who.phone}"),
            (_("哪方面的问题"), word(wording.COMPLAINTS, row.kind)),
            (_("投诉时间"), _instant(row.opened_at)),
            (_("最晚答复"), str(row.answer_by)),
        ],
        "sections": [{"title": _("借款人怎么说"), "lines": row.text.splitlines()}],
        "tables": [_story(each) for each in shown],
        "foot": _("按 %(day)s 已知的记录制作") % {"day": day_of(now)},
    }


def _story(shown: LoanShown) -> Paper:
    names = ((_("时间"), False, False), (_("发生了什么"), True, False), (_("金额"), False, True))
    return {
        "title": shown.row.number,
        "columns": [{"name": name, "wide": wide, "amount": amount} for name, wide, amount in names],
        "rows": [_line(each) for each in timeline.events(shown)],
        "sum": [],
        "note": "",
    }


def _line(event: Event) -> list[str]:
    amount = "" if event.amount_minor is None else write_yuan(event.amount_minor)
    lines = (f"{line.label} {line.text or _amount(line.amount_minor)}".strip() for line in event.lines)
    return [_instant(event.at), " · ".join(filter(None, (event.title, event.note, *lines))), amount]


def _amount(minor: int | None) -> str:
    return "" if minor is None else write_yuan(minor)


def _instant(at: datetime) -> str:
    return f"{shanghai_time(at):%Y-%m-%d %H:%M:%S}"
