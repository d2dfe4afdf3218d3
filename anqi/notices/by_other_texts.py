"""The texts of messages about money that somebody else has paid for a borrower."""

TEXTS = {
    "payment_received_by_other": {
        "zh-hans": "有人替你还了 {amount}，已经入账。收据在 我的 里查看。",
        "en": "Somebody paid {amount} for you and it is posted. The receipt is under Me.",
    },
    "money_unapplied_by_other": {
        "zh-hans": "有人替你付了 {amount}，其中 {left} 没有可以冲抵的应还款，会原路退回给付款人。",
        "en": "Somebody paid {amount} for you, of which {left} could not be applied to anything you owe. It goes back"
        " to whoever paid.",
    },
    "refund_begun_by_other": {
        "zh-hans": "别人替你付的 {amount} 没有可以冲抵的应还款，正在原路退回给付款人，通常几分钟到 3 天到账。",
        "en": "{amount} that somebody paid for you could not be applied and is on its way back to them. It usually"
        " arrives within minutes, at most 3 days.",
    },
    "refund_begun_goods_by_other": {
        "zh-hans": "因为退货，别人替你付的 {amount} 正在原路退回给付款人，通常几分钟到 3 天到账。",
        "en": "Because of the goods returned, {amount} that somebody paid for you is on its way back to them. It"
        " usually arrives within minutes, at most 3 days.",
    },
    "refund_done_by_other": {
        "zh-hans": "别人替你付的 {amount} 已原路退回给付款人。",
        "en": "{amount} that somebody paid for you has been returned to them.",
    },
    "refund_failed_by_other": {
        "zh-hans": "别人替你付的 {amount} 没能退回给付款人。这笔钱不会用在别处，工作人员会与付款渠道处理。",
        "en": "{amount} that somebody paid for you could not be returned to them. It is put to no other use; our staff"
        " will settle it with the payment channel.",
    },
}
