"""Template tags for amounts, dates, rates, phone numbers, states and icons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext, pgettext

from anqi.web.shared import figures
from anqi.web.shared.states import BADGES

register = template.Library()


@register.simple_tag(name="yuan")
def yuan_tag(amount_minor: int, size: str = "", signed: bool = False) -> SafeString:
    """An amount in fen as HTML; with a size (hero, figure, dock) the yuan stand larger than sign and fen."""
    assert size in ("", "hero", "figure", "dock"), f"no such size: {size!r}"
    if not size:
        return format_html(
            '<span class="aq-amount">{}</span>', figures.write_yuan(amount_minor, signed=signed)
        )
    sign, whole, fraction = figures.split_yuan(amount_minor, signed=signed)
    return format_html(
        '<span class="aq-amount" data-size="{}"><i>{}¥</i>{}<i>{}</i></span>', size, sign, whole, fraction
    )


@register.filter(name="yuan")
def yuan_filter(amount_minor: int) -> str:
    """An amount in fen as plain text, for attributes and sentences: ¥1,234.56."""
    return figures.write_yuan(amount_minor)


@register.simple_tag(name="day", takes_context=True)
def day_tag(context: Context, on: date) -> SafeString:
    """A date as a `time` element; the year is left out when it is that of `today` in the context."""
    text = figures.write_day(on, this_year=year_of(context.get("today")))
    return format_html('<time class="aq-when" datetime="{}">{}</time>', on.isoformat(), text)


@register.filter(name="day")
def day_filter(on: date, today: date | int | None = None) -> str:
    """A date as plain text; `today` (a date or a year) tells which year needs no saying."""
    return figures.write_day(on, this_year=year_of(today))


@register.simple_tag(name="moment", takes_context=True)
def moment_tag(context: Context, at: datetime) -> SafeString:
    """An instant as a `time` element in Shanghai's time."""
    text = figures.write_moment(at, this_year=year_of(context.get("today")))
    return format_html('<time class="aq-when" datetime="{}">{}</time>', at.isoformat(), text)


@register.filter(name="moment")
def moment_filter(at: datetime, today: date | int | None = None) -> str:
    """An instant as plain text in Shanghai's time."""
    return figures.write_moment(at, this_year=year_of(today))


def year_of(today: date | int | None) -> int | None:
    if today is None or isinstance(today, int):
        return today
    assert isinstance(today, date), f"today is a date or a year, not {today!r}"
    return today.year


@register.filter(name="percent")
def percent_filter(rate: Decimal | str) -> str:
    """An exact rate as a percentage with two decimals: "0.1303" is 13.03%."""
    return figures.write_percent(rate)


@register.filter(name="masked_phone")
def masked_phone_filter(phone: str) -> str:
    """A phone number as it may stand on a page: 138****6021."""
    return figures.mask_phone(phone)


@register.simple_tag(name="badge")
def badge_tag(state: str, days: int = 0) -> SafeString:
    """The badge of a state; an overdue one may say for how many days."""
    badge = BADGES[state]
    word = badge.word
    if state == "overdue" and days:
        word = ngettext("逾期 %(days)d 天", "逾期 %(days)d 天", days) % {"days": days}
    return format_html(
        '<span class="aq-badge" data-st="{}" data-tone="{}" data-shape="{}">{}</span>',
        state, badge.tone, badge.shape, word,
    )  # fmt: skip


@register.simple_tag(name="icon")
def icon_tag(name: str) -> SafeString:
    """A decorative icon; what it means stands in words beside it or in the link's label."""
    return format_html('<span class="aq-icon" data-icon="{}" aria-hidden="true"></span>', name)


@register.filter(name="told")
def told_filter(instalments: Sequence[Any]) -> str:
    """The money bar in words for those who don't see it: 12 期：已还 4 期，逾期 1 期，未到期 7 期."""
    counts: dict[str, int] = {}
    for instalment in instalments:
        state = instalment["state"] if isinstance(instalment, dict) else instalment.state
        counts[state] = counts.get(state, 0) + 1
    pieces = [pgettext("money bar", "%(word)s %(count)d 期") % {"word": BADGES[state].word, "count": count}
              for state, count in counts.items()]  # fmt: skip
    total = ngettext("共 %(count)d 期", "共 %(count)d 期", len(instalments)) % {"count": len(instalments)}
    return pgettext("money bar", "：").join([total, pgettext("money bar", "，").join(pieces)])
