"""Questions to the engine and how long each takes, none answered from what another one left behind."""

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

_LEAST_ROUNDS = 3
Forgetting = Literal["always", "each round"]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is made ready before the clock runs, and what is then timed."""

    about: str
    prepare: Callable[[], Any]
    ask: Callable[[Any], object]


def medians(questions: Sequence[Question], *, seconds: int, forgetting: Forgetting = "always") -> dict[str, float]:
    """Microseconds of a question, by what it is about, over as many rounds of all of them as there is time for.

    The engine forgets all answers before every question, or only once a round, for questions that are all different.
    """
    samples: dict[str, list[int]] = {}
    caches = _caches()
    rounds, until = 0, time.perf_counter() + seconds
    while rounds < _LEAST_ROUNDS or time.perf_counter() < until:
        _empty(caches)
        for each in questions:
            if forgetting == "always":
                _empty(caches)
            samples.setdefault(each.about, []).append(_nanoseconds(each))
        rounds += 1
    return {about: statistics.median(took) / 1000 for about, took in samples.items()}


def _caches() -> list[Any]:
    """Every function of the engine that keeps its answers, whatever its name."""
    modules = [module for name, module in sys.modules.items() if name.startswith("anqi.engine")]
    return [held for module in modules for held in vars(module).values() if hasattr(held, "cache_clear")]


def _empty(caches: Sequence[Any]) -> None:
    for cache in caches:
        cache.cache_clear()


def _nanoseconds(question: Question) -> int:
    ready = question.prepare()
    with _without_collecting():
        began = time.perf_counter_ns()
        question.ask(ready)
        return time.perf_counter_ns() - began


@contextmanager
def _without_collecting() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
