"""Who a borrower is: one person, one account, and the credit that goes with it."""

from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection

from anqi.actions import identities
from anqi.lending.models import CreditLine, Lender
from anqi.people import borrowers
from anqi.people import identities as persons
from anqi.people.identities import AlreadyVerified, Identity, IdentityTaken, NotAnIdNumber, TooYoung
from anqi.people.models import Borrower, Consent, IdentityEntry
from anqi.rows.days import SHANGHAI
from anqi.rows.refusals import Refused
from tests.people.at_once import at_once

NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
NAME, NUMBER = "林小满", "11010519491231002X"
OTHER_NUMBER = "440524188001010014"


def register(n: int = 1) -> UUID:
    return borrowers.find_or_register(f"+861380000602{n}", language="zh-hans", now=NOW)


def verify(borrower_id: UUID, *, name: str = NAME, number: str = NUMBER, verifier: str = "checksum") -> None:
    identities.verify(borrower_id=borrower_id, name=name, id_number=number, now=NOW, verifier=verifier)


@pytest.fixture
def lenders() -> None:
    for code, limit in (("qhxj", 2_000_000), ("other", 500_000)):
        Lender.objects.create(code=code, name=code, kind="consumer_finance", limit_minor=limit)


@pytest.mark.django_db
def test_who_is_verified_has_consented_and_has_credit_with_every_lender(lenders: None) -> None:
    lin = register()
    verify(lin)
    borrower = Borrower.objects.get(id=lin)
    assert (borrower.name, borrower.id_number, borrower.verified_at) == (NAME, NUMBER, NOW)
    [consent] = Consent.objects.filter(borrower_id=lin)
    assert (consent.purpose, consent.version) == ("identity", identities.TEXT_VERSION)
    granted = CreditLine.objects.filter(borrower_id=lin).values_list("granted_minor", flat=True)
    assert sorted(granted) == [500_000, 2_000_000]


@pytest.mark.django_db
def test_the_same_again_is_the_same_answer_and_changes_nothing(lenders: None) -> None:
    lin = register()
    verify(lin)
    Lender.objects.update(limit_minor=1)
    verify(lin, name=f" {NAME} ", number=NUMBER.lower())
    assert Consent.objects.count() == 1
    assert 1 not in CreditLine.objects.values_list("granted_minor", flat=True)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "number"), [(NAME, OTHER_NUMBER), ("周大山", NUMBER)])
def test_an_account_never_becomes_another_person(lenders: None, name: str, number: str) -> None:
    lin = register()
    verify(lin)
    with pytest.raises(AlreadyVerified):
        verify(lin, name=name, number=number)
    assert Borrower.objects.get(id=lin).name == NAME
    assert IdentityEntry.objects.count() == 1


@pytest.mark.django_db
def test_a_person_has_one_account(lenders: None) -> None:
    lin, again = register(1), register(2)
    verify(lin)
    with pytest.raises(IdentityTaken):
        verify(again)
    assert Borrower.objects.get(id=again).verified_at is None
    assert not CreditLine.objects.filter(borrower_id=again).exists()
    assert not Consent.objects.filter(borrower_id=again).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "refusal"), [("110105194912310021", NotAnIdNumber), ("110105201012310027", TooYoung)]
)
def test_a_refused_identity_leaves_nothing(lenders: None, number: str, refusal: type[Refused]) -> None:
    lin = register()
    with pytest.raises(refusal):
        verify(lin, number=number)
    assert Borrower.objects.get(id=lin).id_number is None
    assert not IdentityEntry.objects.exists() and not CreditLine.objects.exists()


@pytest.mark.django_db
def test_what_a_verifier_refuses_is_refused(lenders: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unknown(Refused):
        """Nobody of that name has that number."""

    class Registry:
        def verify(self, identity: Identity) -> None:
            assert not connection.in_atomic_block or connection.savepoint_ids == []
            raise Unknown

    monkeypatch.setitem(persons.VERIFIERS, "registry", Registry())
    lin = register()
    with pytest.raises(Unknown):
        verify(lin, verifier="registry")
    assert Borrower.objects.get(id=lin).verified_at is None


@pytest.mark.django_db
def test_neither_name_nor_number_can_be_read_in_the_database(lenders: None) -> None:
    verify(register())
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(b::text, '') from people_borrower b")
        [(kept,)] = cursor.fetchall()
        cursor.execute("select string_agg(e::text, '') from people_identity_entry e")
        [(entry,)] = cursor.fetchall()
    for readable in (NAME, NUMBER, NAME.encode().hex(), NUMBER.encode().hex()):
        assert readable not in kept + entry


def test_a_person_who_verifies_two_accounts_at_once_has_one(clone_database: str) -> None:
    ends = at_once(lambda: verify(register(1)), lambda: verify(register(2)), lambda: verify(register(3)))
    assert sorted(type(end).__name__ for end in ends) == ["IdentityTaken", "IdentityTaken", "NoneType"]
    assert Borrower.objects.exclude(verified_at=None).count() == 1


def test_the_same_step_twice_at_once_is_one(clone_database: str) -> None:
    lin = register()
    Lender.objects.create(code="qhxj", name="", kind="consumer_finance", limit_minor=2_000_000)
    ends = at_once(*[lambda: verify(lin)] * 3)
    assert ends == [None, None, None]
    assert Consent.objects.count() == CreditLine.objects.count() == 1


def test_two_persons_at_once_in_one_account_are_one(clone_database: str) -> None:
    lin = register()
    ends = at_once(lambda: verify(lin), lambda: verify(lin, name="周大山", number=OTHER_NUMBER))
    assert sorted(type(end).__name__ for end in ends) == ["AlreadyVerified", "NoneType"]
    assert IdentityEntry.objects.count() == 1
