"""Whose line of the bank's it is, where a channel pays: by the names that stand on it."""

# As banks write who paid: the companies that hold channels' money for merchants.
_NAMES = {
    "alipay": ("支付宝",),
    "wechat": ("财付通", "微信支付"),
    "unionpay": ("银联",),
}


def remitter(name: str, memo: str) -> str | None:
    """The channel that paid, by who is stated to have; by the remark only where nobody is. None for anybody else."""
    return next(
        (channel for channel, words in _NAMES.items() if any(word in (name or memo) for word in words)), None
    )
