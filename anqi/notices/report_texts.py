"""What we write to people before something is reported of them, and about what they object to. No threat in it."""

TEXTS = {
    "report_notice": {
        "zh-hans": "分期 {loan} {due_on} 应还的 {amount} 还没有还。{pay_by_on} 24:00 前还清，就不会作为逾期报送征信；没有还清的话，"
        "最早 {from_on} 报送{bureau}。金额不对、已经还了或者有困难，请在 我的—征信 告诉我们。",
        "en": "{amount} of plan {loan}, due on {due_on}, is not paid. Pay by the end of {pay_by_on} and nothing late is"
        " reported; if not, it goes to {bureau} from {from_on}. Wrong, or in difficulty? Tell us under Me.",
    },
    "report_notice_late": {
        "zh-hans": "分期 {loan} {due_on} 应还的 {amount} 已经逾期，最早 {from_on} 如实报送{bureau}。{pay_by_on} 24:00 前还清，报送的是"
        "“当月逾期、当月已还清”。金额不对、已经还了或者有困难，请在 我的—征信 告诉我们。",
        "en": "{amount} of plan {loan}, due on {due_on}, is overdue and is reported to {bureau} from {from_on}. Paid by"
        " the end of {pay_by_on} it is told as late and paid within the month. Wrong? Tell us under Me.",
    },
    "report_notice_still": {
        "zh-hans": "分期 {loan} {due_on} 应还的 {amount} 已经逾期，最早 {from_on} 如实报送{bureau}。早一天还清，报送的逾期就短一天。"
        "金额不对、已经还了或者有困难，请在 我的—征信 告诉我们。",
        "en": "{amount} of plan {loan}, due on {due_on}, is overdue and is reported to {bureau} from {from_on}. The"
        " sooner it is paid, the shorter what is reported. Wrong, or in difficulty? Tell us under Me.",
    },
    "objection_received": {
        "zh-hans": "你的征信异议 {number} 已收到，我们最晚在 {answer_on} 书面答复。答复之前不报送新的不良信息，进展在 我的—征信 查看。",
        "en": "Your objection {number} to what is reported has arrived and is answered in writing by {answer_on}. Until"
        " then nothing new against you is reported; its progress is under Me.",
    },
    "objection_right": {
        "zh-hans": "你的征信异议 {number} 已答复：你说得对，我们会更正，并随下一次报送发出。答复在 我的—征信 查看。",
        "en": "Your objection {number} is answered: you are right. We put it right and the correction goes out with the"
        " next report. The answer is under Me.",
    },
    "objection_wrong": {
        "zh-hans": "你的征信异议 {number} 已答复，我们认为报送没有错，理由在 我的—征信 查看。不同意的话，可以在那里写下你的声明，我们会一起报送。",
        "en": "Your objection {number} is answered: we hold that the record is right, and say why under Me. If you"
        " disagree you can add a statement of your own there, which is reported beside it.",
    },
    "objection_stated": {
        "zh-hans": "你对征信异议 {number} 的声明已记下，随下一次报送发给征信机构。",
        "en": "Your statement on objection {number} is on record and goes to the bureau with the next report.",
    },
}
