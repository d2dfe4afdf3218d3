"""The numbers under which channels know our charges and refunds."""

from uuid import UUID

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 25


def number_for(prefix: str, id: UUID) -> str:
    """The prefix and 25 lower-case letters and digits, which are the id in base 36: they sort as ids do.

    With a prefix of two it has 27: WeChat takes 6 to 32 of them, UnionPay 8 to 40, Alipay 64 at most.
    """
    assert prefix.isascii() and prefix.isalnum() and len(prefix) == 2, f"{prefix} is no prefix"
    text, rest = "", id.int
    for _ in range(_LENGTH):
        rest, digit = divmod(rest, len(_DIGITS))
        text = _DIGITS[digit] + text
    assert rest == 0, "25 digits of base 36 hold 128 bits"
    return prefix + text
