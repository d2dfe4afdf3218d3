"""The office's words, in templates."""

from django import template

from anqi.web.office import wording

register = template.Library()


@register.filter(name="word")
def word_filter(key: str, words: str) -> str:
    """The word for a key of one of the office's lists. {{ charge.reason|word:"WHY_ENDED" }}"""
    return wording.word(getattr(wording, words), key)
