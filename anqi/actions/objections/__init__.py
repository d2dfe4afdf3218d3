"""Objections (异议): what a borrower says is wrong in what is reported, answered in writing within twenty days.

While one is open nothing bad is sent of its loan, and the next file says that it is disputed.

Refused
├── AlreadyObjected      objection_id
├── StatementSent        the bureau has it
├── SomebodyElses        only its owner answers it
└── NothingPutRight      what is known still says what was reported
The rest by `lending.objections` and `lending.report_faults`; who may act by `people.authority`.
"""

from anqi.actions.objections.answering import NothingPutRight, SomebodyElses, answer, note, take
from anqi.actions.objections.faulting import agree, blame, disagree
from anqi.actions.objections.objecting import AlreadyObjected, StatementSent, object_to, state, withdraw

__all__ = [
    "AlreadyObjected", "NothingPutRight", "SomebodyElses", "StatementSent", "agree", "answer", "blame", "disagree",
    "note", "object_to", "state", "take", "withdraw",
]  # fmt: skip
