"""Holds: while goods are on their way back or something is in dispute, no day of lateness counts."""

from datetime import date

from anqi.engine.course import Course
from anqi.engine.events import Hold, Release


def hold(course: Course, fact: Hold) -> None:
    """From the day on lateness stands still: no day past due, no penalty, no late fee; what is owed stays.

    Ten days late at 0.15 a day, held for twenty: 1.50 at the end of them, 1.65 the day after.
    """
    if not course.held_by:
        course.holds.append((fact.on, date.max))
    course.held_by.add(fact.id)


def release(course: Course, fact: Release) -> None:
    """From the day on days count again, where no other hold is open. Days that were held are never made up for.

    What fell due meanwhile is as though it fell due on this day.
    """
    if fact.of not in course.held_by:
        # That hold was undone as though it had never been, or is over already.
        return
    course.held_by.remove(fact.of)
    if not course.held_by:
        since, _ = course.holds.pop()
        if since < fact.on:
            course.holds.append((since, fact.on))
