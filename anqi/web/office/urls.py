"""Addresses of the office. Whoever's page it is, the borrower stands in the address; names and numbers never do."""

from django.urls import path

from anqi.web.office.views import (
    bank,
    books,
    borrowers,
    charges,
    differences,
    holds,
    journal,
    loans,
    payouts,
    queue,
    search,
    set_aside,
    unapplied,
    webhooks,
)

app_name = "office"
urlpatterns = [
    path("", queue.home, name="queue"),
    path("queue/<slug:slug>", queue.exceptions, name="exceptions"),
    path("queue/<slug:slug>/<uuid:row_id>/done", queue.deal_with, name="deal_with"),
    path("search", search.search, name="search"),
    path("borrowers/<uuid:borrower_id>", borrowers.borrower, name="borrower"),
    path("borrowers/<uuid:borrower_id>/identity", borrowers.unmask, name="unmask"),
    path("borrowers/<uuid:borrower_id>/loans/<uuid:loan_id>", loans.loan, name="loan"),
    path("unapplied", unapplied.cases, name="cases"),
    path("borrowers/<uuid:borrower_id>/unapplied/<uuid:case_id>", unapplied.case, name="case"),
    path(
        "borrowers/<uuid:borrower_id>/unapplied/<uuid:case_id>/applications/<uuid:application_id>/approve",
        unapplied.approve, name="approve",
    ),
    path(
        "borrowers/<uuid:borrower_id>/unapplied/<uuid:case_id>/applications/<uuid:application_id>/refuse",
        unapplied.refuse, name="refuse",
    ),
    path(
        "borrowers/<uuid:borrower_id>/differences/<uuid:difference_id>", differences.difference, name="difference"
    ),
    path("borrowers/<uuid:borrower_id>/unapplied/<uuid:case_id>/refund", unapplied.give_back, name="give_back"),
    path("borrowers/<uuid:borrower_id>/unapplied/<uuid:case_id>/keep", unapplied.keep, name="keep"),
    path("borrowers/<uuid:borrower_id>/charges/<uuid:charge_id>/query", charges.query, name="query_charge"),
    path("borrowers/<uuid:borrower_id>/charges/<uuid:charge_id>/close", charges.close, name="close_charge"),
    path("borrowers/<uuid:borrower_id>/set-aside/<uuid:set_aside_id>/again", set_aside.bring_again, name="bring_again"),
    path("payouts", payouts.listed, name="payouts"),
    path("borrowers/<uuid:borrower_id>/payouts/<uuid:payout_id>", payouts.payout, name="payout"),
    path("borrowers/<uuid:borrower_id>/payouts/<uuid:payout_id>/release", payouts.release, name="release_payout"),
    path("borrowers/<uuid:borrower_id>/payouts/<uuid:payout_id>/stop", payouts.stop, name="stop_payout"),
    path("borrowers/<uuid:borrower_id>/payouts/<uuid:payout_id>/ask", payouts.ask, name="ask_payout"),
    path("borrowers/<uuid:borrower_id>/payouts/<uuid:payout_id>/verdict", payouts.judge, name="judge_payout"),
    path("borrowers/<uuid:borrower_id>/payouts/<uuid:payout_id>/agree", payouts.agree, name="agree_payout"),
    path("borrowers/<uuid:borrower_id>/payouts/<uuid:payout_id>/drop", payouts.drop, name="drop_payout"),
    path("borrowers/<uuid:borrower_id>/loans/<uuid:loan_id>/holds", holds.holds, name="holds"),
    path("borrowers/<uuid:borrower_id>/holds/<uuid:hold_id>/<slug:verb>", holds.act, name="hold_act"),
    path("bank", bank.account, name="bank"),
    path("bank/to-make.csv", bank.to_make_file, name="bank_to_make"),
    path("bank/lines/<uuid:line_id>", bank.line, name="bank_line"),
    path("bank/lines/<uuid:line_id>/payer", bank.unmask, name="bank_unmask"),
    path("bank/lines/<uuid:line_id>/approve", bank.approve, name="bank_approve"),
    path("bank/lines/<uuid:line_id>/refuse", bank.refuse, name="bank_refuse"),
    path("trial-balance", books.trial_balance, name="trial_balance"),
    path("trial-balance.csv", books.trial_balance_file, name="trial_balance_file"),
    path("trial-balance/<slug:account>", journal.journal, name="journal"),
    path("merchants", webhooks.merchants, name="merchants"),
    path("merchants/<uuid:merchant_id>/webhooks", webhooks.log, name="webhooks"),
    path("merchants/<uuid:merchant_id>/webhooks/<uuid:webhook_id>/again", webhooks.send_again, name="send_again"),
]  # fmt: skip
