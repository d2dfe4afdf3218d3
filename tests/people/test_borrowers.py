"""A phone is one borrower, however many ask at once."""

from datetime import datetime

from anqi.people import borrowers
from anqi.people.models import Borrower, PhoneEntry, User
from anqi.rows.days import SHANGHAI
from tests.people.at_once import at_once

NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
PHONE = "+8613800006021"


def test_two_who_register_the_same_phone_at_once_are_one_borrower(clone_database: str) -> None:
    for n in range(5):
        phone = f"+861380000602{n}"
        ends = at_once(*[lambda phone=phone: borrowers.find_or_register(phone, language="en", now=NOW)] * 3)
        assert len(set(ends)) == 1, ends
    assert User.objects.count() == Borrower.objects.count() == PhoneEntry.objects.count() == 5
