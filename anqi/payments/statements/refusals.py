"""The one no of a statement that can't be read."""

from typing import Literal

from anqi.rows.refusals import Refused

Reason = Literal[
    "damaged", "encoding", "header", "columns", "number", "amount", "time", "currency", "other_day", "other_account",
    "cut", "count_differs", "sums_differ", "hash_differs",
]  # fmt: skip
_WORDS: dict[Reason, str] = {
    "damaged": "the file can't be unpacked",
    "encoding": "it is written in another encoding",
    "header": "it hasn't the headings of such a statement",
    "columns": "it has other columns than the headings say",
    "number": "an order without a number",
    "amount": "an amount that is none",
    "time": "a time that is none",
    "currency": "an amount in another currency",
    "other_day": "it is of another day",
    "other_account": "it is of another account",
    "cut": "its end is missing",
    "count_differs": "it counts other rows than there are",
    "sums_differ": "its amounts don't add up",
    "hash_differs": "the file is not the one that the channel stated the hash of",
}


class StatementUnreadable(Refused):
    """The statement can't be read at line {line}: {words}."""

    code = "statement_unreadable"

    def __init__(self, reason: Reason, line: int = 0) -> None:
        super().__init__(reason=reason, line=line, words=_WORDS[reason])
        self.reason = reason
        self.line = line
        """Of the file's text, from 1; 0 where it is the file as a whole."""
