"""What we write to people about their complaints, their data and their account."""

TEXTS = {
    "complaint_received": {
        "zh-hans": "你的投诉 {number} 已收到，我们最晚在 {answer_on} 答复你。处理到哪一步，可在 我的 里查看。",
        "en": "Your complaint {number} has arrived and is answered by {answer_on} at the latest. Its progress is under"
        " Me.",
    },
    "phone_code": {
        "zh-hans": "更换手机号验证码 {code}，5 分钟内有效。只填在按期的网页上，请勿告诉任何人。",
        "en": "Your code for changing the phone number is {code}, valid for 5 minutes. Type it on our page only;"
        " tell nobody.",
    },
    "phone_changed": {
        "zh-hans": "你的账号已换成新的手机号登录，原来的手机号不能再登录。不是你本人操作的话，请马上联系我们。",
        "en": "Your account now signs in with the new phone number, and no longer with the old one. If this was not"
        " you, contact us at once.",
    },
    "phone_change_asked": {
        "zh-hans": "有人凭姓名和身份证号，申请把你的账号换到另一个手机号，正在审核。不是你本人的话，请登录 我的 撤销。",
        "en": "Somebody with your name and identity number has asked to move your account to another phone number. Our"
        " staff are looking at it. If this was not you, log in and withdraw it under Me.",
    },
    "phone_change_agreed": {
        "zh-hans": "更换手机号的申请已通过，48 小时后生效。不是你本人的话，请在这之前用原手机号登录 我的 撤销。",
        "en": "The change of phone number was approved and takes effect in 48 hours. If this was not you, log in with"
        " the old number before that and withdraw it under Me.",
    },
    "phone_change_refused": {
        "zh-hans": "更换手机号的申请没有通过，账号没有变化。有疑问请联系我们。",
        "en": "The change of phone number was not approved; the account has not changed. Contact us if you have"
        " questions.",
    },
    "account_closed": {
        "zh-hans": "你的账号已注销，不能再登录。法律要求保存的借款和身份资料到期后删除。不是你本人操作的话，请马上联系我们。",
        "en": "Your account is closed and nobody can sign in to it. What the law wants kept of loans and identity is"
        " deleted when its time is over. If this was not you, contact us at once.",
    },
    "complaint_answered": {
        "zh-hans": "你的投诉 {number} 已经答复，请登录 我的 查看。没有解决的话，可以在那里请主管再处理一次。",
        "en": "Your complaint {number} has been answered; the answer is under Me. If it solves nothing, you can ask"
        " there for a supervisor.",
    },
}
