"""Lists of words, and how one is looked up."""

from django.utils.functional import Promise

Words = dict[str, str | Promise]


def word(words: Words, key: str) -> str:
    """The word for a key; the key itself where the office has none yet."""
    return str(words.get(key, key))
