"""Statements that can't be had or read, at the desk: which, why, tried again, handed in as a file, or given up; and
that no day is forgotten by itself."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anqi import clock
from anqi.actions import payouts
from anqi.jobs import tasks
from anqi.payments import channels, unread_statements
from anqi.payments.models import Payout, ReadStatement, UnreadStatement
from anqi.payments.statements import Row, StatementUnreadable
from anqi.people.authority import MayNotAct, NeedsSupervisor, NotTheirs, ReasonMissing
from anqi.people.models import StaffAct
from anqi.rows.ids import uuid7
from tests.actions import test_payouts
from tests.actions.test_payouts import Bank, File, ask, paid, work
from tests.planting import at, days, plant_cash
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, set_clock
from tests.web.test_office_turns import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]
YESTERDAY = TODAY - days(1)


@dataclass
class Stating(Bank):
    """A channel whose file of a day can fail in every way that a file can."""

    faults: dict[date, Exception] = field(default_factory=dict)

    def statement(self, day: date, *, kind: str) -> File:
        if day in self.faults:
            raise self.faults[day]
        return super().statement(day, kind=kind)

    def handed_in(self, file: bytes, *, day: date, kind: str) -> File:
        if file != b"file" or day not in self.files:
            return Rubbish(day=day, told=[])
        return File(day=day, told=self.files[day])


class Rubbish(File):
    """A file that can't be read."""

    def rows(self) -> list[Row]:
        raise StatementUnreadable("damaged")


@pytest.fixture(autouse=True)
def bank(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stating:
    set_clock(settings, tmp_path)
    found = Stating()
    monkeypatch.setattr(channels, "paying_out", lambda: ("unionpay",))
    monkeypatch.setattr(channels, "stating_payouts", lambda: ("unionpay",))
    for name in ("find_payer", "find_stating"):
        monkeypatch.setattr(channels, name, lambda code: found)
    return found


def payout(bank: Bank, *, ago: int) -> Payout:
    """Arrived so many days ago."""
    when = clock.now() - days(ago)
    row = ask(plant_cash(now=when), now=when)
    bank.answer = paid(row, paid_at=when)
    work(when)
    row.refresh_from_db()
    assert row.state == "succeeded"
    return row


def came_back(row: Payout, on: date) -> list[Row]:
    return [test_payouts.came_back(row, amount_minor=row.amount_minor, at=at(on, 9))]


def unread(*, now: datetime | None = None) -> list[date]:
    return [day for _channel, day in payouts.unread(now=now or clock.now())]


def the(day: date) -> UnreadStatement:
    return UnreadStatement.objects.get(day=day)


def url(day: date, act: str = "") -> str:
    return f"/statements/{the(day).id}{act and f'/{act}'}"


def test_before_the_first_payout_there_is_nothing_to_look_through(bank: Stating) -> None:
    assert unread() == []
    payout(bank, ago=3)
    assert unread() == [TODAY - days(3), TODAY - days(2), YESTERDAY]


def test_no_day_is_forgotten_however_long_nobody_looked(bank: Stating) -> None:
    """Ten days used to be all that was ever tried."""
    payout(bank, ago=40)
    bank.files = {TODAY - days(n): [] for n in range(1, 41) if n != 25}
    tasks.read_statements()
    assert ReadStatement.objects.count() == 39
    late = TODAY - days(25)
    assert (the(late).tries, the(late).reason) == (1, "nothing")
    # What is long past is tried once a day, so that a channel that has lost it isn't asked for ever and ever.
    assert unread() == []
    assert unread(now=clock.now() + days(1))[0] == late
    assert unread(now=clock.now() + days(400))[0] == late


def test_a_young_one_is_tried_each_time(bank: Stating) -> None:
    payout(bank, ago=1)
    for _ in range(3):
        tasks.read_statements()
    assert (the(YESTERDAY).tries, unread()) == (3, [YESTERDAY])
    bank.files = {YESTERDAY: []}
    tasks.read_statements()
    assert (the(YESTERDAY).read_at is not None, unread()) == (True, [])


def test_one_stands_in_the_queue_from_the_next_noon_on_and_unreadable_at_once(bank: Stating) -> None:
    payout(bank, ago=1)
    tasks.read_statements()
    assert list(unread_statements.waiting(at(TODAY, 11))) == []
    assert list(unread_statements.waiting(at(TODAY, 12))) == [the(YESTERDAY)]
    UnreadStatement.objects.update(reason="no_answer")
    bank.faults = {YESTERDAY: StatementUnreadable("damaged")}
    tasks.read_statements()
    assert list(unread_statements.waiting(at(TODAY, 8))) == [the(YESTERDAY)]
    assert the(YESTERDAY).reason == "unreadable"
    assert "can't be unpacked" in the(YESTERDAY).detail


def test_the_queue_tells_which_why_and_how_often_and_leads_to_it(bank: Stating) -> None:
    payout(bank, ago=2)
    bank.faults = {YESTERDAY: OSError("code_77")}
    tasks.read_statements()
    told = text_of(desk().get("/queue/statements").content.decode())
    assert "银行卡 2026年10月13日的对账单 渠道还没有这一天的对账单，试过 1 次" in told
    assert "渠道没有给出答复，试过 1 次" in told
    page = text_of(desk("auditor").get(url(YESTERDAY)).content.decode())
    for words in ("银行卡 · 渠道的对账单 10月14日", "渠道没有给出答复", "code_77", "试过几次 1"):
        assert words in page, words
    assert "马上再取一次" not in page
    assert "没有读到的渠道对账单 2" in text_of(desk().get("/").content.decode())


def test_it_is_tried_now_and_what_it_tells_is_learned(bank: Stating) -> None:
    row = payout(bank, ago=3)
    bank.files = {TODAY - days(3): [], TODAY - days(2): []}
    tasks.read_statements()
    client = desk()
    answer = client.post(url(YESTERDAY, "try"))
    assert (answer.status_code, "还是没有拿到" in answer.content.decode(), the(YESTERDAY).tries) == (409, True, 2)
    bank.files[YESTERDAY] = came_back(row, YESTERDAY)
    answer = client.post(url(YESTERDAY, "try"), follow=True)
    assert "有 1 笔放款被退回，已入账" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "returned"
    assert "没有要处理的" in client.get("/queue/statements").content.decode()
    assert client.post(url(YESTERDAY, "try")).status_code == 409
    assert [each.verb for each in StaffAct.objects.filter(verb="try_statement")] == ["try_statement"] * 2


def test_one_that_can_not_be_read_stays_and_says_why(bank: Stating) -> None:
    payout(bank, ago=1)
    bank.faults = {YESTERDAY: StatementUnreadable("damaged")}
    tasks.read_statements()
    answer = desk().post(url(YESTERDAY, "try"))
    assert (answer.status_code, "这份文件读不懂" in answer.content.decode()) == (409, True)
    assert (the(YESTERDAY).tries, ReadStatement.objects.exists()) == (2, False)


def hand_in(client: Any, contents: bytes, reason: str = "后台下载") -> Any:
    file = SimpleUploadedFile("INN.zip", contents)
    return client.post(url(YESTERDAY, "file"), {"file": file, "reason": reason})


def test_a_file_fetched_by_hand_goes_through_the_same_checks_and_is_a_supervisors(bank: Stating) -> None:
    row = payout(bank, ago=1)
    tasks.read_statements()
    bank.files, bank.faults = {YESTERDAY: came_back(row, YESTERDAY)}, {YESTERDAY: OSError("down")}
    client = desk("supervisor")
    assert hand_in(desk(), b"file").status_code == 403
    assert hand_in(client, b"file", reason=" ").status_code == 422
    assert hand_in(client, b"").status_code == 422
    answer = hand_in(client, b"of another day")
    assert (answer.status_code, "读不懂，或不是这一天的" in answer.content.decode()) == (409, True)
    row.refresh_from_db()
    assert (row.state, ReadStatement.objects.exists()) == ("succeeded", False)
    assert hand_in(client, b"file").status_code == 302
    row.refresh_from_db()
    assert (row.state, ReadStatement.objects.get().day) == ("returned", YESTERDAY)
    act = StaffAct.objects.filter(verb="take_statement").latest("at")
    assert (act.reason, act.object_id, len(act.detail["sha256"])) == ("后台下载", the(YESTERDAY).id, 64)
    assert hand_in(client, b"file").status_code == 409


def test_it_is_given_up_by_a_supervisor_with_a_reason_and_then_rests(bank: Stating) -> None:
    payout(bank, ago=1)
    tasks.read_statements()
    boss = hire("supervisor", "赵复核")
    client = desk_of(boss)
    assert desk().post(url(YESTERDAY, "give-up"), {"reason": "算了"}).status_code == 403
    assert client.post(url(YESTERDAY, "give-up"), {"reason": ""}).status_code == 409
    assert unread() == [YESTERDAY]
    assert client.post(url(YESTERDAY, "give-up"), {"reason": "那天没有交易"}).status_code == 302
    assert (unread(), unread(now=clock.now() + days(1))) == ([], [TODAY])
    page = text_of(client.get(url(YESTERDAY)).content.decode())
    for words in ("已放弃", "赵复核", "那天没有交易", "放弃过的"):
        assert words in page, words
    assert "没有要处理的" in client.get("/queue/statements").content.decode()
    [act] = StaffAct.objects.filter(verb="give_up_statement")
    assert (act.actor_id, act.reason, act.detail) == (
        boss.id, "那天没有交易", {"channel": "unionpay", "day": YESTERDAY.isoformat()},
    )  # fmt: skip
    assert client.post(url(YESTERDAY, "give-up"), {"reason": "再次"}).status_code == 409


def test_the_action_itself_knows_who_may(bank: Stating) -> None:
    payout(bank, ago=1)
    tasks.read_statements()
    bank.files = {YESTERDAY: []}
    stated = {"statement_id": the(YESTERDAY).id, "reason": "后台下载", "now": clock.now()}
    for act, more in ((payouts.take_statement, {"file": b"file"}), (payouts.give_up_statement, {})):
        for changed, refusal in (
            ({"actor": hire()}, NeedsSupervisor), ({"actor": hire("auditor")}, MayNotAct), ({"reason": " "}, ReasonMissing),
            ({"statement_id": uuid7()}, NotTheirs),
        ):  # fmt: skip
            with pytest.raises(refusal):
                act(**{"actor": hire("supervisor")} | stated | more | changed)  # type: ignore[operator]
    with pytest.raises(MayNotAct):
        payouts.try_statement(statement_id=the(YESTERDAY).id, actor=hire("auditor"), now=clock.now())
    assert unread() == [YESTERDAY]


def test_a_channel_that_is_not_offered_any_more_is_no_accident(
    bank: Stating, monkeypatch: pytest.MonkeyPatch
) -> None:
    payout(bank, ago=1)
    tasks.read_statements()

    def gone(code: str) -> Any:
        raise LookupError(code)

    monkeypatch.setattr(channels, "find_stating", gone)
    assert desk().post(url(YESTERDAY, "try")).status_code == 409
    assert hand_in(desk("supervisor"), b"file").status_code == 409


def test_what_does_not_exist_is_not_found_and_auditors_only_read(bank: Stating) -> None:
    payout(bank, ago=1)
    tasks.read_statements()
    for act in ("try", "file", "give-up"):
        assert desk("auditor").post(url(YESTERDAY, act), {"reason": "x"}).status_code == 403
        assert desk("supervisor").get(url(YESTERDAY, act)).status_code == 405
    assert desk().get(f"/statements/{uuid7()}").status_code == 404
    assert desk().post(f"/statements/{uuid7()}/try").status_code == 404
