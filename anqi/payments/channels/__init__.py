"""The channels: one file each, and what all of them answer in `protocol`."""

from functools import cache

from django.conf import settings

from anqi.payments.channels.protocol import Channel


def offered() -> tuple[str, ...]:
    """The codes of the channels that this installation can use; a page shows no other."""
    return tuple(code for code in ("alipay",) if getattr(settings, f"ANQI_{code.upper()}"))


@cache
def find(code: str) -> Channel:
    """The channel of that code. LookupError when it is not configured."""
    if code not in offered():
        raise LookupError(code)
    from anqi.payments.channels import alipay

    return alipay.connect(settings.ANQI_ALIPAY)
