"""Every kind of exception that the queue tells of; of equal urgency, the first here stands first there."""

from django.utils.translation import gettext_lazy as lazy

from anqi.lending import application_inspection as reserves
from anqi.lending import hardship_inspection as hardship
from anqi.lending import holding, payouts_to_shops, returning, shop_accounts
from anqi.lending import inspection as lending
from anqi.notices import inspection as notices
from anqi.payments import bank_inspection as bank
from anqi.payments import debit_inspection as debits
from anqi.payments import inspection as payments
from anqi.payments import payout_inspection as payouts
from anqi.payments import reconciliation_inspection as reconciliation
from anqi.payments import remittance_inspection as remittances
from anqi.payments import unread_statements
from anqi.people import account_requests, calls, complaints
from anqi.people import inspection as people
from anqi.rows.days import day_of
from anqi.web.office import credit_lanes
from anqi.web.office.kinds import Kind

KINDS = (
    Kind(
        slug="complaints", title=lazy("投诉等答复"), tone="bad", since="answer_by",
        rows=lambda now: complaints.open_ones(),
    ),
    Kind(slug="calls", title=lazy("电话没有记结果"), tone="warn", since="begun_at", rows=calls.unended),
    *credit_lanes.KINDS,
    Kind(
        slug="requests", title=lazy("换手机号和更正身份"), tone="warn", since="asked_at",
        rows=lambda now: account_requests.in_review(),
    ),
    Kind(
        slug="unapplied", title=lazy("待核销款"), tone="bad", since="opened_at",
        rows=lambda now: payments.open_cases(),
    ),
    Kind(
        slug="bank", title=lazy("银行来款待处理"), tone="bad", since="at",
        rows=lambda now: bank.open_lines(),
    ),
    Kind(
        slug="applications", title=lazy("等待复核"), tone="warn", since="requested_at",
        rows=lambda now: payments.waiting_applications(),
    ),
    Kind(
        slug="reserves", title=lazy("备用金等人工审核"), tone="warn", since="since",
        rows=lambda now: reserves.waiting(),
    ),
    Kind(
        slug="charges", title=lazy("没有结果的支付单"), tone="bad", since="opened_at",
        rows=payments.silent_charges,
    ),
    Kind(
        slug="differences", title=lazy("与渠道不一致"), tone="bad", since="opened_at",
        rows=lambda now: payments.open_differences(),
    ),
    Kind(
        slug="refunds", title=lazy("一天还没退成"), tone="bad", since="requested_at",
        rows=payments.late_refunds,
    ),
    Kind(
        slug="payouts-waiting", title=lazy("等待放款复核"), tone="warn", since="requested_at",
        rows=lambda now: payouts.waiting(),
    ),
    Kind(
        slug="payouts", title=lazy("放款有问题"), tone="bad", since="requested_at",
        rows=payouts.troubled,
    ),
    Kind(
        slug="statements", title=lazy("没有读到的渠道对账单"), tone="bad", since="first_tried_at",
        rows=unread_statements.waiting,
    ),
    Kind(
        slug="unreconciled", title=lazy("没有对平的渠道日"), tone="bad", since="day",
        rows=lambda now: reconciliation.waiting(now.date()),
    ),
    Kind(
        slug="remittances", title=lazy("渠道划款没到账或不符"), tone="bad", since="day",
        rows=lambda now: remittances.waiting(now.date()),
    ),
    Kind(
        slug="untold-lines", title=lazy("银行到了，渠道没说"), tone="warn", since="at",
        rows=lambda now: remittances.untold(now.date()),
    ),
    Kind(
        slug="debits", title=lazy("没有结果的自动扣款"), tone="bad", since="opened_at",
        rows=debits.hanging,
    ),
    Kind(
        slug="debit-plans", title=lazy("扣款失败，不是借款人的原因"), tone="bad", since="ended_at",
        may_be_dealt_with=True,
        rows=lambda now: debits.failed_by_others(but=people.dealt_with("debit-plans")),
    ),
    Kind(
        slug="debit-notices", title=lazy("渠道不预告的扣款"), tone="warn", since="created_at", may_be_dealt_with=True,
        rows=lambda now: debits.refused_notices(but=people.dealt_with("debit-notices")),
    ),
    Kind(
        slug="inbox", title=lazy("没能处理的渠道消息"), tone="bad", since="received_at", may_be_dealt_with=True,
        rows=lambda now: payments.stuck_messages(now, but=people.dealt_with("inbox")),
    ),
    Kind(
        slug="outbox", title=lazy("迟迟没问到渠道"), tone="warn", since="created_at",
        rows=payments.late_questions,
    ),
    Kind(
        slug="webhooks", title=lazy("商户没收到的通知"), tone="warn", since="created_at", may_be_dealt_with=True,
        rows=lambda now: notices.stuck_webhooks(now, but=people.dealt_with("webhooks")),
    ),
    Kind(
        slug="undelivered", title=lazy("没有送达的消息"), tone="warn", since="created_at", may_be_dealt_with=True,
        rows=lambda now: notices.undelivered(but=people.dealt_with("undelivered")),
    ),
    Kind(
        slug="messages", title=lazy("没发出的消息"), tone="warn", since="created_at", may_be_dealt_with=True,
        rows=lambda now: notices.unsent_messages(now, but=people.dealt_with("messages")),
    ),
    Kind(
        slug="unwoken", title=lazy("没跑到的日终"), tone="bad", since="next_wake_on",
        rows=lambda now: lending.unwoken(now.date()),
    ),
    Kind(
        slug="set-aside", title=lazy("日终留下的分期"), tone="bad", since="opened_at",
        rows=lambda now: lending.waiting_set_aside(),
    ),
    Kind(
        slug="holds-over", title=lazy("冻结到期，还没有结果"), tone="bad", since="until",
        rows=lambda now: holding.overdue(now.date()),
    ),
    Kind(
        slug="holds-asked", title=lazy("延长冻结等复核"), tone="warn", since="asked_at",
        rows=lambda now: holding.asked(),
    ),
    Kind(
        slug="returns-asked", title=lazy("代商户收退货等复核"), tone="warn", since="asked_at",
        rows=lambda now: returning.asked(),
    ),
    Kind(
        slug="holds", title=lazy("退货与冻结"), tone="", since="opened_at",
        rows=lambda now: holding.waiting(),
    ),
    Kind(
        slug="hardship-urgent", title=lazy("协商还款明天前要答复"), tone="bad", since="answer_by",
        rows=lambda now: hardship.urgent(day_of(now)),
    ),
    Kind(
        slug="hardship", title=lazy("协商还款等答复"), tone="warn", since="asked_at",
        rows=lambda now: hardship.waiting(),
    ),
    Kind(
        slug="hardship-asked", title=lazy("协商方案等复核"), tone="warn", since="asked_at",
        rows=lambda now: hardship.proposed(),
    ),
    Kind(
        slug="orders", title=lazy("签约 10 天未发货"), tone="warn", since="changed_at",
        rows=lending.unshipped,
    ),
    Kind(
        slug="shop-payouts", title=lazy("给商户的付款出了问题"), tone="bad", since="changed_at", may_be_dealt_with=True,
        rows=lambda now: payouts_to_shops.troubled(but=people.dealt_with("shop-payouts")),
    ),
    Kind(
        slug="shop-waiting", title=lazy("给商户的付款等复核"), tone="warn", since="proposed_at",
        rows=lambda now: payouts_to_shops.waiting(),
    ),
    Kind(
        slug="shop-accounts", title=lazy("商户收款账户等复核"), tone="warn", since="proposed_at",
        rows=lambda now: shop_accounts.asked(),
    ),
)  # fmt: skip
