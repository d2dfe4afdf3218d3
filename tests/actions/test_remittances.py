"""What channels remit to the bank: told and arrived, told and late, arrived untold, and another amount."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from anqi.actions import bank, remittances
from anqi.config import verified_house, verified_sides
from anqi.config.cli import reconcile as command
from anqi.config.verification import verify
from anqi.jobs import reconciling, tasks
from anqi.ledger import trial
from anqi.ledger.chart import HOUSE_ACCOUNTS
from anqi.ledger.models import HousePosting
from anqi.payments import channels, remittance_inspection
from anqi.payments.models import BankLine, ReconciliationDay, Remittance
from anqi.people.authority import MayNotAct, NeedsSupervisor, NotTheirs, OwnRequest, ReasonMissing
from anqi.people.models import StaffAct
from tests.actions.bank_account import STATED, Account
from tests.actions.reconciling import Stating, plant
from tests.actions.test_reconciliation import hand_in, offer, pay, staff, write
from tests.config.test_verification import tamper
from tests.planting import at
from tools.statements.movements import Movement

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2026, 9, 30), date(2026, 10, 1)
ONE = timedelta(days=1)
PAID = 53_309
NAME = {
    "alipay": "支付宝（中国）网络技术有限公司", "wechat": "财付通支付科技有限公司", "unionpay": "中国银联股份有限公司",
}  # fmt: skip


@pytest.fixture(autouse=True)
def stated(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.ANQI_BANK = STATED
    for module in (reconciling, tasks):
        monkeypatch.setattr(module.clock, "now", lambda: at(NEXT, 10))
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def account() -> Account:
    return Account(at=at(DAY, 15))


@pytest.fixture
def alipay(monkeypatch: pytest.MonkeyPatch) -> Stating:
    """A payment of the day is planted; its price is not stated."""
    plant([pay("aq1", PAID)], channel="alipay", now=at(NEXT, 10))
    return offer(monkeypatch, "alipay", ("funds",))


def out(amount_minor: int, ref: str, hour: int = 14) -> Movement:
    when = datetime(2026, 9, 30, hour)  # noqa: DTZ001
    return Movement(kind="remittance", key="", ref=ref, amount_minor=-amount_minor, fee_minor=0, at=when)


def fee(amount_minor: int) -> Movement:
    noon = datetime(2026, 9, 30, 12)  # noqa: DTZ001
    return Movement(kind="fee", key="aq1", ref="Taq1", amount_minor=-amount_minor, fee_minor=0, at=noon)


def tell(channel: Stating, *told: Movement) -> None:
    write(channel, [pay("aq1", PAID), *told])
    reconciling.bring(channel.code, DAY, read_inbox=tasks.read_whole_inbox)


def come(
    account: Account, amount_minor: int, memo: str = "", *, on: date = DAY, channel: str = "alipay", name: str = ""
) -> BankLine:
    serial = account.move(amount_minor, memo, name=name or NAME[channel], at=at(on, 16) + len(account.rows) * timedelta(minutes=1))
    bank.import_statement(account.file(), actor=None, now=at(on, 18))
    return BankLine.objects.get(serial=serial)


def match() -> int:
    return remittances.match(now=at(NEXT, 11))


def booked() -> dict[str, int]:
    """What the books have between the channels and the bank."""
    rows = trial.trial_balance(date.max)
    assert trial.total(rows).is_balanced
    told = {row.code: row.balance_minor for row in rows if row.balance_minor and row.code in HOUSE_ACCOUNTS}
    assert not [*verified_house.wrong(), *verified_sides.wrong()]
    return told


def states() -> list[tuple[str, str]]:
    return list(Remittance.objects.order_by("told_at", "nth").values_list("ref", "state"))


def test_what_is_told_and_arrives_is_booked_by_itself_with_the_fees(alipay: Stating, account: Account) -> None:
    tell(alipay, fee(320), out(50_000, "W20260930A"))
    assert booked() == {"in_transit_alipay": PAID - 320, "channel_fees": 320}
    assert states() == [("W20260930A", "told")]
    line = come(account, 50_000)
    assert line.state == "channel"
    assert (match(), match()) == (1, 0)
    assert booked() == {"in_transit_alipay": PAID - 320 - 50_000, "channel_fees": 320, "bank": 50_000}
    line.refresh_from_db()
    row = Remittance.objects.get()
    assert (row.state, row.line_id, row.decided_by, line.state, line.key) == ("arrived", line.id, None, "taken", str(row.id))
    assert set(HousePosting.objects.values_list("cause", "counts_on")) == {("channel_fee", DAY), ("remittance", DAY)}
    assert ReconciliationDay.objects.get().state == "reconciled"
    tell(alipay)
    assert HousePosting.objects.count() == 2, "again it is the same"


def test_the_command_tells_what_was_remitted(
    alipay: Stating, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command.site, "set_up", lambda: True)
    write(alipay, [pay("aq1", PAID), out(50_000, "W20260930A")])
    assert command.run(["--channel", "alipay", "--day", DAY.isoformat()]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["remitted", "told", "W20260930A", "50000"]


def test_the_banks_line_may_come_before_the_channels_word(alipay: Stating, account: Account) -> None:
    come(account, 50_000, on=DAY)
    assert booked() == {"in_transit_alipay": PAID}
    assert [line.amount_minor for line in remittance_inspection.untold(DAY)] == []
    assert [line.amount_minor for line in remittance_inspection.untold(DAY + 4 * ONE)] == [50_000]
    tell(alipay, out(50_000, "W20260930A"))
    assert booked() == {"in_transit_alipay": PAID - 50_000, "bank": 50_000}


def test_of_several_alike_each_has_its_own_and_the_number_goes_before_the_amount(alipay: Stating, account: Account) -> None:
    tell(alipay, *(out(10_000, f"W20260930{name}", hour) for hour, name in enumerate("ABCD", 13)))
    for memo in ("W20260930C", "", "提现"):
        come(account, 10_000, memo)
    twice = come(account, 10_000, "W20260930C")
    match()
    named = Remittance.objects.select_related("line").get(ref="W20260930C").line
    assert named and named.memo == "W20260930C"
    assert [state for _, state in states()] == ["arrived", "arrived", "arrived", "told"], "the last is not the third again"
    twice.refresh_from_db()
    assert (twice.state, list(remittance_inspection.untold(DAY + 4 * ONE))) == ("channel", [twice])
    assert booked()["bank"] == 30_000


def test_told_and_not_come_is_late_after_some_days(alipay: Stating, account: Account) -> None:
    tell(alipay, out(50_000, "W20260930A"))
    for other in (
        come(account, 50_000, channel="wechat"), come(account, 49_999), come(account, 50_000, on=DAY + 11 * ONE),
        come(account, 50_000, name="林小满", on=DAY + 12 * ONE),
    ):  # fmt: skip
        match()
        other.refresh_from_db()
        assert other.state in ("channel", "waiting")
    assert [len(remittance_inspection.late(DAY + n * ONE)) for n in (3, 4)] == [0, 1]
    assert booked() == {"in_transit_alipay": PAID}


def test_another_amount_under_the_channels_number_takes_two_and_the_rest_is_a_fee(alipay: Stating, account: Account) -> None:
    tell(alipay, out(50_000, "W20260930A"))
    line = come(account, 49_900, "提现W20260930A")
    match()
    row = Remittance.objects.get()
    assert (row.state, row.line_id, booked()) == ("differing", line.id, {"in_transit_alipay": PAID})
    assert not remittance_inspection.untold(DAY + 9 * ONE)
    one, another, clerk = staff("supervisor"), staff("supervisor"), staff()
    which: dict[str, Any] = {"remittance_id": row.id, "now": at(NEXT)}
    with pytest.raises(MayNotAct):
        remittances.ask(**which, line_id=line.id, reason="x", actor=staff("auditor"))
    with pytest.raises(ReasonMissing):
        remittances.ask(**which, line_id=line.id, reason=" ", actor=one)
    for _ in range(2):
        assert remittances.ask(**which, line_id=line.id, reason="银行收了费", actor=one).state == "asked"
    with pytest.raises(OwnRequest):
        remittances.approve(**which, actor=one)
    with pytest.raises(NeedsSupervisor):
        remittances.approve(**which, actor=clerk)
    with pytest.raises(NeedsSupervisor):
        remittances.refuse(**which, actor=clerk, reason="no")
    remittances.refuse(**which, actor=another, reason="再看看")
    match()
    row.refresh_from_db()
    assert row.state == "differing"
    remittances.ask(**which, line_id=line.id, reason="银行收了费", actor=one)
    remittances.approve(**which, actor=another)
    with pytest.raises(remittances.RemittanceEnded):
        remittances.approve(**which, actor=another)
    assert booked() == {"in_transit_alipay": PAID - 50_000, "bank": 49_900, "channel_fees": 100}
    assert sorted(StaffAct.objects.values_list("verb", flat=True)) == [
        "approve_remittance", "ask_remittance", "ask_remittance", "refuse_remittance",
    ]  # fmt: skip


def test_a_line_that_nobody_could_know_is_matched_by_hand(alipay: Stating, account: Account) -> None:
    tell(alipay, out(50_000, "W20260930A"), out(7_000, "W20260930B", 15))
    line = come(account, 50_000, name="某备付金账户")
    first, second = Remittance.objects.order_by("told_at")
    told: dict[str, Any] = {"line_id": line.id, "reason": "回单一致", "actor": staff(), "now": at(NEXT)}
    row = remittances.ask(remittance_id=first.id, **told)
    assert (row.state, row.decided_by) == ("arrived", told["actor"].id)
    with pytest.raises(remittances.NoSuchLine):
        remittances.ask(remittance_id=second.id, **told)
    with pytest.raises(remittances.NoSuchLine):
        remittances.ask(remittance_id=second.id, **told | {"line_id": come(account, -7_000, name="某某").id})
    with pytest.raises(NotTheirs):
        remittances.ask(remittance_id=line.id, **told)
    assert booked() == {"in_transit_alipay": PAID - 50_000, "bank": 50_000}


def test_what_never_comes_is_ended_by_two_and_moves_nothing(alipay: Stating) -> None:
    tell(alipay, out(50_000, "W20260930A"), out(50_000, "W20260930A"))
    assert states() == [("W20260930A", "told")] * 2, "the file tells it twice"
    row = Remittance.objects.get(nth=2)
    which: dict[str, Any] = {"remittance_id": row.id, "now": at(NEXT)}
    remittances.ask(**which, line_id=None, reason="文件重复", actor=staff())
    assert remittances.approve(**which, actor=staff("supervisor")).state == "dismissed"
    assert booked() == {"in_transit_alipay": PAID}


def test_a_line_that_is_no_channels_goes_back_to_the_others(alipay: Stating, account: Account) -> None:
    borrower, charged = come(account, 12_300, "林小满支付宝转账"), come(account, -500, "年费")
    clerk = staff()
    for line, then in ((borrower, "waiting"), (charged, "other")):
        assert remittances.release(line_id=line.id, reason="借款人转账", actor=clerk, now=at(NEXT)).state == then
        with pytest.raises(remittances.LineDecided):
            remittances.release(line_id=line.id, reason="借款人转账", actor=clerk, now=at(NEXT))
    with pytest.raises(NotTheirs):
        remittances.release(line_id=clerk.id, reason="x", actor=clerk, now=at(NEXT))


def test_another_version_of_the_file_is_followed(alipay: Stating, account: Account) -> None:
    tell(alipay, out(50_000, "W20260930A"), out(7_000, "W20260930B", 15))
    come(account, 50_000)
    match()

    def again(*told: Movement) -> list[tuple[str, str]]:
        write(alipay, [pay("aq1", PAID), *told])
        hand_in(alipay.files[DAY, "funds"], kind="funds")
        reconciling.bring("alipay", DAY, read_inbox=tasks.read_whole_inbox)
        return states()

    assert again(fee(9), out(50_001, "W20260930A")) == [("W20260930A", "differing"), ("W20260930B", "dismissed")]
    assert booked() == {"in_transit_alipay": PAID - 50_009, "bank": 50_000, "channel_fees": 9}, "what came, came"
    assert again(out(50_000, "W20260930A"), out(7_500, "W20260930B", 15)) == [
        ("W20260930A", "arrived"), ("W20260930B", "told"),
    ]  # fmt: skip
    assert booked() == {"in_transit_alipay": PAID - 50_000, "bank": 50_000}, "and the fee was none"
    assert again()[0] == ("W20260930A", "differing")
    row = Remittance.objects.get(ref="W20260930A")
    remittances.ask(remittance_id=row.id, line_id=row.line_id, reason="银行认，渠道不认", actor=staff(), now=at(NEXT))
    remittances.approve(remittance_id=row.id, actor=staff("supervisor"), now=at(NEXT))
    assert booked() == {"in_transit_alipay": PAID, "bank": 50_000, "channel_fees": -50_000}


@pytest.mark.parametrize("paid_out", [0, 99_999])
def test_unionpay_clears_the_day_as_one_amount_either_way(
    monkeypatch: pytest.MonkeyPatch, account: Account, paid_out: int
) -> None:
    unionpay = offer(monkeypatch, "unionpay", ("clearing",))
    noon = datetime(2026, 9, 30, 12)  # noqa: DTZ001
    told = [Movement(kind="pay", key="aq1", ref="Taq1", amount_minor=PAID, fee_minor=320, at=noon)]
    if paid_out:
        told.append(Movement(kind="payout", key="ap1", ref="Tap1", amount_minor=-paid_out, fee_minor=100, at=noon))
    plant(told, channel="unionpay", now=at(NEXT))
    write(unionpay, told)
    reconciling.bring("unionpay", DAY, read_inbox=tasks.read_whole_inbox)
    fees = 320 + 100 * bool(paid_out)
    net = PAID - paid_out - fees
    assert list(Remittance.objects.values_list("ref", "amount_minor")) == [("20260930", net)]
    come(account, net, on=NEXT, channel="unionpay")
    match()
    assert booked() == {"bank": net, "channel_fees": fees}, "nothing is left in transit"


def test_wechat_is_read_alike(monkeypatch: pytest.MonkeyPatch, account: Account) -> None:
    wechat = offer(monkeypatch, "wechat", ("funds",))
    plant([pay("aq1", PAID)], channel="wechat", now=at(NEXT))
    tell(wechat, out(50_000, "1000039801"), out(-2_000, "1000039802", 15))
    come(account, -2_000, channel="wechat")
    come(account, 50_000, channel="wechat")
    tasks.reconcile_days()
    assert booked() == {"in_transit_wechat": PAID - 48_000, "bank": 48_000}


def test_what_a_worker_left_is_learned_and_what_is_changed_is_found(alipay: Stating, account: Account) -> None:
    tell(alipay, fee(320), out(50_000, "W20260930A"))
    line = come(account, 50_000)
    match()
    assert remittances.due() == []
    ReconciliationDay.objects.update(learned_from=None)
    assert remittances.due() == [("alipay", DAY)]
    tasks.reconcile_days()
    assert (remittances.due(), HousePosting.objects.count()) == ([], 2)
    day, row = ReconciliationDay.objects.get(), Remittance.objects.get()
    tamper("update payments_reconciliation_day set fee_minor = 321")
    tamper("update payments_remittance set amount_minor = 50001")
    assert list(verified_house.wrong()) == [
        ("channel_fee", None, f"{day.id}: -320 booked in transit, -321 by the channel's word"),
        ("remittance", None, f"{row.id}: -50000 booked in transit, -50001 by the channel's word"),
    ]
    tamper("update payments_remittance set amount_minor = 50000, line_id = null")
    tamper("update payments_reconciliation_day set fee_minor = 320")
    wrong = [(each.what, each.where) for each in verify(today=NEXT).wrong if each.what.startswith("bank")]
    assert wrong[:2] == [
        ("bank_line", f"remittance {row.id}: 50000 on {DAY} booked, nothing on the statement"),
        ("bank_line", f"unknown {row.id}: nothing booked, 50000 on {DAY} on the statement"),
    ], line
