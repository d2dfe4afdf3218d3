"""Why debits fail: each word that a channel uses is one of ours, so that somebody has said whose matter it is."""

from anqi.payments import reasons
from anqi.payments.channels.alipay import debits as alipay
from anqi.payments.channels.unionpay import codes as unionpay
from anqi.payments.channels.wechat import codes as wechat


def test_every_channels_words_are_known() -> None:
    said = {*alipay._REASONS.values(), *wechat.REFUSED.values(), *wechat.ENDED.values(), wechat.NOT_SAID}
    said |= {*unionpay.DEBITING.noes.values(), *unionpay.COLLECTED.noes.values()}
    assert said <= set(reasons.known())


def test_a_word_that_nobody_knows_is_the_channels_matter() -> None:
    assert reasons.of("surprise").whose == "channel"
