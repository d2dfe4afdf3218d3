"""Random lives of plans whose goods come back: whatever happens in whatever order, no fen is lost or given twice."""

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from anqi.actions import repayments
from anqi.lending import holding, unwinding
from anqi.lending.models import Hold, Return
from anqi.payments.channels.protocol import Closed
from anqi.payments.models import Charge, Payment, Refund, Unapplied
from anqi.rows.refusals import Refused
from tests import returning as scene
from tests.planting import at, days
from tests.returning import BOUGHT, Bought, arrive, assert_sound, booked, buy, work

pytestmark = pytest.mark.django_db
WHOLE = 600_000


class Life:
    """What happens comes out of one seed."""

    def __init__(self, seed: int, lin: Bought) -> None:
        self.chance, self.lin, self.on = random.Random(seed), lin, BOUGHT  # noqa: S311 (the same life again)
        self.open_charges: list[Charge] = []

    def step(self) -> None:
        self.on += days(self.chance.choice((0, 1, 3, 9, 20)))
        acts: list[Callable[[], object]] = [
            self._pay, self._pay, self._request, self._request, self._accept, self._accept, self._withdraw,
            self._begin_charge, self._end_charge,
        ]  # fmt: skip
        with contextlib.suppress(Refused):
            self.chance.choice(acts)()
        work(at(self.on, 13))
        work(at(self.on, 14))

    def _pay(self) -> object:
        purpose = self.chance.choice(("due", "next", "next", "all"))
        return self.lin.pay(at(self.on), purpose=purpose, channel=self.chance.choice(("alipay", "wechat")))

    def _request(self) -> object:
        amount_minor = self.chance.choice((1, 50_000, 123_457, 300_000, None))
        return self.lin.request(at(self.on), amount_minor, is_here=self.chance.random() < 0.3)

    def _waiting(self) -> Return:
        found = list(Return.objects.filter(state="requested").order_by("id"))
        if not found:
            raise Refused
        return self.chance.choice(found)

    def _accept(self) -> object:
        return self.lin.accept(self._waiting(), at(self.on))

    def _withdraw(self) -> object:
        return self.lin.withdraw(self._waiting(), at(self.on))

    def _begin_charge(self) -> None:
        self.open_charges.append(self.lin.open_charge(at(self.on), purpose="next"))

    def _end_charge(self) -> None:
        for charge in self.open_charges:
            if self.chance.random() < 0.5:
                arrive(charge, at(self.on), now=at(self.on))
            else:
                repayments.learn(
                    channel=charge.channel, key=charge.key, result=Closed(), learned_by="query", now=at(self.on)
                )
        self.open_charges.clear()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_money_is_all_there(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.till(monkeypatch)
    life = Life(seed, buy())
    for _ in range(22):
        life.step()
        assert_sound(life.on)
        is_held = Hold.objects.filter(ended_at=None).exists()
        assert holding.on(life.lin.held(), life.on) == is_held, "rows and facts say the same"
    life._end_charge()
    for hours in (1, 14, 28):
        work(at(life.on) + timedelta(hours=hours))
    assert_sound(life.on + days(1))
    _check_goods(life)
    _check_money(life)


def _check_goods(life: Life) -> None:
    back = Return.objects.filter(state="completed")
    returned_minor = sum(goods.amount_minor for goods in back)
    assert returned_minor <= WHOLE
    assert booked("merchant_payable") == returned_minor - WHOLE
    for goods in back:
        done = unwinding.of(goods)
        assert done and goods.pays_back_at is None
        left_minor = done.remaining_before_minor - done.amount_minor - done.saved_minor + done.back_minor
        assert left_minor == done.remaining_after_minor


def _check_money(life: Life) -> None:
    gone: Counter[object] = Counter()
    for refund in Refund.objects.all():
        assert refund.state == "succeeded"
        gone[refund.payment_id] += refund.amount_minor
    paid = {payment.id: payment.amount_minor for payment in Payment.objects.all()}
    assert all(gone[payment_id] <= paid[payment_id] for payment_id in gone), "more back than came"
    assert not Unapplied.objects.filter(closed_at=None).exists()
    # What is still with us is what the loan has used.
    used_minor = sum(paid.values()) - sum(gone.values())
    assert booked("in_transit_alipay") + booked("in_transit_wechat") == used_minor
    assert used_minor >= 0
