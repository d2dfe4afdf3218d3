"""A process that writes portions of a book; imported before there is Django, which it sets up."""

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo.seeding.writing import Task


def set_up() -> None:
    """Once in each process, before its first portion."""
    import django

    django.setup()


def write(task: "Task") -> "Counter[str]":
    """What `writing.write` says of it."""
    from demo.seeding import writing

    return writing.write(task)
