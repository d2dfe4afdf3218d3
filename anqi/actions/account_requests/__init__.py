"""Another phone number, or another name and identity number, for an account.

Who has both phones proves both; who has lost the old one, or corrects an identity, is looked at by a person.
Refused by `people.account_requests`, `people.codes` and `people.identities`; who may decide by `people.authority`.
"""

from anqi.actions.account_requests.correcting import correct
from anqi.actions.account_requests.deciding import approve, carry_out, refuse, withdraw
from anqi.actions.account_requests.phoning import begin, prove, report_lost, send_code

__all__ = [
    "approve", "begin", "carry_out", "correct", "prove", "refuse", "report_lost", "send_code", "withdraw",
]  # fmt: skip
