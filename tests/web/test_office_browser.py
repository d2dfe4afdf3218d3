"""The office's pages in a real browser: accessible, within the window, and walked by keyboard."""

import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Page, Route

from anqi import clock
from anqi.actions import bank, charges, credit_lines, loans, payouts, remittances, repayments, unapplied
from anqi.actions.settlements import accounts
from anqi.lending import policies
from anqi.lending.models import Application, Settlement
from anqi.notices.models import Webhook, WebhookTry
from anqi.payments import channels as ways
from anqi.payments import unread_statements
from anqi.payments.channels.protocol import Succeeded, Unknown
from anqi.payments.models import (
    BankLine,
    ChannelStatement,
    Charge,
    DebitNotice,
    DebitPlan,
    Inbox,
    Mandate,
    Payout,
    Remittance,
    Unapplied,
    UnreadStatement,
)
from anqi.people.models import Device
from anqi.rows.days import SHANGHAI
from anqi.rows.ids import uuid7
from anqi.web.office import policy_forms
from anqi.web.shared import pages
from tests import chromium as browsers
from tests import reserving, settling
from tests.actions.bank_account import Account
from tests.actions.test_payouts import Bank, ask, work
from tests.chromium import AXE
from tests.planting import Planted, days, plant_borrower, plant_cash, plant_loan
from tests.web import application_desk
from tests.web.test_office_doors import desk_of, hire, merchant_id, set_clock

SITE = "http://office.example"
SIZES = {"phone": (390, 844), "desk": (1280, 800)}
# What the width of a window changes; all other rules are asked once.
OF_SIZE = {"runOnly": ["target-size", "scrollable-region-focusable", "region"]}
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
VIOLATIONS = """async (rules) => (await axe.run(document, {resultTypes: ['violations'], ...rules})).violations.map(
    (each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("anqi.config.urls.office"),
    browsers.required,
]
Pages = dict[str, str]
Said = TypeVar("Said")


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)


@pytest.fixture
def lin(monkeypatch: pytest.MonkeyPatch) -> Planted:
    """Everything that a page can show: a loan paid late and twice, a wish that waits, what went wrong on the way."""
    who = plant_loan(starts_on=date(2026, 8, 31))
    loans.wake(now=clock.now(), limit=10)
    wish = charges.Wish(loan_id=who.loan_id, purpose="next")
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[wish], channel="alipay", how="wap", attempt="a", now=clock.now()
    )
    for ref in ("2026101522001400001", "2026101522001400002"):
        result = Succeeded(ref=ref, amount_minor=charge.amount_minor, paid_at=clock.now())
        repayments.learn(channel="alipay", key=charge.key, result=result, learned_by="notice", now=clock.now())
    case = Unapplied.objects.get()
    wanted = unapplied.Wish(
        case_id=case.id, loan_id=who.loan_id, amount_minor=60_000, purpose="next", reason="付了两次"
    )
    unapplied.apply(
        borrower_id=who.borrower_id, application_id=uuid7(), wish=wanted, actor=hire(name="王经办"), now=clock.now()
    )
    plant_trouble()
    plant_transfers(who)
    plant_remittances()
    plant_settlement()
    plant_payouts(monkeypatch)
    plant_debits()
    plant_applications()
    plant_statement()
    return who


def plant_transfers(who: Planted) -> None:
    """Money on the bank account that nobody stated a number for, and that may be a transfer of this borrower's."""
    wish = charges.Wish(loan_id=who.loan_id, purpose="due", amount_minor=53_309)
    charges.open(
        borrower_id=who.borrower_id, wishes=[wish], channel="bank", how="page", attempt="b", now=clock.now()
    )
    account = Account(at=clock.now() - timedelta(hours=1))
    for _ in range(2):
        account.move(53_309, "还款")
    bank.import_statement(account.file(), actor=None, now=clock.now())
    actor, back = hire(name="王经办"), BankLine.objects.latest("seq")
    bank.decide(line_id=back.id, use="send_back", reason="不认识", actor=actor, now=clock.now())
    bank.approve(line_id=back.id, actor=hire("supervisor", "赵复核"), now=clock.now())


def plant_remittances() -> None:
    """One that is late and one that differs, each with lines that it may be, and a line of which no channel told."""
    long_ago = clock.now() - timedelta(days=5)
    file = ChannelStatement.objects.create(
        channel="alipay", day=long_ago.date(), kind="funds", version=1, account="2088", sha256="", raw="", kept_at=long_ago
    )
    for ref in ("W2026100001", "W2026100002"):
        Remittance.objects.create(
            channel="alipay", day=file.day, ref=ref, amount_minor=53_309, told_at=long_ago, statement=file,
            found_at=long_ago,
        )  # fmt: skip
    last = BankLine.objects.latest("seq")
    account = Account(at=last.at.astimezone(SHANGHAI), balance_minor=last.balance_minor)
    for memo in ("提现 W2026100001", ""):
        account.move(53_300, memo, name="支付宝（中国）网络技术有限公司")
    for number, row in enumerate(account.rows):
        row["交易流水号"] = f"R{number}"
    bank.import_statement(account.file(), actor=None, now=clock.now())
    remittances.match(now=clock.now())


def plant_trouble() -> None:
    event = Webhook.objects.create(
        merchant_id=merchant_id(), kind="order.shipped", subject_id=uuid7(), body="{}", state="given_up",
        created_at=clock.now(),
    )  # fmt: skip
    WebhookTry.objects.create(webhook=event, at=clock.now(), status=503)
    Inbox.objects.create(
        channel="alipay", message_key="m", kind="charge", key="stranger", news={"kind": "closed"}, raw=b"x",
        sha256="0" * 64, received_at=clock.now(), state="refused", next_try_at=clock.now(), why="stranger",
    )  # fmt: skip


def plant_payouts(patch: pytest.MonkeyPatch) -> None:
    """One that waits for a supervisor, and one of which nobody knows the end, with somebody's word on it."""
    patch.setattr(ways, "paying_out", lambda: ("unionpay",))
    patch.setattr(ways, "find_payer", lambda code: Bank(answer=Unknown(cause="timeout")))
    for n, amount_minor in enumerate((800_000, 50_000)):
        who = plant_borrower(f"+8613900000{n:03}", now=clock.now())
        ask(plant_cash(now=clock.now(), amount_minor=amount_minor, borrower_id=who), now=clock.now() - days(2))
    work(clock.now() - days(2))
    payouts.judge(
        borrower_id=who, payout_id=Payout.objects.get(state="unknown").id, verdict={"outcome": "failed"},
        reason="核对", actor=hire(name="王经办"), now=clock.now(),
    )  # fmt: skip


def plant_debits() -> None:
    """A plan with two sources, one failed debit and one that hangs, and an announcement that was refused."""
    who = plant_loan(
        starts_on=date(2026, 9, 15), borrower_id=plant_borrower("+8613900000777", now=clock.now())
    )
    own = {"borrower_id": who.borrower_id, "loan_id": who.loan_id}
    plan = DebitPlan.objects.create(
        **own, due_on=clock.today(), expected_minor=53_309, opened_at=clock.now() - days(20), tested_at=clock.now(),
        reminded_at=clock.now() - days(7),
    )  # fmt: skip
    first, second = (
        Mandate.objects.create(
            **own, channel=channel, key=channel, account="138****6021", state="active", terms={}, single_minor=59_000,
            opened_at=clock.now() - days(20), signed_at=clock.now() - days(20),
        )
        for channel in ("alipay", "wechat")
    )  # fmt: skip
    for mandate, state in ((first, "failed"), (second, "processing")):
        Charge.objects.create(
            borrower_id=who.borrower_id, channel=mandate.channel, key=f"d{mandate.channel}", attempt=mandate.channel,
            amount_minor=53_309, subject="按期还款", how="debit", mandate_id=mandate.id, plan_id=plan.id, state=state,
            reason="balance" if state == "failed" else "", opened_at=clock.now() - timedelta(hours=3),
            expires_at=clock.now(), next_try_at=clock.now() if state == "processing" else None,
        )  # fmt: skip
    DebitNotice.objects.create(
        borrower_id=who.borrower_id, plan_id=plan.id, mandate_id=second.id, key="anx", amount_minor=53_309,
        state="refused", reason="no_rights", created_at=clock.now(),
    )  # fmt: skip


def debit_plan_url() -> str:
    plan = DebitPlan.objects.get()
    return f"/borrowers/{plan.borrower_id}/debits/{plan.id}"


def plant_settlement() -> None:
    """A day of the shop, a payment that waits, and two accounts."""
    settling.shut(date(2026, 8, 31))
    settling.give_account()
    settling.propose(clock.today())
    accounts.propose(
        account_id=uuid7(), merchant_id=merchant_id(), name="青禾数码有限公司", bank="工商银行深圳分行",
        number="6222021001116245702", actor=hire(name="王经办"), now=clock.now(),
    )  # fmt: skip


def plant_applications() -> None:
    """One that a borrower questions, from a line that is locked by us, by a borrower with a device."""
    reserving.open_shelf(now=clock.now())
    row = application_desk.questioned()
    credit_lines.lock(
        borrower_id=row.borrower_id, lender_id=row.lender_id, reason="核对", actor=hire(name="王经办"), now=clock.now()
    )
    Device.objects.create(
        borrower_id=row.borrower_id, hash="0" * 64, system="android_phone", browser="chrome", first_seen_at=clock.now(),
        last_seen_at=clock.now(),
    )  # fmt: skip


def plant_statement() -> None:
    """One that never came, and one that was given up."""
    for n in (2, 3):
        unread_statements.note_try(
            "unionpay", clock.today() - days(n), reason="no_answer", detail="code_98", now=clock.now()
        )
    payouts.give_up_statement(
        statement_id=UnreadStatement.objects.earliest("day").id, reason="核对", actor=hire("supervisor", "赵复核"),
        now=clock.now(),
    )  # fmt: skip


def reserve_urls() -> dict[str, str]:
    row = Application.objects.get(state="review")
    whose = f"/borrowers/{row.borrower_id}"
    return {
        "applications": "/applications", "application": f"{whose}/applications/{row.id}", "reviews": "/queue/reserves",
        "policies": "/policies", "rules": f"/policies/{row.lender_id}", "limit": f"{whose}/limits/{row.lender_id}",
        "applicant": whose, "statements": "/queue/statements",
        "statement": f"/statements/{UnreadStatement.objects.latest('day').id}",
    }  # fmt: skip


def payout_url(state: str) -> str:
    payout = Payout.objects.get(state=state)
    return f"/borrowers/{payout.borrower_id}/payouts/{payout.id}"


def urls(who: Planted) -> dict[str, str]:
    whose = f"/borrowers/{who.borrower_id}"
    return {
        "queue": "/", "unapplied": "/queue/unapplied", "inbox": "/queue/inbox", "empty": "/queue/unwoken",
        "search": "/search", "borrower": whose, "loan": f"{whose}/loans/{who.loan_id}",
        "past": f"{whose}/loans/{who.loan_id}?on=2026-09-30", "cases": "/unapplied",
        "case": f"{whose}/unapplied/{Unapplied.objects.get().id}", "trial": "/trial-balance",
        "remittances": "/remittances", "late_remittance": f"/remittances/{Remittance.objects.get(state='told').id}",
        "remittance": f"/remittances/{Remittance.objects.get(state='differing').id}",
        "bank": "/bank", "line": f"/bank/lines/{BankLine.objects.earliest('seq').id}",
        "sent_back": f"/bank/lines/{BankLine.objects.get(use='send_back').id}",
        "merchants": "/merchants", "webhooks": f"/merchants/{merchant_id()}/webhooks",
        "payouts": "/payouts", "released": payout_url("waiting"), "judged": payout_url("unknown"),
        "debits": "/debits/", "debit": debit_plan_url(), "hanging": "/queue/debits",
        "unannounced": "/queue/debit-notices",
        "troubled": "/queue/payouts", "settlements": "/settlements", "shop": f"/settlements/{merchant_id()}",
        "day": f"/settlements/{merchant_id()}/days/{Settlement.objects.get().id}", "accounts": "/queue/shop-accounts",
        **reserve_urls(),
    }  # fmt: skip


def take(who: Planted, *, theme: str = "auto", language: str = "zh-hans") -> Pages:
    """The pages as a supervisor's browser gets them."""
    client: Client = desk_of(hire("supervisor", "李复核"))
    client.cookies[pages.THEME_COOKIE] = theme
    client.cookies["anqi_language"] = language
    taken = {name: client.get(url).content.decode() for name, url in urls(who).items()}
    taken["unmasked"] = client.post(f"/borrowers/{who.borrower_id}/identity", {"reason": "核对"}).content.decode()
    rules = policy_forms.stated(policies.SHIPPED)
    said = {name: "" if value is None else value for name, value in rules.items()}
    previewed = {**said, "since": clock.today().isoformat(), "source": "核对", "months_most": "6"}
    taken["previewed"] = client.post(f"{reserve_urls()['rules']}/preview", previewed).content.decode()
    unsound = client.post(f"{reserve_urls()['rules']}/preview", previewed | {"purposes": [], "years_least": "17"})
    taken["unsound"] = unsound.content.decode()
    taken["hits"] = client.post("/search", {"q": "nothing"}).content.decode()
    return taken


def browse(taken: Pages, look: Callable[[Page], Said]) -> Said:
    """What is seen with these pages in a browser. It has its own thread: Django's database minds its event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_browse, taken, look).result()


def _browse(taken: Pages, look: Callable[[Page], Said]) -> Said:
    with browsers.started() as (_, browser):
        page = browser.new_context(locale="zh-CN", reduced_motion="reduce").new_page()
        page.route("**/*", lambda route: _answer(route, taken))
        return look(page)


def _answer(route: Route, taken: Pages) -> None:
    path = urlsplit(route.request.url).path
    if path.startswith("/static/"):
        file = Path(str(finders.find(path.removeprefix("/static/"))))
        route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])
    elif path[1:] in taken:
        route.fulfill(body=taken[path[1:]], content_type="text/html; charset=utf-8")
    else:
        route.fulfill(body="<!doctype html><title>elsewhere</title>", content_type="text/html; charset=utf-8")


def faults(page: Page, taken: Pages) -> list[str]:
    """What is wrong with the pages, in each size, everything folded opened."""
    found = []
    for name in taken:
        page.goto(f"{SITE}/{name}")
        page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        page.evaluate(AXE)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            rules = {} if size == "phone" else OF_SIZE
            found += [f"{name} {size}: {each}" for each in page.evaluate(VIOLATIONS, rules)]
            if page.evaluate(OVERFLOW) > 0:
                found.append(f"{name} {size}: wider than the window")
            if folder := os.environ.get("ANQI_PICTURES"):
                page.screenshot(path=f"{folder}/{name}-{size}.png", full_page=True)
    return found


@pytest.mark.parametrize(
    ("theme", "language", "names"),
    [
        ("light", "zh-hans", None),
        ("dark", "zh-hans", ("queue", "loan", "case", "inbox", "shop", "debits", "debit", "application", "previewed", "limit")),
        ("light", "en", ("loan", "case", "borrower", "trial", "shop", "settlements", "debits", "debit", "application", "previewed", "limit", "statement")),
    ],
    ids=["light", "dark", "english"],
)
def test_every_page_is_accessible_and_fits(
    lin: Planted, theme: str, language: str, names: tuple[str, ...] | None
) -> None:
    taken = take(lin, theme=theme, language=language)
    taken = {name: page for name, page in taken.items() if not names or name in names}
    assert browse(taken, lambda page: faults(page, taken)) == []


def test_in_english_only_names_are_chinese(lin: Planted) -> None:
    names = (
        "青禾数码有限公司", "工商银行深圳分行", "林**", "林小满", "青禾数码", "青禾消费金融", "12 期", "李复核", "王经办", "赵复核",
        "付了两次", "不认识", "核对", "招商银行", "尾号", "备用金 3 期", "备用金 3 个月", "周**", "昨天填错了用途",
        "简体中文", "语言", "《消费金融公司管理办法》（金融监管总局令2024年第4号）",
    )  # fmt: skip
    for name, page in take(lin, language="en").items():
        text = re.sub(r"<[^>]+>", " ", page.replace("<wbr>", ""))
        for each in names:
            text = text.replace(each, "")
        assert re.findall(r"[\u4e00-\u9fff]+", text) == [], name


def test_the_desk_is_walked_by_keyboard(lin: Planted) -> None:
    """/ goes to the search box, j and k walk the rows, o opens the one that one stands on."""

    def walk(page: Page) -> tuple[str, str, str]:
        page.goto(f"{SITE}/queue")
        page.keyboard.press("/")
        searching = page.evaluate("() => document.activeElement.name")
        page.evaluate("() => document.activeElement.blur()")
        for key in ("j", "j", "k"):
            page.keyboard.press(key)
        here = page.locator("tr[data-here] a").inner_text()
        page.keyboard.press("o")
        page.wait_for_url("**/queue/unapplied")
        return searching, here, urlsplit(page.url).path

    assert browse(take(lin), walk) == ("q", "待核销款", "/queue/unapplied")
