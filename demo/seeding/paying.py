"""A payment: a charge that was opened, paid at its channel and told to us, and what it did."""

import base64
import json
from datetime import datetime, timedelta
from urllib.parse import urlencode

from anqi.documents.models import Document
from anqi.ledger.books import Entry
from anqi.lending import repaying
from anqi.lending.repaying import Purpose, Use
from anqi.notices import texts
from anqi.payments import news
from anqi.payments.channels.protocol import CASHIER_LIFE, Accepted, NotFound, Redirect, Result, Succeeded
from anqi.payments.models import ChannelOrder, Charge, ChargePart, Exchange, Inbox, Outbox, Payment
from anqi.payments.numbers import number_for
from anqi.rows.chain import canonical
from anqi.rows.days import day_of, end_of
from anqi.rows.refusals import Refused
from demo.seeding import messages
from demo.seeding.biography import Biography
from demo.seeding.buying import Bought, address
from demo.seeding.forms import Values, id_of

_CHANNELS = ("alipay", "alipay", "wechat")
_DIGITS = b"0123456789"
_LEASE = timedelta(seconds=3)
# While somebody types a password at the cashier, the channel is asked twice and knows of nothing.
_ASKED_AFTER = (timedelta(seconds=5), timedelta(seconds=15))
_PAID_AFTER, _HEARD_AFTER = timedelta(seconds=36), timedelta(seconds=38)
_SIGNATURE_BYTES = 256


def pay(bought: Bought, purpose: Purpose, at: datetime) -> None:
    """Pays what that purpose asks for at that instant; nothing, where it asks for nothing."""
    try:
        amount_minor, goal = repaying.settle_amount(
            bought.held, purpose=purpose, amount_minor=None, today=day_of(at)
        )
    except Refused:
        return
    use = repaying.use(bought.held, purpose=goal, amount_minor=amount_minor, on=day_of(at))
    assert not use.left_minor, "what was asked for, the loan can use"
    _Paying(bought, use, asked=purpose, at=at).write()


class _Paying:
    """One charge and the payment that came of it."""

    def __init__(self, bought: Bought, use: Use, *, asked: Purpose, at: datetime) -> None:
        self.bought, self.told, self.use, self.asked, self.at = bought, bought.told, use, asked, at
        told = self.told
        self.charge_id, self.channel = told.new_id(at), told.chance.choice(_CHANNELS)
        self.key = _number(told, self)
        self.paid_at = (at + _PAID_AFTER).replace(microsecond=0)
        self.heard_at, self.now = at + _HEARD_AFTER, at + _HEARD_AFTER + timedelta(milliseconds=300)
        self.payment_id = told.new_id(self.now)
        self.ref = f"{self.paid_at:%Y%m%d}{told.drawn(20, _DIGITS)}"

    def write(self) -> None:
        """All of its rows."""
        self._open()
        self._deliver()
        self._hear()
        self._take()

    def _open(self) -> None:
        told, at, use = self.told, self.at, self.use
        told.add_mine(
            Charge, at, id=self.charge_id, channel=self.channel, key=self.key, attempt=told.drawn(64),
            amount_minor=use.amount_minor, subject=f"按期还款 {self.bought.held.number}", how="wap",
            payer_ip=told.sealed(address(told)), state=Charge.State.SUCCEEDED, action=self._action(), opened_at=at,
            expires_at=self._expires_at(), ended_at=self.now, ref=self.ref, next_try_at=None, tries=len(_ASKED_AFTER),
        )  # fmt: skip
        quote = {"on": day_of(at).isoformat(), "asked": self.asked, "amount_minor": use.amount_minor}
        told.add_mine(
            ChargePart, at, charge_id=self.charge_id, loan_id=self.bought.held.id, purpose=use.goal,
            amount_minor=use.amount_minor, quote=quote, claims=False,
        )  # fmt: skip
        told.add(
            ChannelOrder, at, channel=self.channel, key=self.key, ref=self.ref, kind="charge",
            borrower_id=told.borrower_id, charge_id=self.charge_id,
        )  # fmt: skip

    def _expires_at(self) -> datetime:
        ends_at = self.at + CASHIER_LIFE
        over = end_of(day_of(self.at)) - timedelta(seconds=30)
        return min(ends_at, over) if self.use.goal == "all" else ends_at

    def _action(self) -> dict[str, str] | None:
        return news.action_to_json(Accepted(action=self._cashier()), now=self.at)

    def _cashier(self) -> Redirect:
        if self.channel == "wechat":
            query = urlencode({"prepay_id": f"wx{self.at:%d%H%M%S}", "package": _noise(self.told, 12)})
            url = f"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?{query}"
            return Redirect(url=url, opens_for=timedelta(minutes=5))
        order = {
            "out_trade_no": self.key, "product_code": "QUICK_WAP_WAY",
            "total_amount": f"{self.use.amount_minor // 100}.{self.use.amount_minor % 100:02}",
            "subject": f"按期还款 {self.bought.held.number}", "time_expire": f"{self._expires_at():%Y-%m-%d %H:%M:%S}",
        }  # fmt: skip
        stated = {
            "app_id": "2021000000000001", "biz_content": json.dumps(order), "charset": "utf-8",
            "method": "alipay.trade.wap.pay", "notify_url": "https://anqi.example/hooks/alipay", "sign_type": "RSA2",
            "timestamp": f"{self.at:%Y-%m-%d %H:%M:%S}", "version": "1.0", "sign": _noise(self.told, _SIGNATURE_BYTES),
        }  # fmt: skip
        return Redirect(url=f"https://openapi.alipay.com/gateway.do?{urlencode(stated)}")

    def _deliver(self) -> None:
        told, at = self.told, self.at
        offered_at = at + timedelta(milliseconds=200)
        told.add_mine(
            Outbox, at, charge_id=self.charge_id, kind=Outbox.Kind.CHARGE, created_at=at, leased_until=at + _LEASE,
            next_try_at=None, done_at=offered_at,
        )  # fmt: skip
        questions: list[tuple[datetime, str, Result]] = [
            (offered_at, "charge", Accepted()), *((at + after, "query", NotFound()) for after in _ASKED_AFTER)
        ]
        for asked_at, kind, result in questions:
            told.add_mine(
                Exchange, asked_at, charge_id=self.charge_id, direction="out", kind=kind,
                outcome=type(result).__name__.lower(), detail=news.masked(result), at=asked_at,
            )  # fmt: skip

    def _hear(self) -> None:
        told = self.told
        told_us = Succeeded(ref=self.ref, amount_minor=self.use.amount_minor, paid_at=self.paid_at)
        raw, notice = self._notice(), told.drawn(32)
        sha256 = told.sha256(raw)
        head = told.slots.form(sha256)
        told.add(
            Inbox, self.heard_at, channel=self.channel,
            message_key=f"{notice}:{told.slots.add(16, lambda values: head.filled(values)[:16], head)}", kind="charge",
            key=self.key, news=news.to_json(told_us), raw=raw, sha256=sha256, received_at=self.heard_at,
            state=Inbox.State.DONE, next_try_at=self.now + timedelta(minutes=1), tries=1, done_at=self.now,
        )  # fmt: skip

    def _notice(self) -> str:
        # Of the length of a real one. Its signature is noise: nobody has the channel's key.
        amount = f"{self.use.amount_minor // 100}.{self.use.amount_minor % 100:02}"
        return urlencode({
            "gmt_create": self.at.strftime("%Y-%m-%d %H:%M:%S"), "charset": "utf-8", "seller_id": "2088000000000001",
            "subject": "按期还款", "buyer_id": "2088102175794899", "invoice_amount": amount,
            "notify_id": _noise(self.told, 24), "fund_bill_list": f'[{{"amount":"{amount}","fundChannel":"PCREDIT"}}]',
            "notify_type": "trade_status_sync", "trade_status": "TRADE_SUCCESS", "receipt_amount": amount,
            "app_id": "2021000000000001", "buyer_pay_amount": amount, "sign_type": "RSA2",
            "gmt_payment": f"{self.paid_at:%Y-%m-%d %H:%M:%S}", "notify_time": f"{self.heard_at:%Y-%m-%d %H:%M:%S}",
            "version": "1.0", "out_trade_no": self.key, "total_amount": amount, "trade_no": self.ref,
            "sign": _noise(self.told, _SIGNATURE_BYTES),
        }, safe="~")  # fmt: skip

    def _take(self) -> None:
        told, use, bought = self.told, self.use, self.bought
        day = day_of(self.paid_at)
        told.add_mine(
            Payment, self.now, id=self.payment_id, charge_id=self.charge_id, channel=self.channel, ref=self.ref,
            amount_minor=use.amount_minor, paid_at=self.paid_at, counts_on=day, learned_by="notice",
            recorded_at=self.now,
        )  # fmt: skip
        text = canonical(self._receipt()).decode()
        told.add_mine(
            Document, self.now, kind=Document.Kind.RECEIPT, subject_id=self.payment_id, body=text,
            sha256=told.sha256(text), issued_at=self.now,
        )  # fmt: skip
        body = {"amount_minor": use.amount_minor, "for": use.goal, "payment_id": str(self.payment_id)}
        key = f"payment:{self.payment_id}:{bought.held.id}"
        fact = bought.fact("payment", body, self.now, actor="borrower", key=key)
        arrived = Entry(
            loan_id=None, lender_id=bought.held.lender_id, currency="CNY",
            moves=[(f"in_transit_{self.channel}", "unapplied", use.amount_minor)], counts_on=day, cause="arrival",
            cause_id=self.payment_id,
        )  # fmt: skip
        bought.happen(fact, self.now, arrived)
        words = {"amount": texts.yuan(use.amount_minor)}
        messages.announce(told, self.now, template="payment_received", words=words)

    def _receipt(self) -> dict[str, object]:
        return {
            "charge": self.key, "channel": self.channel, "ref": self.ref, "amount_minor": self.use.amount_minor,
            "currency": "CNY", "paid_at": self.paid_at, "counts_on": day_of(self.paid_at),
            "loans": [self._receipt_line()],
        }  # fmt: skip

    def _receipt_line(self) -> dict[str, object]:
        seen = self.use.preview
        assert seen
        return {
            "loan": self.bought.held.number,
            "applied_minor": self.use.amount_minor,
            "unapplied_minor": 0,
            "unapplied_because": "",
            "lines": [[line.n, line.part, line.amount_minor] for line in seen.lines],
            "prepaid_minor": seen.prepaid_minor,
            "excess_minor": seen.excess_minor,
            "credit_used_minor": seen.credit_used_minor,
            "saved_minor": seen.saved_minor,
            "remaining_after_minor": seen.remaining_after_minor,
            "next_due_on": seen.next_due_on_after,
            "next_due_minor": seen.next_due_minor_after,
            "settles": seen.settles,
        }


def _number(told: Biography, paying: _Paying) -> str:
    def number(values: Values) -> bytes:
        return number_for("aq", id_of(paying.charge_id, values)).encode()

    return told.slots.add(27, number)


def _noise(told: Biography, count: int) -> str:
    return base64.b64encode(told.chance.randbytes(count)).decode()
