"""What the gateway tells a merchant of agreements: notifications, and the parameters of the way back."""

from datetime import datetime

from sandbox import clock
from sandbox.alipay import notices, trades
from sandbox.alipay.agreement_orders import PERSONAL_PRODUCT_CODE
from sandbox.alipay.agreements import Agreement
from sandbox.alipay.catalogue import AGREEMENT_NOTIFY_FAULTS, SIGN_METHOD
from sandbox.site import Site
from sandbox.store import Connection

_TYPES = {"signed": "dut_user_sign", "unsigned": "dut_user_unsign"}


def announce(
    connection: Connection, site: Site, agreement: Agreement, *, event: str, url: str | None, now: datetime
) -> None:
    """Keep the notification of `event` for sending, where there is an address for it."""
    if url is None:
        return
    story = _signed(agreement) if event == "signed" else _unsigned(agreement)
    fields = notices.common(site, _TYPES[event], now=now) | _payer(connection, agreement) | story
    notices.keep(
        connection, site, fields, order_no=agreement.external_agreement_no, event=event, url=url,
        able=AGREEMENT_NOTIFY_FAULTS, now=now,
    )  # fmt: skip


def _payer(connection: Connection, agreement: Agreement) -> dict[str, str]:
    assert agreement.buyer_id is not None, "what was signed has a payer"
    wallet = trades.find_wallet(connection, agreement.buyer_id)
    assert wallet is not None
    return {
        "alipay_user_id": wallet.buyer_id,
        "alipay_logon_id": wallet.logon_id,
        "agreement_no": agreement.agreement_no,
        "external_agreement_no": agreement.external_agreement_no,
        "personal_product_code": PERSONAL_PRODUCT_CODE,
        "sign_scene": agreement.sign_scene,
    }


def _signed(agreement: Agreement) -> dict[str, str]:
    assert agreement.signed_at is not None
    assert agreement.invalid_at is not None
    return {
        "status": "NORMAL",
        "sign_time": agreement.signed_at,
        "valid_time": agreement.signed_at,
        "invalid_time": agreement.invalid_at,
        # A day, though its name is a time's.
        "next_deduct_time": agreement.plan_on,
    }


def _unsigned(agreement: Agreement) -> dict[str, str]:
    assert agreement.ends_at is not None
    return {"status": "UNSIGN", "unsign_time": agreement.ends_at}


def return_link(
    connection: Connection, site: Site, agreement: Agreement, *, now: datetime
) -> str | None:
    """Where the payer goes after signing: the merchant's address with signed parameters."""
    if agreement.return_url is None:
        return None
    fields = {
        "charset": "utf-8",
        "method": f"{SIGN_METHOD}.return",
        "version": "1.0",
        "app_id": site.home.settings.app_id,
        "auth_app_id": site.home.settings.app_id,
        "timestamp": clock.to_wire(now),
        **_payer(connection, agreement),
        **_signed(agreement),
    }
    return notices.signed_link(site, agreement.return_url, fields)
