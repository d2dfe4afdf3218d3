"""Calls (电话) about what is overdue: asked for first, on record before anybody dials, written down afterwards.

asking      whom one may call now, by the rules of contact; if not, why, and from when on
calling     a call begins, and how it went

Refused by `people.calls`; who may act by `people.authority`.
"""

from anqi.actions.calls.asking import Looked, Owing, Promised, look, look_at_late
from anqi.actions.calls.calling import begin, end

__all__ = ["Looked", "Owing", "Promised", "begin", "end", "look", "look_at_late"]
