"""Goods that come back: principal that is no longer lent, and the interest and fees that it bore."""

from anqi.engine.allocation import pay_due
from anqi.engine.course import Course, Instalment, Stretch
from anqi.engine.cuts import cut, reprice, take_surplus, unpaid_principal
from anqi.engine.facts import Return
from anqi.engine.lateness import owing
from anqi.engine.pricing import close_stretches
from anqi.engine.products import Part


def give_back(course: Course, fact: Return) -> None:
    """Take a return off the instalments to come, then off due principal; then it pays, then it is credit.

    Contract, cuts. 1999.00 returned when 333.16 of it is due already: 1665.84 off the coming instalments,
    333.16 off the due one, whose fee and penalty stay. Where interest and fees are given back they go first: then
    it is as though what came back had never been lent, and a whole return leaves nothing owed.
    """
    gives_back = fact.gives_back or _is_free(course, fact)
    given_back_minor = _give_back_costs(course, fact.amount_minor) if gives_back else 0
    cut_minor = min(fact.amount_minor, unpaid_principal(course))
    if cut_minor:
        course.returned_minor += cut(course, cut_minor)
    if cut_minor or gives_back:
        reprice(course)
    left_minor = _take_off_due(course, fact.amount_minor - cut_minor)
    course.cuts.append(("returned", course.day, fact.amount_minor - left_minor))
    course.credit_minor += pay_due(course, left_minor + given_back_minor)


def _is_free(course: Course, fact: Return) -> bool:
    # 《消费者权益保护法》第二十五条: goods bought at a distance may go back within seven days without a reason.
    days, starts_on = course.terms.free_return_days, course.rows[0].period.begins_on
    return bool(days) and (fact.on - starts_on).days <= days


def _give_back_costs(course: Course, amount_minor: int) -> int:
    lent_minor = course.lent_minor - (course.taken_back_minor - amount_minor)
    if lent_minor <= 0:
        return 0
    share = _Share(course, min(amount_minor, lent_minor), lent_minor)
    owing(course)
    close_stretches(course)
    for row in course.coming:
        row.openings, row.fee_bases = share.off_all(row.openings), share.off_all(row.fee_bases)
        row.carried = {part: minor - share.of_carried(part, minor) for part, minor in row.carried.items()}
        row.charged["penalty"] = row.carried.get("penalty", 0)
    return sum(_give_back(row, share) for row in course.rows if row.is_due)


def _give_back(row: Instalment, share: "_Share") -> int:
    row.subsidy_minor -= share.of(row.subsidy_minor)
    for part in share.parts:
        given_minor = min(share.of(row.charged[part]), row.charged[part] - row.waived[part])
        if given_minor:
            row.charged[part] -= given_minor
            row.given_back = {**row.given_back, part: row.given_back.get(part, 0) + given_minor}
    return take_surplus(row)


class _Share:
    """The part of all that is lent which comes back."""

    def __init__(self, course: Course, part_minor: int, whole_minor: int) -> None:
        self._terms, self._part_minor, self._whole_minor = course.terms, part_minor, whole_minor
        self.is_whole = part_minor == whole_minor
        self.parts: tuple[Part, ...] = ("interest", "fee", "penalty") if self.is_whole else ("interest", "fee")

    def of(self, amount_minor: int) -> int:
        return self._terms.rounded(amount_minor * self._part_minor, self._whole_minor)

    def of_carried(self, part: Part, amount_minor: int) -> int:
        # Fees that came from elsewhere, what staff charged among them, go only with all of the goods.
        is_given_back = part == "interest" or (self.is_whole and part != "principal")
        return self.of(amount_minor) if is_given_back else 0

    def off_all(self, stretches: list[Stretch]) -> list[Stretch]:
        return [(base_minor - self.of(base_minor), since, until) for base_minor, since, until in stretches]


def _take_off_due(course: Course, amount_minor: int) -> int:
    for row in owing(course):
        taken_minor = min(row.left("principal"), amount_minor)
        row.charged["principal"] -= taken_minor
        course.returned_minor += taken_minor
        course.fee_base_minor -= taken_minor
        course.is_fee_base_changed = course.is_fee_base_changed or taken_minor > 0
        amount_minor -= taken_minor
    return amount_minor
