"""What we write to people about their complaints, their data and their account."""

TEXTS = {
    "complaint_received": {
        "zh-hans": "你的投诉 {number} 已收到，我们最晚在 {answer_on} 答复你。处理到哪一步，可在 我的 里查看。",
        "en": "Your complaint {number} has arrived and is answered by {answer_on} at the latest. Its progress is under"
        " Me.",
    },
    "complaint_answered": {
        "zh-hans": "你的投诉 {number} 已经答复，请登录 我的 查看。没有解决的话，可以在那里请主管再处理一次。",
        "en": "Your complaint {number} has been answered; the answer is under Me. If it solves nothing, you can ask"
        " there for a supervisor.",
    },
}
