"""What was said between us and the outside about a loan: channels, the borrower's phone, the merchant."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from anqi.notices.models import Message, Webhook
from anqi.payments.inspection import Dealings, MessageShown
from anqi.payments.models import Charge, Difference, Exchange, Payment, Refund
from anqi.web.office import wording
from anqi.web.office.events import Event, Line
from anqi.web.office.wording import word
from anqi.web.shared.figures import write_day, write_moment


def with_channels(dealings: Dealings) -> Iterator[Event]:
    """Payment orders, what was asked of their channels, what these told us, and money that came."""
    for charge in dealings.charges:
        yield from _charge(charge, dealings)
    yield from (_exchange(each) for each in dealings.exchanges)
    yield from (_told(each) for each in dealings.messages)
    yield from (_payment(each) for each in dealings.payments)
    for refund in dealings.refunds:
        yield from _refund(refund)
    for difference in dealings.differences:
        yield from _difference(difference)


def message(message: Message) -> Event:
    """A text that the borrower was sent, or was to be sent."""
    return Event(
        at=message.sent_at or message.created_at,
        rank=7,
        title=_("%(medium)s：%(what)s") % {
            "medium": word(wording.MEDIA, message.medium), "what": word(wording.MESSAGES, message.template),
        },
        note=" ".join(filter(None, (word(wording.SENT, message.state), message.why))),
        tone="bad" if message.state == Message.State.FAILED else "",
        lines=(Line(label=_("回执"), text=message.proof),) if message.proof else (),
    )  # fmt: skip


def webhook(webhook: Webhook) -> Event:
    """What the merchant was told, with each attempt."""
    return Event(
        at=webhook.created_at,
        rank=6,
        title=_("通知商户：%(what)s") % {"what": webhook.kind},
        note=word(wording.WEBHOOKS, webhook.state),
        tone="bad" if webhook.state == Webhook.State.GIVEN_UP else "",
        lines=tuple(
            Line(label=write_moment(attempt.at, this_year=None), text=f"{attempt.status or ''} {attempt.why}".strip())
            for attempt in webhook.attempts.all()
        ),
    )


def _charge(charge: Charge, dealings: Dealings) -> Iterator[Event]:
    parts = [
        Line(label=word(wording.PURPOSES, part.purpose), amount_minor=part.amount_minor)
        for part in dealings.parts_of(charge.id)
    ]
    yield Event(
        at=charge.opened_at,
        rank=0,
        title=_("开支付单"),
        note=f"{word(wording.CHANNELS, charge.channel)} {charge.key}",
        amount_minor=charge.amount_minor,
        lines=(*parts, Line(label=_("付款截止"), text=write_moment(charge.expires_at, this_year=None))),
        anchor=f"charge-{charge.id}",
    )
    if charge.closing_at:
        yield Event(at=charge.closing_at, rank=0, title=_("要求关闭支付单"), note=charge.key, tone="warn")
    if charge.ended_at and charge.state != Charge.State.SUCCEEDED:
        why = word(wording.WHY_ENDED, charge.reason)
        yield Event(at=charge.ended_at, rank=5, title=_("支付单没有付成"), note=f"{why} {charge.key}", tone="warn")


def _exchange(exchange: Exchange) -> Event:
    return Event(
        at=exchange.at,
        rank=0,
        title=_("问渠道：%(what)s") % {"what": word(wording.QUESTIONS, exchange.kind)},
        note=word(wording.OUTCOMES, exchange.outcome),
        tone="warn" if exchange.outcome in ("unknown", "failed") else "",
        lines=tuple(_lines_of(exchange.detail)),
    )


def _told(message: MessageShown) -> Event:
    state = word(wording.INBOX, message.state)
    return Event(
        at=message.received_at,
        rank=0,
        title=_("渠道通知：%(what)s") % {"what": word(wording.OUTCOMES, message.outcome)},
        note=f"{state} {word(wording.WHY_REFUSED, message.why)}".strip(),
        tone="bad" if message.state == "refused" else "",
        lines=(
            *_lines_of(message.detail),
            Line(label=_("订单号"), text=message.key),
            Line(label=_("原文 SHA-256"), text=message.sha256),
        ),
    )


def _refund(refund: Refund) -> Iterator[Event]:
    channel = word(wording.CHANNELS, refund.channel)
    yield Event(
        at=refund.requested_at,
        rank=5,
        title=_("开始原路退回"),
        note=f"{channel} {refund.key}",
        tone="warn",
        amount_minor=refund.amount_minor,
        anchor=f"refund-{refund.id}",
    )
    if refund.ended_at:
        yield Event(
            at=refund.ended_at,
            rank=5,
            title=word(wording.REFUNDS, refund.state),
            note=f"{channel} {refund.ref} {word(wording.WHY_NOT_RETURNED, refund.reason)}".strip(),
            tone="good" if refund.state == Refund.State.SUCCEEDED else "bad",
            amount_minor=refund.amount_minor,
        )


def _difference(difference: Difference) -> Iterator[Event]:
    yield Event(
        at=difference.opened_at,
        rank=5,
        title=_("与渠道不一致"),
        note=word(wording.DIFFERENCES, difference.kind),
        tone="bad" if difference.closed_at is None else "warn",
        lines=tuple(_lines_of(difference.told)),
    )
    if difference.closed_at:
        decision = word(wording.DECISIONS, difference.decision)
        yield Event(at=difference.closed_at, rank=5, title=_("不一致已处理"), note=decision)


def _lines_of(detail: dict[str, Any]) -> Iterator[Line]:
    for name, value in sorted(detail.items()):
        if name.endswith("_minor") and isinstance(value, int):
            yield Line(label=_("金额"), amount_minor=value)
        elif value not in (None, ""):
            yield Line(label=word(wording.DETAILS, name), text=str(value))


def _payment(payment: Payment) -> Event:
    return Event(
        at=payment.recorded_at,
        rank=1,
        title=_("收到款项"),
        note=f"{word(wording.CHANNELS, payment.channel)} {payment.ref}",
        tone="good",
        amount_minor=payment.amount_minor,
        lines=(
            Line(label=_("付款时间"), text=write_moment(payment.paid_at, this_year=None)),
            Line(label=_("计入日"), text=write_day(payment.counts_on, this_year=None)),
            Line(label=_("从哪里得知"), text=word(wording.LEARNED, payment.learned_by)),
        ),
        anchor=f"payment-{payment.id}",
    )
