"""What a borrower does with a reserve on the pages, as several stories need it."""

import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page, expect

from tests.browser import street as streets
from tests.browser import times
from tests.browser.street import Street
from tests.browser.windows import Window

_READ = timedelta(seconds=11)


def open_shelf(street: Street) -> None:
    """Reserves are sold, and people of the cast are known, each with a card."""
    command = [sys.executable, "-m", "tests.browser.reserve_planting", street.url("sandbox")]
    ended = subprocess.run(command, env=streets.environment(street), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]


def fill_in(page: Page, street: Street, *, plan: str, yuan: str, to: str) -> None:
    """The application as far as its button."""
    page.goto(f"{street.url('borrower')}/reserves/apply?product={plan}")
    page.get_by_label("借多少").first.fill(yuan)
    page.get_by_label("借款用途").select_option(label="日常消费")
    page.get_by_role("radio", name=to).check(force=True)


def apply(page: Page, street: Street, *, plan: str, yuan: str, to: str) -> None:
    fill_in(page, street, plan=plan, yuan=yuan, to=to)
    page.get_by_role("button", name="提交申请").click()


def read(page: Page, street: Street) -> None:
    """The agreement, for as long as it takes."""
    page.get_by_role("link", name="去看合同和签约").click()
    expect(page.get_by_text("秒后可以确认")).to_be_visible()
    times.pass_by(street, _READ)
    page.get_by_role("link", name="看完了，继续").click()
    expect(page.get_by_role("button", name="确认签约")).to_be_visible()


def agree(page: Page) -> None:
    """Every box, and none of them was ticked before."""
    for box in page.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()
        box.check()


def sign(page: Page, street: Street) -> str:
    """Read, agreed and confirmed."""
    read(page, street)
    agree(page)
    return confirm(page)


def confirm(page: Page) -> str:
    """The id of what was signed."""
    page.get_by_role("button", name="确认签约").click()
    page.wait_for_url("**/signed")
    return urlsplit(page.url).path.split("/")[2]


def borrow(page: Page, street: Street, *, plan: str, yuan: str, to: str = "尾号 0017") -> str:
    """The id of a reserve whose money has arrived."""
    apply(page, street, plan=plan, yuan=yuan, to=to)
    signed = sign(page, street)
    await_money(page)
    return signed


def await_money(page: Page) -> None:
    """The page says by itself that it has arrived."""
    expect(page.get_by_role("heading", name="已到账")).to_be_visible(timeout=20_000)


def open_order(page: Page, street: Street, order_id: str) -> None:
    page.goto(f"{street.url('borrower')}/orders/{order_id}")
    expect(page.get_by_role("heading", name="借款详情")).to_be_visible()


def texts_sent(street: Street, phone: str) -> list[str]:
    """All SMS that this phone got, the last one last."""
    with httpx.Client(base_url=street.url("sandbox"), trust_env=False) as client:
        answer = client.get("/_control/sms", params={"phone": f"+86{phone}"}).raise_for_status()
    return [each["text"] for each in sorted(answer.json()["messages"], key=lambda each: each["sent_at"])]


def paid_out(street: Street, amount_minor: int) -> list[str]:
    """What became of UnionPay's payouts of that amount, in their order."""
    with httpx.Client(base_url=street.url("sandbox"), trust_env=False) as client:
        found = client.get("/_control/unionpay/payouts").raise_for_status().json()
    return [each["state"] for each in found["payouts"] if each["amount_minor"] == amount_minor]


def look(window: Window, name: str) -> None:
    """On a phone and at a desk."""
    window.look_at(name, also=("desk",))


def balances(street: Street, order_id: str) -> dict[str, int]:
    """What the books hold of this borrower, in fen, debits above zero; accounts at zero are left out."""
    rows = street.rows(
        "select account, sum(amount_minor)::bigint from ("
        " select borrower_id, debit as account, amount_minor from ledger_posting"
        " union all select borrower_id, credit, -amount_minor from ledger_posting) as sides"
        " where borrower_id = (select borrower_id from lending_order where id = %s)"
        " group by account having sum(amount_minor) <> 0",
        order_id,
    )
    return dict(rows)


def must_verify(street: Street) -> None:
    said = street.verify()
    assert said.returncode == 0, said.stdout + said.stderr
