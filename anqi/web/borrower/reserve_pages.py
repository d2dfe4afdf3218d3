"""Cash reserves as their pages show them: what is on offer, what an amount would cost, and where it can be paid to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anqi.lending import limits, reserves
from anqi.lending.limits import LimitExceeded, LimitExpired, LimitLocked
from anqi.lending.products import AmountOutOfRange, CapUnknown, CostAboveCap, PlanUnavailable
from anqi.lending.reserves import Due, Quote, Ranged, Shelf, Step
from anqi.payments import channels
from anqi.payments import queries as payments
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused
from anqi.web.borrower import reserve_words
from anqi.web.borrower.lines import rate_text
from anqi.web.borrower.quotes import NotAnAmount, fen_of
from anqi.web.borrower.refusals import told
from anqi.web.borrower.wording import CHANNELS, card_name
from anqi.web.shared.figures import write_about, write_day, write_yuan

Row = dict[str, Any]
WALLET = "alipay"
_CARDS = "unionpay"


@dataclass(frozen=True, kw_only=True)
class Sold:
    """A reserve on offer, and what the least and the most of it would cost; the days are the same for every amount."""

    ranged: Ranged
    least: Quote
    most: Quote


@dataclass(frozen=True, kw_only=True)
class Priced:
    """What an amount would cost, or why it can't be had, and the range that the chosen product offers now."""

    ranged: Ranged | None
    amount_minor: int | None
    quote: Quote | None
    refusal: str

    @property
    def rate(self) -> str:
        """What it costs a year, as a share of one."""
        assert self.quote
        return str(Decimal(self.quote.simple_percent) / 100)

    @property
    def dues(self) -> list[Row]:
        """When how much is due, each with its parts and its formula."""
        assert self.quote
        return dues_of(self.quote)

    @property
    def bounds(self) -> tuple[str, str] | None:
        """The least and the most in yuan, as somebody would type them; None where nothing can be had."""
        if not self.ranged or not self.ranged.fits:
            return None
        return _typed(self.ranged.least_minor), _typed(self.ranged.most_minor)


def on_offer(shelf: Shelf, *, today: date) -> list[Row]:
    """The reserves of one lender with their ranges and what they cost a year, the shortest first."""
    return [_offered(each) for each in _sold(shelf.reserves, today)]


def _offered(sold: Sold) -> Row:
    product = sold.ranged.product
    # Rounding to fen moves the rate a little between the least and the most.
    percents = {sold.least.simple_percent, sold.most.simple_percent}
    return {
        "title": product.title,
        "range": _range(product.least_minor, product.most_minor),
        "rate": " – ".join(f"{percent}%" for percent in sorted(percents, key=Decimal)),
        "how": reserve_words.how_repaid(product),
        "url": f"{reverse('borrower:reserve-apply')}?product={product.code}" if sold.ranged.fits else "",
    }


def _range(least_minor: int, most_minor: int) -> str:
    least, most = write_yuan(least_minor), write_yuan(most_minor)
    return least if least_minor == most_minor else f"{least} – {most}"


def fitting(shelves: Iterable[Shelf], *, today: date) -> list[Sold]:
    """The reserves of which anything can be had now, the shortest first."""
    return _sold((each for shelf in shelves for each in shelf.reserves if each.fits), today)


def _sold(found: Iterable[Ranged], today: date) -> list[Sold]:
    """Those that the caps of the day allow."""
    allowed = (each for ranged in found if (each := _quoted(ranged, today)))
    return sorted(allowed, key=lambda each: (each.least.dues[-1].due_on, each.ranged.product.code))


def _quoted(ranged: Ranged, today: date) -> Sold | None:
    product = ranged.product
    try:
        ends = [reserves.quote(product, each, today=today) for each in (product.least_minor, product.most_minor)]
    except (CostAboveCap, CapUnknown):
        return None
    return Sold(ranged=ranged, least=ends[0], most=ends[1])


def least(found: Iterable[Sold], code: str) -> str:
    """The least that there is of that product, in yuan as somebody would type it; empty where there is none."""
    return next((_typed(each.ranged.least_minor) for each in found if each.ranged.product.code == code), "")


def terms(found: Iterable[Sold], *, today: date) -> list[Row]:
    """The choices of how long, by the day on which the last of it is due; for the part `picks`."""
    return [_term(each, today) for each in found]


def _term(sold: Sold, today: date) -> Row:
    product, dues = sold.ranged.product, sold.least.dues
    first, last = (write_day(each.due_on, this_year=today.year) for each in (dues[0], dues[-1]))
    note = reserve_words.how_long(product)
    if len(dues) > 1:
        note = _("%(count)s，%(first)s起每月还") % {"count": note, "first": first}
    return {"value": product.code, "label": _("还清日"), "text": last, "note": note}


def price(shelves: Sequence[Shelf], *, product: str, amount: str, now: datetime) -> Priced:
    """What so much, as it was typed, of a product by its code would cost a borrower with these limits."""
    held = {each.product.code: (shelf, each) for shelf in shelves for each in shelf.reserves}
    shelf, ranged = held.get(product, (None, None))
    quote, refusal, amount_minor = None, "", None
    try:
        if not shelf or not ranged:
            raise PlanUnavailable(plan=product)
        amount_minor = fen_of(amount)
        quoted = reserves.quote(ranged.product, amount_minor, today=day_of(now))
        limits.admit(shelf.limit, amount_minor)
        quote = quoted
    except (NotAnAmount, LimitExceeded, AmountOutOfRange, PlanUnavailable, CostAboveCap, CapUnknown) as refused:
        refusal = _refusal(refused, now)
    return Priced(ranged=ranged, amount_minor=amount_minor, quote=quote, refusal=refusal)


def _refusal(refused: Refused, now: datetime) -> str:
    if isinstance(refused, NotAnAmount):
        return _("金额请写数字，单位元，最多两位小数，例如 1000。")
    if isinstance(refused, (LimitLocked, LimitExpired)):
        return _("你的额度现在用不了，先到“额度”里看看原因。")
    if isinstance(refused, LimitExceeded):
        asked_minor, left_minor = refused.facts["needed_minor"], refused.facts["available_minor"]
        assert isinstance(asked_minor, int) and isinstance(left_minor, int)
        words = {"asked": write_yuan(asked_minor), "left": write_yuan(left_minor)}
        return _("想借 %(asked)s，你现在的可用额度是 %(left)s。") % words
    return told(refused, now=now)



def dues_of(quote: Quote) -> list[Row]:
    """When how much of it is due, each with its parts and its formula."""
    return [_due(each, quote) for each in quote.dues]


def _typed(amount_minor: int) -> str:
    yuan, fen = divmod(amount_minor, 100)
    return f"{yuan}.{fen:02d}" if fen else str(yuan)


def _due(due: Due, quote: Quote) -> Row:
    parts = [
        (_("本金"), due.principal_minor), (_("利息"), due.interest_minor), (_("手续费"), due.fee_minor),
    ]  # fmt: skip
    return {
        "due_on": due.due_on,
        "total_minor": due.total_minor,
        "parts": " + ".join(f"{name} {write_yuan(minor)}" for name, minor in parts if minor),
        "steps": [_step(each) for each in quote.steps if each.n == due.n and each.exact],
    }


def _step(step: Step) -> str:
    days = ngettext("%(days)d 天", "%(days)d 天", step.days) % {"days": step.days}
    base, rate = write_yuan(step.base_minor), rate_text(step.daily_rate)
    return f"{base} × {rate} × {days} = {write_about(step.exact)}"


def accounts(borrower_id: UUID) -> list[Row]:
    """Where the money could be paid to, for the part `channels`: each bound card, and a wallet."""
    paying = channels.paying_out()
    shown = [_card(each) for each in payments.cards(borrower_id)] if _CARDS in paying else []
    wallet = CHANNELS[WALLET]
    if WALLET in paying:
        note = _("打到你自己的支付宝账户，账号填在下面")
        mark = {"mark": wallet.mark, "letter": wallet.letter}
        shown.append({"code": WALLET, "label": wallet.label, "note": note} | mark)
    return shown


def _card(card: payments.CardView) -> Row:
    row: Row = {"code": str(card.id), "label": card_name(card), "mark": "bank", "letter": "卡", "note": _("储蓄卡")}
    return row | {"note": "", "why_not": _("信用卡不能收款，请用储蓄卡")} if card.kind == "credit" else row


def can_bind() -> bool:
    """Whether a card can be added, to be paid to."""
    return _CARDS in channels.paying_out() and _CARDS in channels.with_cards()
