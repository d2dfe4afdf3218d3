"""Alipay's gateway: what it is asked, and whether its answer can be believed."""

from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError

from anqi.payments.channels.protocol import Unknown

# Of all codes only those whose meaning is certain; any other leaves the result unknown.
DONE, NO_SUCH_TRADE, WRONG_STATE = "10000", "40004 ACQ.TRADE_NOT_EXIST", "40004 ACQ.TRADE_STATUS_ERROR"


def ask(sdk: AliPay, method: str, question: dict[str, Any], **outer: str) -> dict[str, Any] | Unknown:
    """The answer, its signature checked; Unknown when there is none to believe. `outer` goes beside the question."""
    try:
        answer: dict[str, Any] = sdk.verified_sync_response(
            sdk.build_body(method, question, **outer), f"{method.replace('.', '_')}_response"
        )
    # Whatever went wrong, Alipay may have done what it was asked. Only the kind of trouble goes on,
    # because the SDK puts whole answers into its exceptions.
    except Exception as trouble:
        return Unknown(cause=_cause(trouble))
    return answer


def said(answer: dict[str, Any]) -> str:
    """The answer's code, and after it the one that says more."""
    return " ".join(str(answer[name]) for name in ("code", "sub_code") if answer.get(name))[:64]


def _cause(trouble: Exception) -> str:
    if isinstance(trouble, HTTPError):
        trouble.close()
        return f"http_{trouble.code}"
    return next((cause for kinds, cause in _CAUSES if isinstance(trouble, kinds)), "unreadable")


_CAUSES = (
    (AliPayValidationError, "bad_signature"),
    (AliPayException, "no_signature"),
    (TimeoutError, "timeout"),
    ((OSError, HTTPException), "no_answer"),
)
