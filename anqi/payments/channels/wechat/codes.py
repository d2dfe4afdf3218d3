"""What WeChat's words of failure mean, step by step. A word that stands nowhere here leaves the result unknown."""

# A final no to a debit, of the payer's account and the contract, wherever it is heard.
_PAYERS = {
    "NOTENOUGH": "balance",
    "ACCOUNTERROR": "account_state",
    "USER_ACCOUNT_ABNORMAL": "account_state",
    "USER_NOT_EXIST": "account_state",
    "NOTSUPORTCARD": "card_not_supported",
    "CONTRACT_NOT_EXIST": "mandate_ended",
    "CONTRACTNOTEXIST": "mandate_ended",
}
# To the request for a debit. RULELIMIT is the template's here. A bank's or a system's trouble, and a limit of
# frequency, say nothing of the debit: it is asked for again by the same number.
REFUSED = _PAYERS | {
    "RULELIMIT": "merchant_limit",
    "INVALID_REQUEST": "not_announced",
    "NOAUTH": "no_rights",
    "PARAM_ERROR": "wrong_message",
    "LACK_PARAMS": "wrong_message",
    "APPID_NOT_EXIST": "merchant_state",
    "MCHID_NOT_EXIST": "merchant_state",
    "APPID_MCHID_NOT_MATCH": "merchant_state",
}
# The number is taken: by this debit, sooner.
TAKEN = ("ORDERPAID", "ORDERCLOSED", "OUT_TRADE_NO_USED")
# To a debit that was on its way. RULELIMIT is that of the payer's card here.
ENDED = _PAYERS | {"RULELIMIT": "day_limit", "BANKERROR": "bank_closed"}
# WeChat says that it failed, and not why.
NOT_SAID = "declined"
# To an announcement.
ANNOUNCED_BEFORE = ("ALREADY_EXISTS",)
NOT_ANNOUNCED = {
    "CONTRACT_NOT_EXIST": "mandate_ended",
    "CONTRACT_NOT_EXISTS": "mandate_ended",
    "RESOURCE_NOT_EXISTS": "mandate_ended",
    "INVALID_REQUEST": "not_announced",
    "PARAM_ERROR": "wrong_message",
    "RULE_LIMIT": "merchant_limit",
    "NO_AUTH": "no_rights",
    "SIGN_ERROR": "wrong_signature",
}
