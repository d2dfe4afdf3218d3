"""What one question costs the engine: a standing, a plan, an annual cost, a line through its door.

Needs no database and starts no process. The loans are in engine_loans.py.
"""

import inspect
import json
import statistics
from collections.abc import Callable, Iterator
from datetime import date

from anqi.engine.contract import answer_line
from anqi.engine.cost import annual_cost_of
from anqi.engine.facts import Fact, read_facts
from anqi.engine.loan import standing
from anqi.engine.products import Terms, read_terms
from anqi.engine.schedule import plan
from tools.bench.engine_loans import Loan, loans
from tools.bench.questions import Question, medians

_FEW, _MANY = 12, 240
_DAYS = 7
# Loans of each kind that go through the door in one round: no two lines ask about the same.
_LINES = 50
_STANDING_SECONDS, _DOOR_SECONDS, _PLAN_SECONDS, _COST_SECONDS = 10, 5, 2, 2

_Figures = dict[str, float]


def measure() -> _Figures:
    """Microseconds of a standing, a plan and an annual cost, lines a second, and how the cost grows with the loan."""
    few = loans(payments=_FEW)
    standings, ratios = _standings(few, loans(payments=_MANY))
    # What the engine keeps of reading or of terms it may keep between lines, as it does when it serves.
    doors = medians(list(_through_the_door()), seconds=_DOOR_SECONDS, forgetting="each round")
    plans = medians([_of_terms(plan, each) for each in few], seconds=_PLAN_SECONDS)
    costs = medians([_of_terms(annual_cost_of, each) for each in few], seconds=_COST_SECONDS)
    _show(standings, doors, plans, costs, ratios)
    prompt = [each.name for each in few if each.is_prompt]
    regular = [each.name for each in few if each.terms.instalments == _FEW]
    return {
        "engine_standing_us": round(statistics.median(standings[name] for name in prompt), 1),
        "engine_standing_worst_us": round(max(standings.values()), 1),
        "engine_plan_us": round(statistics.median(plans[name] for name in regular), 1),
        "engine_annual_cost_us": round(statistics.median(costs[name] for name in regular), 1),
        "engine_door_standings_per_s": round(1_000_000 / statistics.mean(doors[name] for name in prompt)),
        "engine_linear_ratio": round(statistics.median(ratios[name] for name in prompt), 2),
        "engine_linear_ratio_worst": round(max(ratios.values()), 2),
    }


def _standings(few: list[Loan], many: list[Loan]) -> tuple[_Figures, _Figures]:
    """Microseconds of the short loans; what an instalment or fact of the long ones costs, by what it costs there."""
    asked = [_standing(each, each.name, day) for each in few for day in each.days(_DAYS)]
    # In the same turns, so that a ratio is of one moment.
    asked += [_standing(each, f"long {each.name}", day) for each in many for day in each.days(1)]
    took = medians(asked, seconds=_STANDING_SECONDS)
    ratios = {
        short.name: took[f"long {short.name}"] / long.size / (took[short.name] / short.size)
        for short, long in zip(few, many, strict=True)
    }
    return {each.name: took[each.name] for each in few}, ratios


def _standing(loan: Loan, about: str, on: date) -> Question:
    def prepare() -> tuple[Terms, tuple[Fact, ...]]:
        terms = read_terms(loan.stated_terms)
        # Whatever the engine keeps of terms is there before the clock runs, and nothing that follows from a fact.
        standing(terms, (), terms.starts_on)
        return terms, read_facts(loan.stated_facts, currency=terms.currency)

    def ask(read: tuple[Terms, tuple[Fact, ...]]) -> object:
        terms, facts = read
        return standing(terms, facts, on)

    return Question(about=about, prepare=prepare, ask=ask)


def _of_terms(answer_to: Callable[[Terms], object], loan: Loan) -> Question:
    """A question about terms alone, asked below the cache that would keep its answer."""
    return Question(
        about=loan.name, prepare=lambda: read_terms(loan.stated_terms), ask=inspect.unwrap(answer_to)
    )


def _through_the_door() -> Iterator[Question]:
    """Loans of every kind, all with terms of their own: what is kept of one helps no other."""
    for number in range(_LINES):
        for loan in loans(payments=_FEW, more_minor=7 * number + 7, days_later=number):
            yield _door(loan.name, _line(loan))


def _door(about: str, line: bytes) -> Question:
    assert "refused" not in answer_line(line), line
    return Question(about=about, prepare=lambda: line, ask=lambda line: json.dumps(answer_line(line)))


def _line(loan: Loan) -> bytes:
    (on,) = loan.days(1)
    request = {"ask": "standing", "terms": loan.stated_terms, "facts": loan.stated_facts, "on": on.isoformat()}
    return json.dumps(request).encode()


def _show(standings: _Figures, doors: _Figures, plans: _Figures, costs: _Figures, ratios: _Figures) -> None:
    print(f"{'µs':<26}{'standing':>9}{'door':>9}{'plan':>9}{'cost':>9}{'ratio':>9}")
    for name, took in standings.items():
        shown = "".join(f"{each:>9.1f}" for each in (took, doors[name], plans[name], costs[name]))
        print(f"{name:<26}{shown}{ratios[name]:>9.2f}")
