"""The trial balance, and its file of exactly what the page shows; what merchants were told, and telling it again."""

import csv
import io
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from anqi import clock
from anqi.actions import loans
from anqi.ledger import trial
from anqi.ledger.models import Account
from anqi.lending.models import Merchant
from anqi.notices.models import Webhook, WebhookTry
from anqi.people.models import StaffAct
from anqi.rows.ids import uuid7
from tests.planting import Planted, plant_borrower, plant_loan
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    """Every test plays at noon of one day, so that no month's length matters."""
    set_clock(settings, tmp_path)


@pytest.fixture
def lin() -> Planted:
    """Its first instalment is due today."""
    who = plant_loan(starts_on=date(2026, 9, 15))
    loans.wake(now=clock.now(), limit=10)
    return who


def test_every_account_stands_in_it_and_both_sides_are_equal(lin: Planted) -> None:
    rows = trial.trial_balance(TODAY)
    assert {row.code for row in rows} == set(Account.objects.values_list("code", flat=True))
    total = trial.total(rows)
    assert total.debit_minor == total.credit_minor == 600_000 + 6_000
    assert total.is_balanced
    assert sum(row.balance_minor for row in rows) == 0
    by_code = {row.code: row for row in rows}
    assert by_code["receivable_principal"].balance_minor == 600_000
    assert by_code["merchant_payable"].balance_minor == -600_000
    assert (by_code["waived"].debit_minor, by_code["waived"].credit_minor) == (0, 0)


def test_it_goes_over_all_borrowers_and_up_to_a_day(lin: Planted) -> None:
    plant_loan(starts_on=TODAY, borrower_id=plant_borrower("+8613900001111", now=clock.now()))
    assert trial.total(trial.trial_balance(TODAY)).debit_minor == 1_206_000
    assert trial.total(trial.trial_balance(TODAY - timedelta(days=1))).debit_minor == 600_000
    assert trial.total(trial.trial_balance(date(2026, 9, 14))).debit_minor == 0


def test_assets_come_first(lin: Planted) -> None:
    sides = [row.side for row in trial.trial_balance(TODAY)]
    assert list(dict.fromkeys(sides)) == ["asset", "liability", "income", "expense"]


def test_it_takes_one_statement(lin: Planted, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        trial.trial_balance(TODAY)


def test_the_file_says_exactly_what_the_page_says(lin: Planted) -> None:
    client, on = desk("auditor"), str(TODAY)
    page = client.get("/trial-balance", {"on": on}).content.decode()
    file = client.get("/trial-balance.csv", {"on": on})
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="trial-balance-{on}-now.csv"' in file.headers["Content-Disposition"]
    table = page[page.index("<tbody>") : page.index("</table>")]
    shown = [
        [re.sub(r"<[^>]+>", "", cell).replace("¥", "").replace(",", "").replace("−", "-") for cell in cells]
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        if len(cells := re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)) == 6
    ]
    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert lines[0] == ["截至", on, "按现在所知"]
    assert lines[2:-1] == shown
    assert lines[-1] == ["合计", "", "", "6060.00", "6060.00", "0.00"]
    assert "借贷相等" in page


def test_the_page_shows_the_day_that_is_asked_for(lin: Planted) -> None:
    yesterday = TODAY - timedelta(days=1)
    page = desk().get("/trial-balance", {"on": str(yesterday)}).content.decode()
    assert f"/trial-balance.csv?on={yesterday}" in page
    assert "¥6,060.00" not in page


def event(state: str = "given_up") -> Webhook:
    row = Webhook.objects.create(
        merchant_id=Merchant.objects.get().id, kind="order.shipped", subject_id=uuid7(), body='{"secret": "S"}',
        state=state, created_at=clock.now() - timedelta(days=2), tries=9,
    )  # fmt: skip
    WebhookTry.objects.create(webhook=row, at=clock.now() - timedelta(days=1), status=503)
    WebhookTry.objects.create(webhook=row, at=clock.now(), status=None, why="ConnectTimeout")
    return row


def test_each_attempt_and_answer_is_shown(lin: Planted) -> None:
    row = event()
    page = desk().get(f"/merchants/{row.merchant_id}/webhooks").content.decode()
    for told in ("order.shipped", "503", "ConnectTimeout", "已放弃", "再发一次"):
        assert told in page


@pytest.mark.parametrize("state", ["given_up", "waiting", "delivered"])
def test_sent_again_it_is_due_now(lin: Planted, state: str) -> None:
    row, user = event(state), hire()
    answer = desk_of(user).post(f"/merchants/{row.merchant_id}/webhooks/{row.id}/again")
    assert answer["Location"] == f"/merchants/{row.merchant_id}/webhooks"
    row.refresh_from_db()
    assert row.state == "waiting"
    assert row.next_try_at is not None
    assert row.next_try_at <= clock.now()
    act = StaffAct.objects.get()
    assert (act.verb, act.actor_id, act.object_id) == ("send_webhook_again", user.id, row.id)


def test_another_merchants_event_is_not_here(lin: Planted) -> None:
    row = event()
    other = Merchant.objects.create(code="other", name="另一家店", created_at=clock.now())
    assert desk().post(f"/merchants/{other.id}/webhooks/{row.id}/again").status_code == 404
    row.refresh_from_db()
    assert row.state == "given_up"
    assert "order.shipped" not in desk().get(f"/merchants/{other.id}/webhooks").content.decode()


def test_a_long_log_is_paged(lin: Planted) -> None:
    merchant_id = Merchant.objects.get().id
    Webhook.objects.bulk_create(
        Webhook(merchant_id=merchant_id, kind=f"event.{n}", subject_id=uuid7(), body="{}",
                created_at=clock.now() - timedelta(minutes=n))
        for n in range(55)
    )  # fmt: skip
    client, url = desk(), f"/merchants/{merchant_id}/webhooks"
    first = client.get(url).content.decode()
    assert "event.49" in first
    assert "event.50" not in first
    older = re.search(r'href="(\?before=[^"]+)"', first)
    assert older
    second = client.get(url + older[1].replace("&amp;", "&")).content.decode()
    assert "event.54" in second
    assert "event.49<" not in second
    assert client.get(url, {"before": "nonsense"}).status_code == 200
