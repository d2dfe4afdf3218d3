"""A borrower who pays at the real sandbox, the worker's drains, and what must hold whatever went wrong."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import httpx

from anqi import clock
from anqi.actions import charges
from anqi.actions.charges import Wish
from anqi.config.verification import verify
from anqi.documents.models import Document
from anqi.engine.accounts import balances
from anqi.jobs import tasks
from anqi.ledger import books
from anqi.ledger.models import Posting
from anqi.lending import store
from anqi.lending.models import Fact, Loan
from anqi.payments.models import Charge, Inbox, Outbox, Payment, Unapplied
from tests.planting import Planted, plant_borrower, plant_loan
from tests.sandbox.sandbox_stand import Sandbox

# Long enough for the first due date to be past, short enough for one instalment only.
BEGAN_DAYS_AGO = 40


@dataclass(frozen=True, kw_only=True)
class Stand:
    """One borrower with one loan, the sandbox, and the address that the sandbox knows us by."""

    sandbox: Sandbox
    who: Planted
    hooks: str

    def begin(self, *, amount_minor: int | None = None) -> Charge:
        """A charge that waits for its delivery."""
        wish = Wish(loan_id=self.who.loan_id, purpose="due", amount_minor=amount_minor)
        return charges.open(
            borrower_id=self.who.borrower_id, wishes=[wish], channel="alipay", how="wap", attempt=uuid4().hex,
            now=clock.now(),
        )  # fmt: skip

    def deliver(self, charge: Charge) -> Charge:
        return charges.deliver(borrower_id=self.who.borrower_id, charge_id=charge.id, now=clock.now())

    def offer(self, *, amount_minor: int | None = None) -> Charge:
        """A charge whose cashier page the borrower can open."""
        return self.deliver(self.begin(amount_minor=amount_minor))

    def pay(self, charge: Charge) -> None:
        """The borrower opens the page and pays; what the sandbox then says is its own affair."""
        assert charge.action
        self.pay_at(charge.action["url"], charge.key)

    def pay_at(self, url: str, key: str) -> None:
        for path, body in (("alipay/open", {"url": url}), ("alipay/pay", {"out_trade_no": key})):
            answer = self.sandbox.control(path, **body)
            assert answer.status_code == 200, answer.text

    def hear(self, charge: Charge) -> list[bool]:
        """Whether we took each message that the sandbox has sent about the charge, waiting ones sent now."""
        self.sandbox.flush(charge.key)
        told = self.sandbox.trade(charge.key)["notifications"]
        return [each["accepted"] for notice in told for each in notice["deliveries"]]

    def bodies(self, charge: Charge) -> list[bytes]:
        return [notice["body"].encode() for notice in self.sandbox.trade(charge.key)["notifications"]]

    def knock(self, body: bytes) -> httpx.Response:
        """A message at our door, from anybody."""
        form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        with httpx.Client(trust_env=False) as somebody:
            return somebody.post(f"{self.hooks}/hooks/alipay", content=body, headers=form)

    def pass_time(self, **span: int) -> None:
        """Both clocks go on, ours and the sandbox's."""
        file = self.sandbox.clock_file
        passed = int(file.read_text() or 0) if file.exists() else 0
        self.sandbox.shift_clock(passed + int(timedelta(**span).total_seconds()))

    def work(self) -> None:
        """Everything that a worker drains, once."""
        tasks.read_inbox()
        tasks.empty_outbox()
        tasks.ask_about_charges()

    def assert_taken_once(self, charge: Charge, *, amount_minor: int | None = None) -> None:
        """One payment, one fact, one receipt, nothing left over, and the whole house agrees."""
        taken = Payment.objects.filter(borrower_id=self.who.borrower_id, charge_id=charge.id)
        assert [each.amount_minor for each in taken] == [amount_minor or charge.amount_minor]
        facts = Fact.objects.filter(borrower_id=self.who.borrower_id, loan_id=self.who.loan_id, kind="payment")
        assert [fact.body["payment_id"] for fact in facts] == [str(taken[0].id)]
        assert facts[0].body["amount_minor"] == charge.amount_minor
        assert Document.objects.filter(borrower_id=self.who.borrower_id, kind="receipt").count() == 1
        assert not Unapplied.objects.filter(borrower_id=self.who.borrower_id).exists()
        assert self.state(charge) == "succeeded"
        self.assert_sound()

    def assert_case(self, charge: Charge, *, reason: str, amount_minor: int) -> None:
        """The money is kept as a case, to the fen, and no loan has used it."""
        cases = Unapplied.objects.filter(borrower_id=self.who.borrower_id)
        assert [(each.reason, each.amount_minor, each.left_minor) for each in cases] == [
            (reason, amount_minor, amount_minor)
        ]
        self.assert_sound()

    def assert_nothing_taken(self) -> None:
        assert not Payment.objects.filter(borrower_id=self.who.borrower_id).exists()
        assert not Fact.objects.filter(borrower_id=self.who.borrower_id, kind="payment").exists()
        assert not Posting.objects.filter(borrower_id=self.who.borrower_id, cause="arrival").exists()
        self.assert_sound()

    def assert_sound(self) -> None:
        """Books equal the engine, money in transit equals payments, chains and hashes are whole."""
        today = clock.today()
        borrower_id, loan_id = self.who.borrower_id, self.who.loan_id
        held = store.read(borrower_id, [loan_id])[loan_id]
        if not held.next_wake_on or held.next_wake_on > today:
            booked = books.read(borrower_id, [loan_id]).balances[loan_id]
            assert booked == balances(held.terms, held.facts, today)
        arrived = Posting.objects.filter(borrower_id=borrower_id, debit="in_transit_alipay")
        assert sum(each.amount_minor for each in arrived) == sum(
            each.amount_minor for each in Payment.objects.filter(borrower_id=borrower_id)
        )
        # A planted loan's agreement was never signed, and has no hash.
        wrong = [each.told() for each in verify(today=today).wrong if each.what != "agreement"]
        assert not wrong, wrong

    def state(self, charge: Charge) -> str:
        return Charge.objects.get(borrower_id=charge.borrower_id, id=charge.id).state

    def waiting(self) -> tuple[int, int]:
        """Messages that nobody has learned, and questions that nobody has asked."""
        inbox = Inbox.objects.filter(state=Inbox.State.WAITING).count()
        return inbox, Outbox.objects.filter(done_at=None).count()


def settle_in(sandbox: Sandbox, hooks: str, phone: str = "+8613800006021") -> Stand:
    """A borrower whose first instalment is due."""
    began = clock.now() - timedelta(days=BEGAN_DAYS_AGO)
    borrower_id = plant_borrower(phone, now=began)
    who = plant_loan(borrower_id=borrower_id, starts_on=began.date())
    assert Loan.objects.get(borrower_id=borrower_id, id=who.loan_id).next_wake_on
    return Stand(sandbox=sandbox, who=who, hooks=hooks)


