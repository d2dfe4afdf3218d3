"""Every way in which the engine declines a request that it understood.

Refused
├── BadJson           the line is no JSON
├── BadRequest        field: a key missing, unknown or unreadable
├── BadTerms          field: the top-level key of the terms
├── BadFact           field: the key of the fact
├── BeforeStart
├── NotPositive
├── UnknownFact
├── MoreThanOwed
├── LessThanPayoff    need_minor: the payoff of that day
├── NotToCome         field: the instalment is due, paid off or on an older plan, or there is none
├── OutOfOrder        field: the day does not come after the one and before the other
├── UnknownCharge
├── MoreThanAgreed    need_minor: the most that is left of what was agreed
├── MoreThanPaid      need_minor: the most that is left of that payment
├── MoreThanCredit    need_minor: the credit balance of that day
├── NotWrittenOff
├── LoanOver          the loan is void or written off
└── CapUnknown
"""


class Refused(Exception):
    """The request is declined."""

    code = "refused"

    def __init__(self, *, field: str | None = None, need_minor: int | None = None) -> None:
        super().__init__(type(self).__doc__)
        self.field = field
        self.need_minor = need_minor

    @property
    def message(self) -> str:
        """The refusal in one English sentence, with the field it is about where there is one."""
        sentence = str(self)
        return f"{sentence.rstrip('.')} ({self.field})." if self.field else sentence


class BadJson(Refused):
    """This line is not JSON."""

    code = "bad_json"


class BadRequest(Refused):
    """A key of the request is missing, unknown or unreadable."""

    code = "bad_request"


class BadTerms(Refused):
    """These terms make no sense."""

    code = "bad_terms"


class BadFact(Refused):
    """A key of this fact is missing, unknown or unreadable, or its id is taken."""

    code = "bad_fact"


class BeforeStart(Refused):
    """A fact is dated before the day the loan starts."""

    code = "before_start"


class NotPositive(Refused):
    """The amount of a fact must be more than zero."""

    code = "not_positive"


class UnknownFact(Refused):
    """The engine does not know this fact, or the payment that it is about."""

    code = "unknown_fact"


class MoreThanOwed(Refused):
    """A waiver takes off more than is owed."""

    code = "more_than_owed"


class LessThanPayoff(Refused):
    """The amount does not reach the payoff of that day."""

    code = "less_than_payoff"


class NotToCome(Refused):
    """No such instalment is still to come."""

    code = "not_to_come"


class OutOfOrder(Refused):
    """The day does not lie where it must: after the one before it, before the one after it."""

    code = "out_of_order"


class UnknownCharge(Refused):
    """The terms name no such charge: what was not disclosed cannot be charged."""

    code = "unknown_charge"


class MoreThanAgreed(Refused):
    """The amount is more than what the terms allow."""

    code = "more_than_agreed"


class MoreThanPaid(Refused):
    """More is taken back than is left of that payment."""

    code = "more_than_paid"


class MoreThanCredit(Refused):
    """The amount is more than the credit balance of that day."""

    code = "more_than_credit"


class NotWrittenOff(Refused):
    """Only a loan that was written off has recoveries."""

    code = "not_written_off"


class LoanOver(Refused):
    """The loan is void or written off: it takes nothing but money any more."""

    code = "loan_over"


class CapUnknown(Refused):
    """No rule is known on what a loan of this lender may cost on that day."""

    code = "cap_unknown"
