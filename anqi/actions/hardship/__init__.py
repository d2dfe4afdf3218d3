"""Hardship help (协商还款): asked for, answered in time, signed by the borrower, and looked after (decision 0019).

asking      the borrower asks, asks for something else, withdraws, questions a no
answering   people look, offer, approve, decline
accepting   what is signed: the amendment, its facts and the books, once
following   what time does: an answer that is late, an offer that is over, help that is not kept

Refused
├── NotDeclined           state
├── QuestionedBefore
├── TooLateToQuestion
├── AnotherMustLook       who declined it doesn't look again
├── DaysOutOfRange
└── NothingProposed
Cases are refused by `lending.hardship`, what doesn't fit by `lending.hardship_options`, what would cost too much or
last too long by `lending.products`; who may act by `people.authority`.
"""

from anqi.actions.hardship.accepting import OFFER, Choices, Presented, accept, choices, present
from anqi.actions.hardship.answering import (
    AnotherMustLook,
    DaysOutOfRange,
    NothingProposed,
    approve,
    decline,
    look,
    offer,
    refuse,
)
from anqi.actions.hardship.asking import (
    NotDeclined,
    QuestionedBefore,
    TooLateToQuestion,
    ask,
    ask_otherwise,
    pause_debits,
    question,
    withdraw,
)
from anqi.actions.hardship.following import follow, lapse, stand_in

__all__ = [
    "OFFER", "AnotherMustLook", "Choices", "DaysOutOfRange", "NotDeclined", "NothingProposed", "Presented",
    "QuestionedBefore", "TooLateToQuestion", "accept", "approve", "ask", "ask_otherwise", "choices", "decline",
    "follow", "lapse", "look", "offer", "pause_debits", "present", "question", "refuse", "stand_in", "withdraw",
]  # fmt: skip
