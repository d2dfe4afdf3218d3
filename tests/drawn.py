"""What is drawn at random in a page: tokens, ids and hashes, in which any few characters can stand by chance."""

import re

_LONG = re.compile(r"[A-Za-z0-9_-]{16,}")


def without(text: str) -> str:
    """The text without its long words, for a test that something short is nowhere in it."""
    return _LONG.sub("", text)
