"""Every address of the office, as everybody who may come to it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from anqi import clock
from anqi.actions import (
    amendments,
    charges,
    complaints,
    credit_lines,
    hardship,
    objections,
    reconciliation,
    repayments,
    reports,
    retention,
)
from anqi.actions.charges import Wish
from anqi.actions.returns import holding
from anqi.actions.settlements import payouts
from anqi.lending import models as lending
from anqi.lending import set_aside
from anqi.lending.changing import DueDay
from anqi.lending.hardship import Wish as Help
from anqi.notices import messages
from anqi.notices.models import Message, Webhook
from anqi.payments import channels, kept_statements
from anqi.payments import models as payments
from anqi.payments.channels.protocol import Closed, Succeeded
from anqi.people import account_requests
from anqi.people.complaints import Wish as Complained
from anqi.people.models import AccountRequest, Borrower, Call, Complaint
from anqi.rows.ids import uuid7
from anqi.web.office import access
from tests import reporting, returning, settling
from tests.actions.reconciling import Stating
from tests.actions.test_reconciliation import pay, write
from tests.planting import Planted, at, days, plant_borrower, plant_loan
from tests.returning import Bought
from tests.web import crawling
from tests.web.borrower_stand import Cashier, signed_in
from tests.web.crawling import Address
from tests.web.test_office_browser import lin
from tests.web.test_office_doors import TODAY, desk_of, hire, today

__all__ = ["lin", "today"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]
# Open to whoever comes, as far as allauth lets them.
DOORS = ("look", "gallery", *(each.name for each in access.DOORS))
# Not there: only for those who build pages, and codes that nobody has asked for.
NOT_THERE = ("gallery", "mfa_view_recovery_codes")
# It begins its transaction in its own way, which no test inside one can watch; `test_office_set_aside` does.
ALONE = ("bring_again",)


@pytest.fixture
def rows(lin: Planted) -> dict[str, Any]:
    """One of everything that staff can open, each as the row itself, by the argument that names it."""
    lending.Merchant.objects.update(return_origins=["http://localhost:8004"])
    bought = returning.buy(now=at(date(2026, 10, 1)), phone="+8613700001204", number="QH-9")
    held = holding.open(
        borrower_id=bought.borrower_id, loan_id=bought.loan_id, hold_id=uuid7(), kind=lending.Hold.Kind.DISPUTE,
        until=TODAY + days(9), reason="货不对板", actor=hire(), now=clock.now(),
    )  # fmt: skip
    line = lending.CreditLine.objects.filter(borrower_id=bought.borrower_id).get()
    credit_lines.lock(
        borrower_id=line.borrower_id, lender_id=line.lender_id, reason="核对", actor=hire(), now=clock.now()
    )
    set_aside.put(
        (lin.borrower_id, lin.loan_id), kind=lending.SetAside.Kind.DIFFERS, day=TODAY, why="books",
        details={"accounts": {"receivable_interest": [6000, 6001]}}, now=clock.now(),
    )  # fmt: skip
    return {
        "loan_id": lending.Loan.objects.get(id=bought.loan_id),
        "hold_id": held,
        "lender_id": line,
        "lock_id": lending.LineDecision.objects.filter(borrower_id=line.borrower_id).latest("id"),
        "case_id": payments.Unapplied.objects.first(),
        "application_id": lending.Application.objects.get(state="review"),
        "approve:application_id": payments.Application.objects.get(),
        "refuse:application_id": payments.Application.objects.get(),
        "difference_id": _contradicted(),
        "charge_id": payments.Charge.objects.exclude(how="debit").filter(channel="bank").get(),
        "set_aside_id": lending.SetAside.objects.get(),
        "payout_id": payments.Payout.objects.get(state="waiting"),
        "plan_id": payments.DebitPlan.objects.first(),
        **_of_rights(lin, bought),
        **_of_reports(),
    }


def _of_reports() -> dict[str, Any]:
    """A file with a record that was not taken, and an objection to what it says."""
    reporting.state_rule(at(date(2026, 9, 10)))
    told = reporting.buy(now=at(date(2026, 9, 10)), phone="+8613700008866", number="QH-88")
    [file] = reports.make(lender="qhxj", month=date(2026, 9, 30), now=clock.now())
    record = lending.ReportRecord.objects.get()
    rejection = lending.ReportRejection.objects.create(
        borrower_id=told.borrower_id, record_id=record.id, loan_id=told.loan_id, file_id=file.id, why="证件不符",
        noted_by=hire().id, noted_at=clock.now(),
    )  # fmt: skip
    row = objections.object_to(
        borrower_id=told.borrower_id, loan_id=told.loan_id, objection_id=uuid7(), record_id=None, text="不对",
        now=clock.now(),
    )  # fmt: skip
    pages = ("report", "take_report", "hand_over_report", "answer_report")
    return {"rejection_id": rejection, "objection_id": row} | {f"{page}:file_id": file for page in pages}


def _of_rights(lin: Planted, bought: Bought) -> dict[str, Any]:
    """What borrowers asked for, were told, and signed since; of help another's case than that of unapplied money."""
    now, fresh = clock.now(), plant_loan(starts_on=TODAY - days(5), borrower_id=lin.borrower_id)
    asked: dict[str, Any] = {"borrower_id": fresh.borrower_id, "loan_id": fresh.loan_id, "wish": DueDay(day=20)}
    draft = amendments.quote(**asked, today=TODAY).draft
    signed = amendments.accept(**asked, sha256=draft.sha256, is_meant=True, address="", agent="", now=now)
    helped = plant_loan(starts_on=TODAY - days(40), borrower_id=lin.borrower_id)
    case = hardship.ask(
        borrower_id=helped.borrower_id, loan_id=helped.loan_id, case_id=uuid7(), wish=Help(reason="job"), now=now
    )
    hardship.ask_otherwise(borrower_id=case.borrower_id, case_id=case.id, text="想少还一点", now=now)
    complaint = complaints.complain(
        borrower_id=bought.borrower_id, attempt=uuid4(), wish=Complained(kind="other", text="多扣了"), now=now
    )
    with transaction.atomic():
        request = account_requests.put(
            lin.borrower_id, "identity", state="review", now=now, name="林大满", id_number="11010519491231002X", text="改名"
        )
    call = Call.objects.create(
        borrower_id=lin.borrower_id, loan_ids=[lin.loan_id], by=hire().id, begun_at=now - days(1), promised_on=TODAY - days(1),
        promised_minor=10_000, outcome="promise", ended_at=now - days(1), note="说发了工资就还", lasted_minutes=2,
    )  # fmt: skip
    messages.announce(borrower_id=lin.borrower_id, template="payment_received", words={"amount": "¥533.09"}, now=now)
    return {
        "amendment:amendment_id": signed, "amendment:loan_id": lending.Loan.objects.get(id=fresh.loan_id),
        **{f"{name}:case_id": case for name in ("hardship", "offer_help", "hardship_act")},
        "complaint_id": complaint, "request_id": request, "call_id": call,
        "message_id": Message.objects.filter(borrower_id=lin.borrower_id).latest("id"),
    }  # fmt: skip


def _contradicted() -> payments.Difference:
    """A payment of which the channel says, once it is booked, that it never was."""
    who = plant_loan(starts_on=date(2026, 9, 15), borrower_id=plant_borrower("+8613600002309", now=clock.now()))
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="next")], channel="alipay",
        how="wap", attempt=uuid4().hex, now=clock.now(),
    )  # fmt: skip
    for result in (Succeeded(ref="T1", amount_minor=charge.amount_minor, paid_at=clock.now()), Closed()):
        repayments.learn(channel="alipay", key=charge.key, result=result, learned_by="notice", now=clock.now())
    return payments.Difference.objects.get()


def _unknown_to_us(patch: pytest.MonkeyPatch) -> payments.ReconciliationDifference:
    """A day at Alipay whose file has a payment that we have not."""
    alipay, day = Stating(code="alipay", kinds=("trade",)), TODAY - days(3)
    patch.setattr(channels, "find_stating", lambda code: alipay)
    write(alipay, [pay("aq1", at=datetime.combine(day, time(12)))], day)
    kept_statements.keep(alipay.statement(day, kind="trade"), now=at(TODAY, 9))
    reconciliation.match(channel="alipay", day=day, now=at(TODAY))
    return payments.ReconciliationDifference.objects.get()


def _of_nobody(unknown: payments.ReconciliationDifference) -> dict[str, Any]:
    """What belongs to no borrower: shops, statements, the bank, reconciliation."""
    payout = lending.MerchantPayout.objects.get()
    payouts.release(payout_id=payout.id, actor=hire("supervisor"), now=clock.now())
    file_id = payouts.hand_over(actor=hire(), now=clock.now())
    merchant = settling.shop()
    remittance = payments.Remittance.objects.create(
        channel=unknown.channel, day=unknown.day, ref="W1", amount_minor=50_000, told_at=clock.now(),
        statement=payments.ChannelStatement.objects.latest("id"), found_at=clock.now(),
    )  # fmt: skip
    return {
        "merchant_id": merchant.id, "webhook_id": Webhook.objects.get(state="given_up").id, "file_id": file_id,
        "settlement_id": lending.Settlement.objects.get().id, "account_id": lending.MerchantAccount.objects.latest("id").id,
        "act_on_payout:payout_id": payout.id, "statement_id": payments.UnreadStatement.objects.latest("day").id,
        "line_id": payments.BankLine.objects.earliest("seq").id, "channel": unknown.channel, "on": unknown.day,
        "reconciliation_difference:difference_id": unknown.id,
        "reconciliation_act:difference_id": unknown.id,
        "reconciliation_act:verb": "explain", "remittance_id": remittance.id, "remittance_act:verb": "dismiss",
        "hardship_act:verb": "look", "act_on_complaint:step": "note", "act_on_objection:step": "note", "verdict": "refuse", "hold_act:verb": "end",
        "step": "report", "account": "receivable_principal",
        "slug": "inbox", "row_id": payments.Inbox.objects.filter(state="refused").get().id,
    }  # fmt: skip


def everything(found: list[Address], rows: Mapping[str, Any], patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The examples for all addresses: whoever's row it is, the address names that borrower."""
    examples = {argument: row.id for argument, row in rows.items()} | _of_nobody(_unknown_to_us(patch))
    examples |= {"borrower_id": rows["loan_id"].borrower_id, "lender_id": rows["lender_id"].lender_id}
    for each in found:
        if row := _row_of(each, rows):
            examples[f"{each.name}:borrower_id"] = row.borrower_id
    return examples


def _row_of(address: Address, rows: Mapping[str, Any]) -> Any:
    """What of a borrower's this address is about."""
    if "borrower_id" not in address.arguments or len(address.arguments) == 1:
        return None
    return rows.get(f"{address.name}:{address.arguments[-1]}") or rows.get(address.arguments[1])


def test_every_address_answers_everybody(rows: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    found = [each for each in crawling.addresses("office") if each.name not in ("healthz", *ALONE)]
    examples = everything(found, rows, monkeypatch)
    assert not (lacking := crawling.missing(found, examples)), "\n".join(lacking)
    monkeypatch.setattr(channels, "find", lambda code: Cashier())
    paths = {each: each.of(examples) for each in found}
    stranger = plant_borrower("+8613500003418", now=clock.now())
    others = {each: each.of(examples | {f"{each.name}:borrower_id": stranger}) for each in found if _row_of(each, rows)}
    nothing = {each: each.nowhere() for each in found if each.arguments}
    clerk, supervisor, auditor = (_at_work(role) for role in ("clerk", "supervisor", "auditor"))
    faults = [
        *crawling.crawl(clerk, paths, is_told, who="clerk"),
        *crawling.crawl(supervisor, paths, is_there, who="supervisor"),
        *crawling.crawl(auditor, paths, only_reads, who="auditor"),
        *crawling.crawl(supervisor, others, is_nowhere, who="supervisor under another borrower"),
        *crawling.crawl(supervisor, nothing, is_nowhere, who="supervisor at nothing"),
        *crawling.crawl(Client(), paths, leads_to_the_door, who="nobody"),
        *crawling.crawl(Client(), nothing, leads_to_the_door, who="nobody at nothing"),
        *crawling.crawl(signed_in(stranger), paths, is_forbidden, who="a borrower"),
    ]
    assert not faults, "\n".join(faults)


def test_every_address_answers_of_those_who_are_forgotten(
    rows: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [each for each in crawling.addresses("office") if each.name not in ("healthz", *ALONE)]
    examples = everything(found, rows, monkeypatch)
    long_ago = clock.now() - timedelta(days=4000)
    Borrower.objects.update(closed_at=long_ago)
    for model, field in (
        (Complaint, "ended_at"), (lending.HardshipCase, "ended_at"), (AccountRequest, "ended_at"),
        (lending.Application, "applied_at"), (Message, "created_at"),
    ):  # fmt: skip
        model._default_manager.update(**{field: long_ago})
    done = retention.carry_out(now=clock.now())
    assert Borrower.objects.exclude(forgotten_at=None).count() == Borrower.objects.count() and done
    monkeypatch.setattr(channels, "find", lambda code: Cashier())
    paths = {each: each.of(examples) for each in found if "borrower_id" in each.arguments}
    faults = crawling.crawl(_at_work("supervisor"), paths, lambda address, method, answer: True, who="supervisor")
    assert not faults, "\n".join(faults)


def _at_work(role: str) -> Client:
    user = hire(role)
    # Whoever has no password at all is led by allauth to set one, for which there is no address here.
    user.password = "known to its owner"
    user.save()
    return desk_of(user)


def is_there(address: Address, method: str, answer: Any) -> bool:
    is_gone = answer.status_code == 404
    return answer.status_code != 403 and (is_gone == (address.name in NOT_THERE) or answer.status_code == 405)


def is_told(address: Address, method: str, answer: Any) -> bool:
    """Some acts are not a clerk's, and none of the pages is closed to one."""
    return is_there(address, method, answer) or (answer.status_code == 403 and method == "post")


def only_reads(address: Address, method: str, answer: Any) -> bool:
    """An auditor asks, and sends nothing that is kept."""
    if method == "post" and address.name not in ("search", *DOORS):
        return answer.status_code in (403, 405)
    return answer.status_code == 403 or is_there(address, method, answer)


def is_nowhere(address: Address, method: str, answer: Any) -> bool:
    return answer.status_code in (404, 405)


def leads_to_the_door(address: Address, method: str, answer: Any) -> bool:
    """What takes only the other method says so to everybody alike."""
    leads = answer.status_code == 302 and answer.headers["Location"].startswith("/account/login")
    return leads or address.name in DOORS or answer.status_code == 405


def is_forbidden(address: Address, method: str, answer: Any) -> bool:
    return address.name in DOORS or answer.status_code in (403, 405)
