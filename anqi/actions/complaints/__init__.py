"""Complaints (投诉): what a borrower says is wrong, answered by one owner by a day that both know.

Refused by `people.complaints`; who may act by `people.authority`.
"""

from anqi.actions.complaints.answering import answer, escalate, note, take
from anqi.actions.complaints.complaining import complain, loans_of, question, withdraw
from anqi.actions.complaints.ruling import RuleUnsound, rule

__all__ = ["RuleUnsound", "answer", "complain", "escalate", "loans_of", "note", "question", "rule", "take", "withdraw"]
