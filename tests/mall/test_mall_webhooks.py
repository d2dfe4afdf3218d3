"""Webhooks: genuine, forged, old, twice, out of order, about somebody else."""

import base64
import datetime as dt
import threading

import pytest
from mall_town import NOW, SECRET, Town

from mall import webhooks
from mall.refusals import WebhookRefused

OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret entirely!").decode()


@pytest.fixture
def bought(town: Town) -> Town:
    town.buyer().put_into_cart("yunque-5").check_out("p6")
    return town


def test_twice_is_once(bought: Town) -> None:
    assert [bought.notify("order.confirmed") for _ in range(2)] == [204, 204]
    (kept,) = bought.webhooks()
    assert (kept.deliveries, kept.outcome, kept.verdict) == (2, "订单已更新", "通过")
    assert [moment.state for moment in bought.order().moments] == ["submitted", "created", "confirmed"]


def test_two_at_once_are_once(bought: Town) -> None:
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(bought.notify("order.confirmed"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [204] * 4 and bought.webhooks()[0].deliveries == 4 and len(bought.webhooks()) == 1


def test_wrong_signature_changes_nothing_and_is_shown(bought: Town) -> None:
    assert bought.notify("order.confirmed", secret=OTHER_SECRET) == 401
    assert bought.order().state == "created"
    page = bought.shopkeeper().open("/shop/webhooks").text()
    assert "签名不对" in page and "未采用" in page


def test_forged_id_does_not_block_the_genuine_one(bought: Town) -> None:
    assert bought.notify("order.confirmed", secret=OTHER_SECRET) == 401
    assert bought.notify("order.confirmed") == 204
    assert bought.order().state == "confirmed"


@pytest.mark.parametrize(("age_seconds", "status"), [(299, 204), (301, 401), (-299, 204), (-301, 401)])
def test_timestamp_may_be_five_minutes_off(bought: Town, age_seconds: int, status: int) -> None:
    assert bought.notify("order.confirmed", age_seconds=age_seconds) == status


def test_late_news_does_not_turn_an_order_back(bought: Town) -> None:
    bought.notify("order.shipped", webhook_id="msg_2")
    assert bought.notify("order.confirmed", webhook_id="msg_1") == 204
    assert bought.order().state == "shipped"
    assert {each.webhook_id: each.outcome for each in bought.webhooks()}["msg_1"] == "晚到的旧消息，未采用"


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [({"amount_minor": 1}, "与订单对不上，未采用"), ({"state": "paid"}, "与订单对不上，未采用"),
     ({"id": "someone-elses"}, "与订单对不上，未采用"), ({"order_number": "QH-0"}, "不是本店订单"),
     ({"order_number": None}, "不是订单的消息"), ({"state": ["confirmed"]}, "与订单对不上，未采用")],
)
def test_news_that_does_not_fit_is_kept_and_not_taken(
    bought: Town, changed: dict[str, object], outcome: str
) -> None:
    assert bought.notify("order.confirmed", **changed) == 204
    assert bought.order().state == "created" and bought.webhooks()[0].outcome == outcome


def test_news_without_amount_is_taken(bought: Town) -> None:
    bought.notify("order.cancelled", amount_minor=None)
    assert bought.order().state == "cancelled"


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_is_needed(missing: str) -> None:
    headers = _headers(b"{}")
    webhooks.verify(headers=headers, body=b"{}", secret=SECRET, now=NOW)
    with pytest.raises(WebhookRefused, match="缺少签名头"):
        webhooks.verify(headers=headers | {missing: ""}, body=b"{}", secret=SECRET, now=NOW)


def test_one_of_several_signatures_is_enough_and_the_body_is_covered() -> None:
    headers = _headers(b"{}")
    rotated = headers | {"webhook-signature": "v1,AAAA " + headers["webhook-signature"]}
    webhooks.verify(headers=rotated, body=b"{}", secret=SECRET, now=NOW)
    with pytest.raises(WebhookRefused, match="签名不对"):
        webhooks.verify(headers=headers, body=b"{ }", secret=SECRET, now=NOW)
    with pytest.raises(WebhookRefused, match="时间戳格式不对"):
        webhooks.verify(headers=headers | {"webhook-timestamp": "1e9"}, body=b"{}", secret=SECRET, now=NOW)


def test_signature_is_the_conventions_own_example() -> None:
    """The example of the convention's reference libraries."""
    signature = webhooks.sign(
        webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp="1614265330",
        body=b'{"test": 2432232314}', secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_body_that_is_no_json_is_kept_and_answered(bought: Town) -> None:
    for body in (b"not json", b"[]", b'{"data": 5}'):
        headers = _headers(body, webhook_id=f"msg_{len(body)}")
        assert bought.client.post("/webhooks/anqi", content=body, headers=headers).status_code == 204
    assert bought.order().state == "created" and len(bought.webhooks()) == 3


def test_too_long_a_body_is_refused_unread(bought: Town) -> None:
    assert bought.client.post("/webhooks/anqi", content=b"x" * 70_000).status_code == 413
    assert not bought.webhooks()


def test_only_the_newest_forgeries_are_kept(bought: Town) -> None:
    for n in range(105):
        bought.client.post("/webhooks/anqi", content=b"x", headers={"webhook-id": f"f{n}"})
    with bought.shop.store.reading() as rows:
        assert len(webhooks.newest(rows, limit=200)) == 100


def test_webhook_not_stored_is_not_acknowledged(bought: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(webhooks, "_take", torn)
        assert bought.notify("order.confirmed") == 500
    assert not bought.webhooks() and bought.notify("order.confirmed") == 204
    assert bought.order().state == "confirmed"


def test_shops_clock_is_the_one_that_judges(bought: Town) -> None:
    bought.clock.at = NOW + dt.timedelta(days=40)
    assert bought.notify("order.lapsed") == 204
    assert bought.order().state == "lapsed"


def _headers(body: bytes, *, webhook_id: str = "msg_1") -> dict[str, str]:
    timestamp = str(int(NOW.timestamp()))
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": webhooks.sign(
            webhook_id=webhook_id, timestamp=timestamp, body=body, secret=SECRET
        ),
    }
