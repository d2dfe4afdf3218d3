"""Addresses of the borrower's site. The borrower is in the session, never in an address."""

from django.urls import path

from anqi.web.borrower.views import (
    auto_pays,
    cards,
    certificates,
    charges,
    doors,
    home,
    identity,
    mandates,
    me,
    orders,
    papers,
    paying,
    receipts,
    signing,
)
from anqi.web.shared.papers import SIGNED

app_name = "borrower"
urlpatterns = [
    path("", home.home, name="home"),
    path("login", doors.login, name="login"),
    path("login/code", doors.code, name="login-code"),
    path("login/again", doors.send_again, name="login-again"),
    path("logout", doors.logout, name="logout"),
    path("me", me.me, name="me"),
    path("me/papers", papers.of_all, name="papers"),
    path("me/certificate", papers.certify_all, name="certify-all"),
    path("me/certificates/<uuid:certificate_id>.pdf", papers.certificate, name="certificate"),
    path("certificates", certificates.check, name="certificates"),
    path("orders", orders.orders, name="orders"),
    path("orders/<uuid:order_id>", orders.order, name="order"),
    path("orders/<uuid:order_id>/agreement", orders.agreement, name="agreement"),
    path("orders/<uuid:order_id>/papers", papers.of_order, name="order-papers"),
    path("orders/<uuid:order_id>/certificate", papers.certify, name="certify"),
    *(
        path(f"orders/<uuid:order_id>/{name}.pdf", papers.signed, {"name": name}, name=f"{name}-pdf")
        for name in SIGNED
    ),
    path("orders/<uuid:order_id>/auto-pay", auto_pays.of_order, name="auto-pay"),
    path("orders/<uuid:order_id>/auto-pay/add", auto_pays.add, name="auto-pay-add"),
    path("orders/<uuid:order_id>/auto-pay/move", auto_pays.move, name="auto-pay-move"),
    path("orders/<uuid:order_id>/pay", paying.pay, name="pay"),
    path("orders/<uuid:order_id>/pay/preview", paying.preview, name="pay-preview"),
    path("orders/<uuid:order_id>/sign", signing.sign, name="sign"),
    path("orders/<uuid:order_id>/sign/gate", signing.gate, name="sign-gate"),
    path("orders/<uuid:order_id>/decline", signing.decline, name="decline"),
    path("orders/<uuid:order_id>/signed", signing.signed, name="signed"),
    path("confirm/<str:token>", signing.confirm, name="confirm"),
    path("verify", identity.verify, name="verify"),
    path("cards", cards.listed, name="cards"),
    path("cards/add", cards.add, name="card-add"),
    path("cards/<uuid:card_id>", cards.opened, name="card"),
    path("cards/<uuid:card_id>/open", cards.open_page, name="card-open"),
    path("cards/<uuid:card_id>/remove", cards.remove, name="card-remove"),
    path("auto-pay", auto_pays.of_all, name="auto-pays"),
    path("mandates/<uuid:mandate_id>", mandates.signed, name="mandate"),
    path("mandates/<uuid:mandate_id>/sign", mandates.sign, name="mandate-sign"),
    path("mandates/<uuid:mandate_id>/end", mandates.end, name="mandate-end"),
    path("charges/<uuid:charge_id>", charges.charge, name="charge"),
    path("charges/<uuid:charge_id>/cashier", charges.cashier, name="cashier"),
    path("charges/<uuid:charge_id>/code.svg", charges.code, name="charge-code"),
    path("charges/<uuid:charge_id>/give-up", charges.give_up, name="give-up"),
    path("receipts", receipts.receipts, name="receipts"),
    path("receipts/<uuid:receipt_id>", receipts.receipt, name="receipt"),
]
