"""Who works in the office, and the record of what they do."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from anqi.actions import staff
from anqi.actions.staff import NotASupervisor, Oneself
from anqi.people import borrowers
from anqi.people.models import StaffAct, User
from anqi.people.staff import EmailTaken, NoSuchRole, NoSuchStaff, NotAnEmail, WeakPassword
from anqi.rows.days import SHANGHAI
from anqi.rows.refusals import Refused
from tests.people.at_once import at_once

NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def admit(
    email: str = "li@office.example", *, role: str = "supervisor", password: str = PASSWORD,
    actor: User | str = "command line",
) -> User:  # fmt: skip
    return staff.admit(email=email, name="李", role=role, password=password, actor=actor, now=NOW)


@pytest.mark.django_db
def test_the_first_one_is_admitted_at_the_server_and_that_is_on_record() -> None:
    li = admit(" Li@Office.example ")
    kept = User.objects.get(id=li.id)
    assert (kept.email, kept.kind, kept.role) == ("li@office.example", User.Kind.STAFF, "supervisor")
    assert kept.check_password(PASSWORD)
    [act] = StaffAct.objects.all()
    assert (act.verb, act.object_id, act.detail) == (
        "admit_staff", li.id, {"role": "supervisor", "by": "command line"}
    )  # fmt: skip


@pytest.mark.django_db
def test_a_supervisor_admits_others() -> None:
    li = admit()
    wang = admit("wang@office.example", role="clerk", actor=li)
    act = StaffAct.objects.get(object_id=wang.id)
    assert (act.actor_id, act.detail) == (li.id, {"role": "clerk"})


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["clerk", "auditor"])
def test_nobody_else_does(role: str) -> None:
    wang = admit(role=role)
    with pytest.raises(NotASupervisor):
        admit("zhao@office.example", actor=wang)
    with pytest.raises(NotASupervisor):
        staff.suspend(staff_id=admit("zhao@office.example").id, reason="", actor=wang, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"email": "li"}, NotAnEmail),
        ({"email": "LI@office.example"}, EmailTaken),
        ({"role": "none"}, NoSuchRole),
        ({"role": "boss"}, NoSuchRole),
        ({"password": ""}, WeakPassword),
        ({"password": "short"}, WeakPassword),
        ({"password": "123456789012"}, WeakPassword),
        ({"password": "li@office.example"}, WeakPassword),
    ],
)
def test_what_is_refused_leaves_nothing(wrong: dict[str, str], refusal: type[Refused]) -> None:
    admit()
    before = User.objects.count(), StaffAct.objects.count()
    with pytest.raises(refusal):
        admit(**{"email": "li@office.example" if "email" in wrong else "new@office.example", **wrong})  # type: ignore[arg-type]
    assert (User.objects.count(), StaffAct.objects.count()) == before


@pytest.mark.django_db
def test_who_is_suspended_is_inactive_once_and_on_record() -> None:
    li, wang = admit(), admit("wang@office.example", role="clerk")
    for _ in range(2):
        staff.suspend(staff_id=wang.id, reason="left", actor=li, now=NOW)
    assert not User.objects.get(id=wang.id).is_active
    [act] = StaffAct.objects.filter(verb="suspend_staff")
    assert (act.actor_id, act.object_id, act.reason) == (li.id, wang.id, "left")


@pytest.mark.django_db
def test_nobody_suspends_themselves_a_borrower_or_nobody() -> None:
    li = admit()
    with pytest.raises(Oneself):
        staff.suspend(staff_id=li.id, reason="", actor=li, now=NOW)
    lin = borrowers.find_or_register("+8613800006021", language="en", now=NOW)
    for stranger in (lin, uuid4()):
        with pytest.raises(NoSuchStaff):
            staff.suspend(staff_id=stranger, reason="", actor=li, now=NOW)
    assert User.objects.get(id=lin).is_active


@pytest.mark.django_db
def test_who_lost_phone_and_password_starts_again_at_the_server() -> None:
    li, new = admit(), "another long password"
    Authenticator.objects.create(user=li, type="totp", data={})
    User.objects.filter(id=li.id).update(is_active=False)
    staff.readmit(email=" LI@office.example", password=new, actor="command line", now=NOW)
    kept = User.objects.get(id=li.id)
    assert kept.is_active and kept.check_password(new) and not kept.check_password(PASSWORD)
    assert not Authenticator.objects.exists()
    act = StaffAct.objects.get(verb="readmit_staff")
    assert (act.actor_id, act.object_id, act.detail) == (li.id, li.id, {"by": "command line"})


@pytest.mark.django_db
def test_a_supervisor_readmits_others_never_themselves_and_never_with_a_weak_password() -> None:
    li, wang = admit(), admit("wang@office.example", role="clerk")
    staff.readmit(email="wang@office.example", password="another long password", actor=li, now=NOW)
    for email, password, actor, refusal in (
        ("li@office.example", "another long password", li, Oneself),
        ("wang@office.example", "short", li, WeakPassword),
        ("nobody@office.example", "another long password", li, NoSuchStaff),
        ("li@office.example", "another long password", wang, NotASupervisor),
    ):
        with pytest.raises(refusal):
            staff.readmit(email=email, password=password, actor=actor, now=NOW)
    assert User.objects.get(id=li.id).check_password(PASSWORD)
    assert StaffAct.objects.filter(verb="readmit_staff").count() == 1


@pytest.mark.django_db
def test_a_look_is_on_record_and_stays_there() -> None:
    li, lin, loan = admit(), uuid4(), uuid4()
    staff.note(
        actor=li, verb="view_loan", borrower_id=lin, object_id=loan, reason="call", detail={"page": 1}, now=NOW
    )
    act = StaffAct.objects.get(verb="view_loan")
    assert (act.actor_id, act.borrower_id, act.object_id, act.reason, act.detail, act.at) == (
        li.id, lin, loan, "call", {"page": 1}, NOW
    )  # fmt: skip
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        StaffAct.objects.filter(id=act.id).update(reason="nothing")
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        StaffAct.objects.filter(id=act.id).delete()


def test_two_with_one_email_at_once_are_one(clone_database: str) -> None:
    ends = at_once(admit, lambda: admit("LI@office.example"))
    assert sorted(type(end).__name__ for end in ends) == ["EmailTaken", "User"]
    assert User.objects.count() == StaffAct.objects.count() == 1


def test_two_supervisors_who_suspend_each_other_at_once_leave_one(clone_database: str) -> None:
    li, zhao = admit(), admit("zhao@office.example")
    ends = at_once(
        lambda: staff.suspend(staff_id=zhao.id, reason="", actor=li, now=NOW),
        lambda: staff.suspend(staff_id=li.id, reason="", actor=zhao, now=NOW),
    )
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "NotASupervisor"]
    assert User.objects.filter(is_active=True).count() == 1
