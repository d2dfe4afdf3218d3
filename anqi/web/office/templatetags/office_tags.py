"""What only the office's templates say: its words, instants to the second, long numbers that may break."""

import re
from datetime import datetime

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from anqi.web.office import wording
from anqi.web.shared.figures import shanghai_time, write_day
from anqi.web.shared.templatetags.anqi_tags import year_of

register = template.Library()
# A hash or a key is one word to a browser; a narrow window must be able to break it, and copying must not notice.
_PIECES = re.compile(r"[^\W_]{1,12}[\W_]*|[\W_]+")


@register.filter(name="word")
def word_filter(key: str, words: str) -> str:
    """The word for a key of one of the office's lists. {{ charge.reason|word:"WHY_ENDED" }}"""
    return wording.word(getattr(wording, words), key)


@register.simple_tag(name="instant", takes_context=True)
def instant_tag(context: Context, at: datetime) -> SafeString:
    """The day, and under it the time to the second: what follows upon what is told by seconds."""
    there = shanghai_time(at)
    day = write_day(there.date(), this_year=year_of(context.get("today")))
    return format_html(
        '<time class="aq-when" datetime="{}">{}<small>{}</small></time>', at.isoformat(), day, f"{there:%H:%M:%S}"
    )


@register.filter(name="breakable")
def breakable_filter(text: str) -> SafeString:
    """The text with places to break it, every dozen letters at least."""
    return format_html_join("", "{}<wbr>", ((piece,) for piece in _PIECES.findall(str(text))))
