"""Where the faults of agreements and debits strike: signing, ending, announcing, debiting; and what does nothing there."""

from collections.abc import Sequence

from sandbox.alipay import agreement_catalogue
from sandbox.alipay import catalogue as alipay
from sandbox.faults import RESPONSE_FAULTS, Fault
from sandbox.unionpay import catalogue as unionpay
from sandbox.wechat import catalogue as wechat
from tests.faults.matrix_operations import Place

ALIPAY_SIGNING_PAGE = alipay.SIGN_METHOD
_AGREEMENT_QUERY, UNSIGN, _MOVE = alipay.AGREEMENT_METHODS
_ALIPAY_LOOKS: tuple[Place, ...] = (("sign", _AGREEMENT_QUERY), ("end", _AGREEMENT_QUERY))
# While it holds: before the instalment is due, and once a day.
_ALIPAY_LATER_LOOK: Place = ("look", _AGREEMENT_QUERY)
_ALIPAY_DEBIT: Place = ("debit", "alipay.trade.pay")
_ALIPAY_DEBIT_QUERY: Place = ("debit", "alipay.trade.query")
_WECHAT_LOOKS: tuple[Place, ...] = (("sign", "contract_query"), ("end", "contract_query"))
_WECHAT_V2: tuple[Place, ...] = (*_WECHAT_LOOKS, ("end", "contract_end"), ("debit", "debit"), ("debit", "debit_query"))
_WECHAT_TOLD: tuple[Place, ...] = (("sign", "signed"), ("end", "ended"), ("debit", "debited"))
_UNIONPAY_DEBIT: tuple[Place, ...] = (("debit", "debit"), ("debit", "query"))
DEBIT_PLACES: tuple[tuple[str, Sequence[Fault], tuple[Place, ...]], ...] = (
    ("alipay", RESPONSE_FAULTS, (("sign", ALIPAY_SIGNING_PAGE),)),
    ("alipay", alipay.ANSWER_FAULTS, (*_ALIPAY_LOOKS, ("end", UNSIGN), _ALIPAY_DEBIT, _ALIPAY_DEBIT_QUERY)),
    ("alipay", alipay.AGREEMENT_NOTIFY_FAULTS, (("sign", "signed"), ("end", "unsigned"))),
    ("alipay", agreement_catalogue.SIGNING_FAULTS, (("sign", "signed"),)),
    ("alipay", agreement_catalogue.AGREEMENT_QUERY_FAULTS, (*_ALIPAY_LOOKS, _ALIPAY_LATER_LOOK)),
    ("alipay", agreement_catalogue.UNSIGN_FAULTS, (("end", UNSIGN),)),
    ("alipay", (*alipay.ANSWER_FAULTS, *agreement_catalogue.MOVING_FAULTS), (("move", _MOVE),)),
    ("alipay", agreement_catalogue.DEBIT_FAULTS, (_ALIPAY_DEBIT,)),
    ("alipay", alipay.QUERY_FAULTS, (_ALIPAY_DEBIT_QUERY,)),
    ("alipay", alipay.NOTIFY_FAULTS, (("debit", "paid"),)),
    ("wechat", wechat.ANSWER_FAULTS, (("sign", "sign"), *_WECHAT_V2, ("announce", "announce"))),
    ("wechat", wechat.KEY_FAULTS, (("announce", "announce"),)),
    ("wechat", wechat.PAPAY_ANSWER_FAULTS, _WECHAT_V2),
    ("wechat", (*wechat.NOTIFY_FAULTS, *wechat.PAPAY_NOTIFY_FAULTS), _WECHAT_TOLD),
    ("wechat", wechat.CONTRACT_FAULTS, (("sign", "signed"),)),
    ("wechat", wechat.QUERY_FAULTS, (*_WECHAT_LOOKS, ("look", "contract_query"), ("debit", "debit_query"))),
    (
        "wechat",
        (*wechat.REFUSING_FAULTS, *wechat.DEBIT_FAULTS, *wechat.TAKING_FAULTS, *wechat.DEBIT_NOTIFY_FAULTS),
        (("debit", "debit"),),
    ),
    ("unionpay", unionpay.ANSWER_FAULTS, _UNIONPAY_DEBIT),
    ("unionpay", unionpay.NOTIFY_FAULTS, (("debit", "debited"),)),
    ("unionpay", unionpay.KEY_FAULTS, (*_UNIONPAY_DEBIT, ("debit", "debited"))),
    ("unionpay", (unionpay.BEFORE_RESPONSE, *unionpay.TAKING_FAULTS, *unionpay.DECLINES), (("debit", "debit"),)),
    ("unionpay", unionpay.QUERY_FAULTS, (("debit", "query"),)),
)
# Struck by the agreement's own number, which the channel gives, or by none that is known before the debit is made.
OF_NO_AGREEMENT = (UNSIGN, "contract_end", "announce")
_OF_NOTICES_IN_JSON = ("unknown_serial", "no_headers", "then_closed")
# A contract's notice names neither amount nor currency nor application, and a debit's no template.
_OF_DEBITS_ONLY = ("altered_amount", "altered_currency", "altered_appid", "papay_then_failed")
_UNSIGNED = ("bad_signature", "no_signature")
STRIKES_NOTHING = frozenset(
    {(name, step) for name in _OF_NOTICES_IN_JSON for _, step in _WECHAT_TOLD}
    | {(name, step) for name in _OF_DEBITS_ONLY for step in ("signed", "ended")}
    # Nobody signs the answer that leads to WeChat's page.
    | {(name, "sign") for name in _UNSIGNED}
    # The way to a debit's notice is its own fault: papay_before_response.
    | {("before_response", "debited"), ("papay_altered_plan", "debited")}
)
