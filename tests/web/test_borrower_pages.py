"""What the borrower's pages show, to whom, in which language, at what price to the database."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from anqi import clock
from anqi.actions import charges, purchases, repayments
from anqi.actions.charges import Wish
from anqi.documents.models import Document
from anqi.lending.models import Fact
from anqi.payments import channels
from anqi.payments.channels.protocol import Succeeded
from tests import purchasing
from tests.planting import Planted, at, plant_borrower, plant_loan
from tests.purchasing import NOON, TODAY
from tests.web.borrower_stand import GATEWAY, Cashier, Watch, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=at(FIRST_DUE))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    return watch


@pytest.fixture
def cashier(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Cashier:
    settings.ANQI_ALIPAY = {"gateway": f"{GATEWAY}/gateway.do"}
    cashier = Cashier()
    monkeypatch.setattr(channels, "find", lambda code: cashier)
    return cashier


@pytest.fixture
def lin(watch: Watch, cashier: Cashier) -> Planted:
    return plant_loan(starts_on=STARTED)


def pay(who: Planted, on: date, *, purpose: str = "due", amount_minor: int | None = None, ref: str = "") -> UUID:
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose=purpose, amount_minor=amount_minor)],
        channel="alipay", how="wap", attempt=uuid4().hex, now=at(on),
    )  # fmt: skip
    repayments.learn(
        channel="alipay", key=charge.key, learned_by="notice", now=at(on, 12, 1),
        result=Succeeded(ref=ref or uuid4().hex, amount_minor=charge.amount_minor, paid_at=at(on)),
    )  # fmt: skip
    return charge.id


def text_of(response: Any) -> str:
    return str(response.content.decode())


def plain(response: Any) -> str:
    """The page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text_of(response)))


# Who may see what


def test_a_fragment_asked_for_by_nobody_moves_the_whole_page_to_the_log_in(lin: Planted) -> None:
    headers = {
        "HX-Request": "true", "HX-Request-Type": "partial",
        "HX-Current-URL": f"http://testserver/orders/{lin.order_id}/pay",
    }  # fmt: skip
    response = Client().get(f"/orders/{lin.order_id}/pay/preview", headers=headers)
    assert response.headers["HX-Redirect"] == f"/login?next=%2Forders%2F{lin.order_id}%2Fpay"


# What they say


def test_home_adds_up_all_loans_and_starts_with_the_most_urgent(lin: Planted, watch: Watch) -> None:
    other = plant_loan(borrower_id=lin.borrower_id, starts_on=date(2026, 9, 20), principal="1200.00", instalments=3)
    watch.now = at(date(2026, 10, 5))
    page = plain(signed_in(lin.borrower_id).get("/"))
    assert "第 1 期已逾期 · 应还 ¥534.27" in page
    assert "已过还款日 ¥534.27" in page
    assert "本月到期 ¥941.12" in page
    assert "本月待还 ¥1,475.39" in page
    total = re.search(r"全部待还 ¥([\d,.]+)", page)
    order_pages = [plain(signed_in(lin.borrower_id).get(f"/orders/{each.order_id}")) for each in (lin, other)]
    remaining = [re.search(r"剩余应还 截至 10月5日 ¥ ([\d,]+) (\.\d\d)", each) for each in order_pages]
    assert total
    assert fen(total[1]) == sum(fen(found[1] + found[2]) for found in remaining if found)
    assert page.index("逾期 5 天") < page.index("未到期")


def fen(text: str) -> int:
    return int(text.replace(",", "").replace(".", ""))


def test_home_of_somebody_new_is_empty_and_kind(watch: Watch) -> None:
    page = plain(signed_in(plant_borrower(now=NOON)).get("/"))
    assert "现在没有要还的" in page
    assert "¥ 0 .00" in page


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (FIRST_DUE - timedelta(days=5), ["5 天后还款", "9月30日应还 ¥533.09", "提前还款"]),
        (FIRST_DUE, ["今天应还 ¥533.09", "今天 24:00 前还清都不算晚", "立即还款"]),
        (FIRST_DUE + timedelta(days=2), ["第 1 期在宽限期内", "10月3日当天 24:00 前还清，不收罚息", "现在应还 ¥533.09"]),
        (
            FIRST_DUE + timedelta(days=5),
            ["第 1 期已逾期 · 应还 ¥534.27", "其中罚息 ¥1.18", "罚息 按 10月5日 算，还清以前每天增加。 ¥1.18 逾期本金 ¥473.09 × 每天 0.05% × 5 天 ¥1.182725",
             "本金 ¥473.09", "利息 ¥60.00"],
        ),
    ],
)  # fmt: skip
def test_the_order_says_what_is_due_and_why(lin: Planted, watch: Watch, on: date, said: list[str]) -> None:
    watch.now = at(on)
    page = plain(signed_in(lin.borrower_id).get(f"/orders/{lin.order_id}"))
    for each in said:
        assert each in page


def test_every_instalment_opens_to_its_parts_and_payments(lin: Planted, watch: Watch) -> None:
    pay(lin, FIRST_DUE, amount_minor=20000)
    pay(lin, FIRST_DUE)
    page = plain(signed_in(lin.borrower_id).get(f"/orders/{lin.order_id}"))
    assert "9月30日 12:00 支付宝还款 ¥200.00" in page
    assert "9月30日 12:00 支付宝还款 ¥333.09" in page
    assert "利息 ¥60.00 期初剩余本金 ¥6,000.00 × 本期利率 1%" in page
    assert page.count("第 1 期") >= 1
    assert text_of(signed_in(lin.borrower_id).get(f"/orders/{lin.order_id}")).count('<span class="aq-step-n">') == 12


def test_the_payments_on_the_timeline_add_up_to_what_was_paid(lin: Planted, watch: Watch) -> None:
    from anqi.lending import queries

    pay(lin, FIRST_DUE - timedelta(days=9), purpose="due", amount_minor=70000)
    pay(lin, FIRST_DUE + timedelta(days=20), amount_minor=12345)
    pay(lin, FIRST_DUE + timedelta(days=40), purpose="next")
    today = FIRST_DUE + timedelta(days=41)
    order = queries.order(lin.borrower_id, lin.order_id, today=today)
    assert order
    assert order.loan
    assert order.loan.standing
    made = queries.payments(order.loan.held, today=today)
    for row in order.loan.standing.instalments:
        lines = [line.amount_minor for each in made if each.effect for line in each.effect.lines if line.n == row.n]
        assert sum(lines) == row.paid_minor


def test_receipts_print_what_was_paid_and_left(lin: Planted) -> None:
    pay(lin, FIRST_DUE, ref="2026093022001")
    visitor = signed_in(lin.borrower_id)
    receipt = Document.objects.get()
    page = plain(visitor.get(f"/receipts/{receipt.id}"))
    for said in ("第 1 期", "本金 ¥473.09", "利息 ¥60.00", "还后剩余应还 ¥5,864.02", "2026093022001", receipt.sha256):
        assert said in page
    assert "¥533.09" in plain(visitor.get("/receipts"))


def test_a_receipt_that_was_changed_is_not_shown(lin: Planted) -> None:
    from anqi.documents import queries

    pay(lin, FIRST_DUE)
    row = Document.objects.get()
    row.body = row.body.replace("53309", "53308")
    with pytest.raises(AssertionError):
        queries._read(row)


def test_badges_come_from_the_contract(watch: Watch) -> None:
    shop, lin = purchasing.open_street(), purchasing.welcome()
    watch.now = NOON
    waiting = purchasing.opened(shop, lin, number="QH-1")
    signed = purchasing.opened(shop, lin, number="QH-2")
    purchasing.sign(signed)
    running = purchasing.opened(shop, lin, number="QH-3")
    purchasing.sign(running)
    purchasing.ship(running)
    declined = purchasing.opened(shop, lin, number="QH-4")
    purchases.decline(borrower_id=lin, order_id=declined.id, now=NOON)
    visitor = signed_in(lin)
    listed = text_of(visitor.get("/orders")).split('<div class="aq-order-list">')[1]
    assert re.findall(r'aq-badge" data-st="(\w+)"', listed) == [
        "cancelled", "active", "confirmed", "created",
    ]  # fmt: skip
    for state, order in (("created", waiting), ("confirmed", signed), ("shipped", running)):
        page = text_of(visitor.get("/orders", {"state": state}))
        assert re.findall(r'<h2><a href="/orders/([^"]+)"', page) == [str(order.id)]
    assert visitor.get("/orders?state=nonsense").status_code == 404
    assert visitor.get("/orders?before=nonsense").status_code == 404
    watch.now = at(TODAY + timedelta(days=40))
    assert "逾期 10 天" in text_of(visitor.get("/orders"))
    assert "等商家发货" in text_of(visitor.get(f"/orders/{signed.id}"))
    assert "发货日之后一个月的同一天" in text_of(visitor.get(f"/orders/{signed.id}"))
    assert "还没有签约" in text_of(visitor.get(f"/orders/{waiting.id}"))
    assert "已取消" in text_of(visitor.get(f"/orders/{declined.id}"))
    assert visitor.get(f"/orders/{signed.id}/pay").status_code == 409


def test_a_long_list_is_turned_page_by_page(watch: Watch) -> None:
    shop, lin = purchasing.open_street(), purchasing.welcome()
    orders = [purchasing.opened(shop, lin, number=f"QH-{n}") for n in range(23)]
    visitor = signed_in(lin)
    first = text_of(visitor.get("/orders"))
    older = re.search(r'href="(/orders\?before=[^"]+)"', first)
    assert older
    second = text_of(visitor.get(older[1]))
    shown = re.findall(r'<h2><a href="/orders/([^"]+)"', first + second)
    assert shown == [str(order.id) for order in reversed(orders)]
    assert "更早的订单" not in second


def test_me_shows_counts_and_hides_the_person(lin: Planted) -> None:
    page = plain(signed_in(lin.borrower_id).get("/me"))
    assert "138****6021" in page
    assert "林**" in page
    assert "林小满" not in page
    assert "分期中 1" in page


def test_a_reversed_payment_is_shown_as_one(lin: Planted, watch: Watch) -> None:
    pay(lin, FIRST_DUE)
    fact = Fact.objects.get(kind="payment")
    Fact.objects.create(
        borrower_id=lin.borrower_id, loan_id=lin.loan_id, seq=99, hash=b"", kind="reversal",
        counts_on=FIRST_DUE + timedelta(days=1), body={"of": str(fact.id)}, actor="anqi", key="reversal",
        recorded_at=NOON,
    )  # fmt: skip
    watch.now = at(FIRST_DUE + timedelta(days=1))
    page = plain(signed_in(lin.borrower_id).get(f"/orders/{lin.order_id}"))
    assert "已撤回，不算还款" in page
    assert "第 1 期在宽限期内" in page


# What they cost, and in which language


def test_the_pages_ask_the_database_little_however_many_loans(
    lin: Planted, watch: Watch, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for n in range(6):
        plant_loan(borrower_id=lin.borrower_id, starts_on=STARTED + timedelta(days=n))
    pay(lin, FIRST_DUE)
    pay(lin, FIRST_DUE + timedelta(days=1), purpose="next")
    visitor = signed_in(lin.borrower_id)
    receipt = Document.objects.latest("issued_at")
    pages = ("/", "/me", "/orders", "/receipts", f"/receipts/{receipt.id}", f"/orders/{lin.order_id}")
    for address in pages:
        with django_assert_max_num_queries(15 if address.startswith("/orders/") else 12):
            assert visitor.get(address).status_code == 200, address


class Prose(HTMLParser):
    """What a page says, without what is marked as Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.inside: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("meta", "link", "input", "br", "img"):
            self._hear(attrs)
            return
        chinese = dict(attrs).get("lang") == "zh-Hans" or (bool(self.inside) and self.inside[-1])
        self.inside.append(chinese)
        self._hear(attrs)

    def _hear(self, attrs: list[tuple[str, str | None]]) -> None:
        if not (self.inside and self.inside[-1]):
            self.said += [value for name, value in attrs if value and name != "value"]

    def handle_endtag(self, tag: str) -> None:
        if self.inside:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not (self.inside and self.inside[-1]):
            self.said.append(data)


def chinese_in(response: Any, *, names: tuple[str, ...]) -> list[str]:
    prose = Prose()
    prose.feed(text_of(response))
    said = " ".join(prose.said)
    for name in names:
        said = said.replace(name, "")
    return re.findall(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+", said)


def test_english_pages_speak_english(watch: Watch, cashier: Cashier) -> None:
    shop, lin = purchasing.open_street(), purchasing.welcome()
    names = ("青禾 12", "青禾数码", "青禾消费金融", "林", "支", "微", "银", "简体中文", "语言")
    watch.now = NOON
    unsigned, signed = purchasing.opened(shop, lin, number="A-1"), purchasing.opened(shop, lin, number="A-2")
    running = purchasing.opened(shop, lin, number="A-3")
    purchasing.sign(signed)
    loan = purchasing.sign(running)
    purchasing.ship(running)
    who = Planted(borrower_id=lin, loan_id=loan.id, order_id=running.id, merchant_order_id=running.merchant_order_id)
    for later in (0, 30, 32, 45):
        watch.now = at(TODAY + timedelta(days=later))
        visitor = signed_in(lin, language="en")
        pages = [
            "/", "/me", "/orders", "/receipts", f"/orders/{unsigned.id}", f"/orders/{signed.id}",
            f"/orders/{signed.id}/agreement", f"/orders/{signed.id}/signed", f"/orders/{running.id}",
            f"/orders/{running.id}/pay", f"/orders/{running.id}/pay?what=all", f"/orders/{running.id}/pay?what=own",
            f"/orders/{running.id}/pay?what=own&amount=x", f"/orders/{running.id}/pay?what=own&amount=77777",
            f"/orders/{signed.id}/pay", f"/orders/{unsigned.id}/sign", f"/orders/{uuid4()}",
        ]  # fmt: skip
        for address in pages:
            assert chinese_in(visitor.get(address), names=names) == [], (later, address)
    charge_id = pay(who, TODAY + timedelta(days=45))
    receipt = Document.objects.get()
    other = charges.open(
        borrower_id=lin, wishes=[Wish(loan_id=loan.id, purpose="all")], channel="alipay", how="page",
        attempt="other", now=watch.now,
    )  # fmt: skip
    for address in (f"/charges/{charge_id}", f"/charges/{other.id}", f"/charges/{other.id}?step=2", "/",
                    f"/receipts/{receipt.id}", f"/orders/{running.id}"):  # fmt: skip
        assert chinese_in(visitor.get(address), names=names) == [], address
    stranger = Client(headers={"accept-language": "en"})
    for response in (stranger.get("/login"), stranger.post("/login", {"phone": "1"})):
        assert chinese_in(response, names=names) == []
