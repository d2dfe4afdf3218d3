"""The merchants' API about goods that come back: what it answers, what it refuses, and that it does everything once."""

import json
from typing import Any

import pytest

from anqi import clock
from anqi.actions import merchants
from anqi.lending.models import Fact, Hold, MerchantOrder, Return
from anqi.notices.models import Webhook
from tests import purchasing
from tests.merchant_calling import AMOUNT, Caller, assert_problem
from tests.planting import days
from tests.purchasing import TERMS, Shop, welcome

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.merchant")]
HOLD = {"on_hold_until", "waits_too_long"}
HALF = {"amount_minor": AMOUNT // 2, "reason": "七天无理由"}


@pytest.fixture
def shop() -> Shop:
    return purchasing.open_street(now=clock.now())


@pytest.fixture
def caller(shop: Shop) -> Caller:
    return Caller(shop.key)


@pytest.fixture
def path(caller: Caller) -> str:
    """Where the returns of a shipped order are."""
    return f"/orders/{bought(caller)}/returns"


def bought(
    caller: Caller, *, number: str = "QH-1", phone: str = "+8613800006021", ships: bool = True, plan: str = "p12"
) -> Any:  # fmt: skip
    remote_id = caller.post("/orders", caller.wish(number, plan=plan)).json()["id"]
    theirs, now = MerchantOrder.objects.get(id=remote_id), clock.now()
    borrower_id = welcome(phone, now=now)
    order = purchasing.purchases.open(token=theirs.confirm_token, borrower_id=borrower_id, now=now)
    purchasing.sign(order, now=now - purchasing.READ)
    if ships:
        assert caller.post(f"/orders/{remote_id}/ship", {}).status_code == 200
    return remote_id


def test_requested_shown_listed_and_accepted(caller: Caller, path: str) -> None:
    answer = caller.post(path, HALF)
    asked = answer.json()
    assert (answer.status_code, asked["state"], asked["amount_minor"]) == (201, "requested", AMOUNT // 2)
    assert asked["on_hold_until"] > clock.today().isoformat()
    assert asked["settlement"] == {
        "counts_on": clock.today().isoformat(), "returned_minor": -AMOUNT // 2, "fee_minor": 0,
        "amount_minor": -AMOUNT // 2,
    }  # fmt: skip
    assert caller.get(f"{path}/{asked['id']}").json() == asked
    assert caller.get(path).json() == {"returns": [asked]}
    done = caller.post(f"{path}/{asked['id']}/accept", {}).json()
    assert (done["state"], done["on_hold_until"]) == ("completed", None)
    assert done["settlement"] == asked["settlement"], "it did what was foreseen"
    assert caller.get(f"{path}/{asked['id']}").json() == done
    kinds = [each.kind for each in Webhook.objects.order_by("id")]
    assert kinds[-2:] == ["return.requested", "return.completed"]
    body = json.loads(Webhook.objects.order_by("id").last().body)["data"]
    assert body == {name: value for name, value in done.items() if name not in HOLD}


def test_what_each_part_takes_off_the_settlement_adds_up_with_the_shops_fee(shop: Shop, caller: Caller) -> None:
    merchants.sell(
        lender="qhxj", code="p3-fee", title="3 期", instalments=3, least_minor=10_000, most_minor=2_000_000,
        terms=TERMS | {"merchant_fee_rate": "0.0305"}, now=clock.now(),
    )  # fmt: skip
    path = f"/orders/{bought(caller, plan='p3-fee')}/returns"
    first = caller.post(path, {"amount_minor": 12_345}).json()
    second = caller.post(path, {"amount_minor": 54_321, "goods_received": True}).json()
    done = caller.post(f"{path}/{first['id']}/accept", {}).json()
    rest = caller.post(path, {"amount_minor": "whole", "goods_received": True}).json()
    # 3.05 % of 6000.00 is 183.00; of the 5456.79 and the 5333.34 that stay, 166.43 and 162.67.
    fees = [each["settlement"]["fee_minor"] for each in (second, done, rest)]
    assert fees == [18_300 - 16_643, 16_643 - 16_267, 16_267]
    assert done["settlement"]["amount_minor"] == -12_345 + 376
    again = caller.get(path).json()["returns"]
    assert again == [rest, second, done], "later returns change nothing in what was told of earlier ones"


def test_the_shop_learns_nothing_of_what_the_borrower_owes_or_has_paid(caller: Caller, path: str) -> None:
    done = caller.post(path, HALF | {"goods_received": True}).json()
    fields = {
        "id", "order_id", "order_number", "state", "amount_minor", "reason", "items", "requested_at", "decided_at",
        "decided_why", "settlement",
    }  # fmt: skip
    assert set(done) == fields | HOLD
    assert set(done["settlement"]) == {"counts_on", "returned_minor", "fee_minor", "amount_minor"}
    told = [json.loads(each.body)["data"] for each in Webhook.objects.filter(kind__startswith="return.")]
    assert [set(each) for each in told] == [fields, fields]


def test_whole_and_here_in_one_call(caller: Caller, path: str) -> None:
    done = caller.post(path, {"amount_minor": "whole", "goods_received": True}).json()
    assert (done["state"], done["amount_minor"], done["settlement"]["amount_minor"]) == ("completed", AMOUNT, -AMOUNT)
    assert MerchantOrder.objects.get().state == "settled"
    assert_problem(caller.post(path, HALF), 409, "nothing_shipped_left")


def test_again_with_the_same_key_is_a_replay_and_another_body_is_refused(caller: Caller, path: str) -> None:
    first, again = caller.post(path, HALF, key="k"), caller.post(path, HALF, key="k")
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    assert (again.json(), Return.objects.count()) == (first.json(), 1)
    assert_problem(caller.post(path, HALF | {"amount_minor": 1}, key="k"), 409, "idempotency_key_reused")
    assert_problem(caller.post(path, HALF, key=None), 400, "idempotency_key_missing")
    one = f"{path}/{first.json()['id']}"
    done, twice = caller.post(f"{one}/accept", {}), caller.post(f"{one}/accept", {})
    assert (done.json(), done.headers.get("Idempotent-Replay")) == (twice.json(), None)
    assert (twice.headers["Idempotent-Replay"], Fact.objects.filter(kind="return").count()) == ("true", 1)
    assert_problem(caller.post(f"{one}/withdraw", {}), 409, "return_over")


def test_a_return_that_waits_past_its_day_says_so_and_goes_on(caller: Caller, path: str) -> None:
    asked = caller.post(path, HALF).json()
    assert asked["waits_too_long"] is False
    Hold.objects.update(until=clock.today())
    assert caller.get(f"{path}/{asked['id']}").json()["waits_too_long"] is False
    Hold.objects.update(until=clock.today() - days(1))
    late = caller.get(f"{path}/{asked['id']}").json()
    assert (late["state"], late["waits_too_long"]) == ("requested", True)
    done = caller.post(f"{path}/{asked['id']}/accept", {}).json()
    assert (done["state"], done["waits_too_long"]) == ("completed", False)


def test_withdrawn(caller: Caller, path: str) -> None:
    asked = caller.post(path, HALF).json()
    done = caller.post(f"{path}/{asked['id']}/withdraw", {"reason": "买家没有寄"}).json()
    assert (done["state"], done["decided_why"], done["settlement"]) == ("withdrawn", "买家没有寄", None)
    assert caller.post(f"{path}/{asked['id']}/withdraw", {}).headers["Idempotent-Replay"] == "true"
    assert_problem(caller.post(f"{path}/{asked['id']}/accept", {}), 409, "return_over")
    assert Webhook.objects.order_by("id").last().kind == "return.withdrawn"


def test_what_is_refused(caller: Caller, path: str) -> None:
    problem = assert_problem(caller.post(path, {"amount_minor": AMOUNT + 1}), 422, "more_than_shipped")
    assert problem["facts"] == {"left_minor": AMOUNT}
    items = [{"title": "青禾 12", "quantity": 2}]
    assert_problem(caller.post(path, HALF | {"items": items}), 422, "items_unknown")
    assert_problem(caller.get(f"{path}/019ac1f0-7a60-7c3e-9d2e-6c1f0b7a1e44"), 404, "no_such_return")
    waiting = bought(caller, number="QH-2", phone="+8613800006022", ships=False)
    assert_problem(caller.post(f"/orders/{waiting}/returns", HALF), 409, "not_shipped")
    fresh = caller.order(number="QH-3").json()["id"]
    assert_problem(caller.post(f"/orders/{fresh}/returns", HALF), 409, "not_shipped")


@pytest.mark.parametrize("amount", [0, -1, "all", 1.5, None, True, "1"])
def test_amounts_are_whole_fen_or_the_whole(caller: Caller, path: str, amount: Any) -> None:
    assert_problem(caller.post(path, {"amount_minor": amount}), 422, "invalid")


def test_another_shop_sees_nothing(caller: Caller, path: str) -> None:
    asked = caller.post(path, HALF).json()
    other = Caller(purchasing.admit("other", now=clock.now()).key)
    for answer in (
        other.get(path), other.get(f"{path}/{asked['id']}"), other.post(path, HALF),
        other.post(f"{path}/{asked['id']}/accept", {}), other.post(f"{path}/{asked['id']}/withdraw", {}),
    ):  # fmt: skip
        assert_problem(answer, 404, "not_found")
    second = bought(caller, number="QH-2", phone="+8613800006022")
    assert_problem(caller.get(f"/orders/{second}/returns/{asked['id']}"), 404, "no_such_return")
