"""Settlement certificates: what they state, what stands in their way, and what their code tells anybody."""

import hashlib
import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from anqi.actions import charges, papers, refunds, repayments
from anqi.actions.charges import Wish
from anqi.actions.papers import Hindrance, NotClear
from anqi.documents import certificate_paper, certificates, pdf
from anqi.documents.models import Certificate, CertificateEntry
from anqi.lending import loans, store
from anqi.lending.models import Fact, Loan
from anqi.lending.store import NewFact
from anqi.payments.channels.protocol import Succeeded
from anqi.payments.models import Refund, Unapplied
from anqi.people import addresses, holds
from anqi.people.addresses import AN_HOUR, TooManyChecks
from anqi.people.models import Borrower
from tests.pdf_reading import words
from tests.planting import Planted, at, plant_borrower, plant_cash, plant_loan

pytestmark = pytest.mark.django_db
STARTED = date(2026, 8, 31)
PAID_ON = date(2026, 9, 20)
ISSUED_ON = date(2026, 9, 25)
NOW = at(ISSUED_ON)


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=STARTED)


def number(who: Planted) -> str:
    return Loan.objects.get(id=who.loan_id).number


def open_charge(who: Planted, on: date = PAID_ON, purpose: str = "all") -> Any:
    wishes = [Wish(loan_id=who.loan_id, purpose=purpose)]
    return charges.open(
        borrower_id=who.borrower_id, wishes=wishes, channel="alipay", how="wap", attempt=uuid4().hex, now=at(on)
    )


def settle(who: Planted, on: date = PAID_ON, *, learned_on: date | None = None) -> int:
    """All of it is paid; the amount in fen."""
    charge = open_charge(who, on)
    result = Succeeded(ref=uuid4().hex, amount_minor=charge.amount_minor, paid_at=at(on))
    now = at(learned_on or on, 13)
    repayments.learn(channel="alipay", key=charge.key, learned_by="notice", now=now, result=result)
    return int(charge.amount_minor)


def happen(who: Planted, kind: str, on: date, **body: Any) -> None:
    """A fact that nobody can decide yet: it is recorded as such."""
    fact = NewFact(
        loan_id=who.loan_id, kind=kind, counts_on=on, body=body, actor="staff", key=f"{kind}:{uuid4()}", id=uuid4()
    )
    with transaction.atomic():
        chain = holds.hold(who.borrower_id)
        store.record(chain, [fact], now=at(on))
        holds.keep(chain)


def payment_fact(who: Planted) -> str:
    return str(Fact.objects.get(loan_id=who.loan_id, kind="payment").id)


def certify(who: Planted, *, of_all: bool = False, on: date = ISSUED_ON) -> Certificate:
    loan_id = None if of_all else who.loan_id
    return papers.certify(borrower_id=who.borrower_id, loan_id=loan_id, now=at(on))


def hindered(who: Planted, *, of_all: bool = False) -> list[Hindrance]:
    with pytest.raises(NotClear) as refused:
        certify(who, of_all=of_all)
    assert not Certificate.objects.exists()
    return list(refused.value.facts["hindrances"])  # type: ignore[call-overload]


# What it states


@pytest.mark.parametrize("of_all", [False, True])
def test_it_states_what_was_lent_and_paid_and_since_when_nothing_is_owed(lin: Planted, of_all: bool) -> None:
    paid_minor = settle(lin, learned_on=date(2026, 9, 23))
    stated = certificates.read(certify(lin, of_all=of_all))
    [loan] = stated["loans"]
    assert loan == {
        "id": str(lin.loan_id), "number": number(lin), "lender": "青禾消费金融", "started_on": "2026-08-31",
        "settled_on": "2026-09-20", "lent_minor": 600_000, "paid_minor": paid_minor, "returned_minor": 0,
        "goodwill_minor": 0,
    }  # fmt: skip
    assert paid_minor > 600_000
    assert stated["borrower"] == {"name": "林小满", "id_number": "110***********002X"}
    assert (stated["scope"], stated["issued_on"]) == ("all" if of_all else "loan", "2026-09-25")
    assert re.fullmatch(r"JQ2609-[0-9A-HJKMNP-TV-Z]{10}", stated["number"])


def test_money_that_went_back_and_goods_that_came_back_are_no_payment(lin: Planted) -> None:
    paid_minor = settle(lin)
    happen(lin, "return", date(2026, 9, 22), amount_minor=100_000)
    happen(lin, "refund", date(2026, 9, 22), amount="1000.00")
    [loan] = certificates.read(certify(lin))["loans"]
    assert (loan["paid_minor"], loan["returned_minor"]) == (paid_minor - 100_000, 100_000)
    assert loan["settled_on"] == "2026-09-20"


def test_asking_again_gives_the_same_even_on_another_day(lin: Planted) -> None:
    settle(lin)
    first = certify(lin)
    assert certify(lin, on=ISSUED_ON + timedelta(days=40)).id == first.id
    assert (Certificate.objects.count(), CertificateEntry.objects.count()) == (1, 1)
    assert certify(lin, of_all=True).id != first.id


def test_settled_anew_it_is_another_one(lin: Planted) -> None:
    settle(lin)
    first = certify(lin)
    happen(lin, "chargeback", date(2026, 9, 26), of=payment_fact(lin))
    settle(lin, date(2026, 9, 28))
    second = certify(lin, on=date(2026, 9, 28))
    assert second.id != first.id
    assert certificates.read(second)["loans"][0]["settled_on"] == "2026-09-28"


# What stands in its way


def test_what_is_owed(lin: Planted) -> None:
    remaining_minor = store.read(lin.borrower_id, [lin.loan_id])[lin.loan_id].standing(ISSUED_ON).remaining_minor
    told = [Hindrance(why="owed", loan_number=number(lin), amount_minor=remaining_minor)]
    assert hindered(lin) == told
    assert hindered(lin, of_all=True) == told


def test_a_payment_without_result(lin: Planted) -> None:
    settle(lin)
    happen(lin, "chargeback", PAID_ON, of=payment_fact(lin))
    charge = open_charge(lin, date(2026, 9, 21))
    told = hindered(lin)
    assert [each.why for each in told] == ["owed", "in_flight"]
    assert told[1] == Hindrance(why="in_flight", loan_number=number(lin), amount_minor=charge.amount_minor)


def pay_twice(who: Planted) -> Unapplied:
    charge = open_charge(who)
    for ref in ("T1", "T2"):
        result = Succeeded(ref=ref, amount_minor=charge.amount_minor, paid_at=at(PAID_ON))
        repayments.learn(channel="alipay", key=charge.key, learned_by="notice", now=at(PAID_ON, 13), result=result)
    return Unapplied.objects.get()


@pytest.mark.parametrize("of_all", [False, True])
def test_money_that_no_loan_could_use(lin: Planted, of_all: bool) -> None:
    case = pay_twice(lin)
    told = Hindrance(why="unapplied", loan_number=number(lin), amount_minor=case.left_minor)
    assert hindered(lin, of_all=of_all) == [told]


def test_money_on_its_way_back(lin: Planted) -> None:
    case = pay_twice(lin)
    refunds.begin_due(borrower_id=lin.borrower_id, case_id=case.id, now=NOW)
    assert Refund.objects.get().state == Refund.State.CREATED
    assert hindered(lin) == [Hindrance(why="returning", loan_number=number(lin), amount_minor=case.amount_minor)]


def test_one_that_never_was_and_one_that_has_not_begun(lin: Planted) -> None:
    settle(lin)
    waiting = plant_cash(borrower_id=lin.borrower_id, now=at(PAID_ON))
    with pytest.raises(NotClear) as refused:
        certify(lin, of_all=True)
    assert refused.value.facts["hindrances"] == (Hindrance(why="not_begun", loan_number=waiting.number),)
    loans.cancel(lin.borrower_id, waiting.id, on=PAID_ON)
    assert [each["number"] for each in certificates.read(certify(lin, of_all=True))["loans"]] == [number(lin)]
    with pytest.raises(NotClear) as refused:
        papers.certify(borrower_id=lin.borrower_id, loan_id=waiting.id, now=NOW)
    assert refused.value.facts["hindrances"] == (Hindrance(why="void", loan_number=waiting.number),)


def test_another_loan_only_of_the_certificate_for_all(lin: Planted) -> None:
    settle(lin)
    other = plant_loan(borrower_id=lin.borrower_id, starts_on=STARTED, principal="1200.00", instalments=3)
    open_charge(other)
    assert certify(lin)
    with pytest.raises(NotClear) as refused:
        certify(lin, of_all=True)
    told: tuple[Hindrance, ...] = refused.value.facts["hindrances"]  # type: ignore[assignment]
    assert [(each.why, each.loan_number) for each in told] == [("owed", number(other)), ("in_flight", number(other))]


def test_nothing_to_certify(lin: Planted) -> None:
    loans.cancel(lin.borrower_id, lin.loan_id, on=STARTED)
    assert hindered(lin, of_all=True) == [Hindrance(why="nothing_settled")]


def test_somebody_elses_loan_is_nothing(lin: Planted) -> None:
    settle(lin)
    zhou = plant_borrower("+8613900008866", now=NOW)
    with pytest.raises(NotClear) as refused:
        papers.certify(borrower_id=zhou, loan_id=lin.loan_id, now=NOW)
    assert refused.value.facts["hindrances"] == (Hindrance(why="nothing_settled"),)


# Its code


@pytest.fixture(autouse=True)
def nobody_asked() -> None:
    cache.clear()


def check(code: str, *, on: date = ISSUED_ON, address: str | None = None) -> Any:
    return papers.check(code=code, now=at(on), address=address)


def test_its_code_is_80_bits_in_letters_that_nobody_mistakes_and_kept_as_a_keyed_hash(lin: Planted) -> None:
    settle(lin)
    made = certify(lin)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{16}", made.code)
    with connection.cursor() as cursor:
        cursor.execute("select code_hash from documents_certificate_entry")
        [(kept,)] = cursor.fetchall()
        cursor.execute("select row_to_json(c)::text from documents_certificate c")
        [(row,)] = cursor.fetchall()
    assert re.fullmatch(r"[0-9a-f]{64}", kept)
    for place in (kept, row):
        assert made.code not in place
    assert kept != hashlib.sha256(made.code.encode()).hexdigest()


def test_its_code_is_found_however_it_is_typed_and_no_other(lin: Planted) -> None:
    settle(lin)
    made = certify(lin)
    typed = certificates.written(made.code)
    ways = (typed, typed.lower(), f" {made.code} ", typed.replace("0", "O").replace("1", "l"), typed.replace("1", "i"))
    assert {certificates.find(way).id for way in ways} == {made.id}  # type: ignore[union-attr]
    other = made.code[:-1] + ("2" if made.code[-1] != "2" else "3")
    for wrong in ("", "x", other, made.code[:-1], made.code + "0", "😀" * 16):
        assert check(wrong) is None


def test_it_tells_what_was_certified_and_no_more(lin: Planted) -> None:
    settle(lin)
    told = check(certify(lin).code)
    assert (told.name_masked, told.is_of_all, told.issued_on, told.still_holds) == ("林**", False, ISSUED_ON, True)
    [loan] = told.loans
    assert (loan.tail, loan.lender, loan.settled_on) == (number(lin)[-4:], "青禾消费金融", PAID_ON)
    assert not re.search(r"minor|林小满|1101", repr(told))


@pytest.mark.parametrize("kind", ["chargeback", "reversal"])
@pytest.mark.parametrize("of_all", [False, True])
def test_what_was_taken_back_since_is_told(lin: Planted, kind: str, of_all: bool) -> None:
    settle(lin)
    code = certify(lin, of_all=of_all).code
    happen(lin, kind, date(2026, 9, 27), of=payment_fact(lin))
    assert check(code, on=date(2026, 9, 26)).still_holds
    told = check(code, on=date(2026, 9, 27))
    assert (told.still_holds, told.loans[0].is_settled, told.loans[0].settled_on) == (False, False, PAID_ON)
    settle(lin, date(2026, 9, 29))
    assert check(code, on=date(2026, 9, 29)).still_holds


def test_an_address_may_ask_so_often_and_log_in_all_the_same(lin: Planted) -> None:
    for _ in range(AN_HOUR):
        assert check("wrong", address="203.0.113.7") is None
    with pytest.raises(TooManyChecks) as refused:
        check("wrong", address="203.0.113.7")
    assert refused.value.facts == {"again_at": NOW + timedelta(hours=1)}
    assert check("wrong", address="203.0.113.8") is None
    addresses.spend("203.0.113.7", now=NOW)


# Its paper


PAGE = "https://anqi.example/certificates"


def made(certificate: Certificate) -> bytes:
    paper = certificate_paper.paper(certificate, page=PAGE)
    return pdf.render("statement", paper, created_at=certificate.issued_at)


def test_its_paper_says_it_all_and_has_the_same_bytes_each_time(lin: Planted) -> None:
    paid_minor = settle(lin)
    certificate = certify(lin)
    body, told = made(certificate), words(made(certificate))
    assert body == made(Certificate.objects.get())
    text = "".join(told).replace("\u200b", "")
    for each in (
        "结清证明", "林小满（身份证 110***********002X）", "青禾消费金融", number(lin), "2026-08-31", "2026-09-20", "6,000.00 元",
        f"{paid_minor // 100:,}.{paid_minor % 100:02} 元", f"验证码 {certificates.written(certificate.code)}", PAGE,
        certificate.sha256, certificates.read(certificate)["number"], "没有欠款",
    ):  # fmt: skip
        assert each in text, each
    Loan.objects.update(number="AQ", principal_minor=1)
    Borrower.objects.update(name="改名以后")
    assert made(Certificate.objects.get()) == body


def test_one_that_was_changed_is_neither_printed_nor_vouched_for(lin: Planted) -> None:
    settle(lin)
    certificate = certify(lin)
    certificate.body = certificate.body.replace("600000", "500000")
    with pytest.raises(AssertionError, match="was changed"):
        made(certificate)


def test_nobody_changes_one(lin: Planted) -> None:
    settle(lin)
    certify(lin)
    with pytest.raises(DatabaseError), transaction.atomic():
        Certificate.objects.update(body="{}")
