"""What anqi says no to.

Refused
└── one subclass for each reason, beside the noun it belongs to

A refusal is an answer: a request that was understood and declined. Doors translate it once.
"""

from typing import ClassVar


class Refused(Exception):
    """This can't be done."""

    code: ClassVar[str] = "refused"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts

    @property
    def message(self) -> str:
        """The reason in English: the class's own docstring with the facts filled in."""
        return (self.__doc__ or "").format(**self.facts)

    def __str__(self) -> str:
        return self.message
