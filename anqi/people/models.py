"""Tables of people."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from anqi.people.rights import (
    AccountRequest,
    Complaint,
    ComplaintRule,
    ComplaintStep,
    ConsentEnd,
    DataCopy,
    SignIn,
)
from anqi.rows.chain import GENESIS
from anqi.rows.fields import EncryptedText
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow

__all__ = [
    "AccountRequest", "Borrower", "Call", "Complaint", "ComplaintRule", "ComplaintStep", "Consent", "ConsentEnd",
    "DataCopy", "Device", "IdentityEntry", "LoginCode", "PhoneEntry", "SignIn", "StaffAct", "User",
]  # fmt: skip


class Users(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Someone who can sign in: a borrower by phone and code, or staff by e-mail, password and second factor."""

    class Kind(models.TextChoices):
        BORROWER = "borrower"
        STAFF = "staff"

    class Role(models.TextChoices):
        CLERK = "clerk"
        SUPERVISOR = "supervisor"
        AUDITOR = "auditor"
        NONE = "none"

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    email = models.EmailField(unique=True, null=True)
    name = models.CharField(max_length=64, default="")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.NONE)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = Users()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "people_user"

    def __str__(self) -> str:
        return str(self.id)


class Borrower(models.Model):
    """A person who may owe. Every money act locks this row: the one intended serial point.

    The id is the user's id; there is no foreign key, because users stay on one node of a cluster.
    """

    id = models.UUIDField(primary_key=True)
    phone = EncryptedText()
    phone_hash = models.CharField(max_length=64)
    name = EncryptedText(null=True)
    id_number = EncryptedText(null=True)
    id_number_hash = models.CharField(max_length=64, null=True)
    verified_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=8, default="zh-hans")
    # When they closed their account; what the law wants kept is kept, and nobody signs in.
    closed_at = models.DateTimeField(null=True)
    # When the law no longer wanted it kept, and it was forgotten who they were.
    forgotten_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    last_seq = models.BigIntegerField(default=0)
    last_hash = models.BinaryField(default=GENESIS)

    class Meta:
        db_table = "people_borrower"

    def __str__(self) -> str:
        return str(self.id)


class PhoneEntry(models.Model):
    """Which borrower a phone number signs in. A global look-up."""

    phone_hash = models.CharField(primary_key=True, max_length=64)
    borrower_id = models.UUIDField(unique=True)

    class Meta:
        db_table = "people_phone_entry"


class IdentityEntry(models.Model):
    """Which borrower an identity card belongs to: one person, one account. A global look-up."""

    id_number_hash = models.CharField(primary_key=True, max_length=64)
    borrower_id = models.UUIDField(unique=True)

    class Meta:
        db_table = "people_identity_entry"


class LoginCode(models.Model):
    """A six-digit code sent to a phone: kept as a keyed hash, few attempts, short life."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    phone_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_login_code"
        indexes = (models.Index(fields=["phone_hash", "-sent_at"], name="people_login_code_phone"),)


class Consent(BorrowerRow):
    """One purpose that a borrower agreed to, with the version of the text that was shown."""

    append_only = True

    purpose = models.CharField(max_length=32)
    version = models.CharField(max_length=32)
    given_at = models.DateTimeField()

    class Meta:
        db_table = "people_consent"


class Device(BorrowerRow):
    """A device from which a borrower signs in. One that two share has a row for each, under the same hash."""

    hash = models.CharField(max_length=64)
    # What its browser said of itself when it was last signed in from.
    system = models.CharField(max_length=16)
    browser = models.CharField(max_length=16)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        db_table = "people_device"
        constraints = (models.UniqueConstraint(fields=["borrower", "hash"], name="people_device_once"),)


class ContactWish(BorrowerRow):
    """How and when a borrower wants to be reminded, in whole hours of Shanghai. Without a row the usual holds."""

    by_sms = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=False)
    # So many days before a due day.
    steps = ArrayField(models.PositiveSmallIntegerField())
    hour = models.PositiveSmallIntegerField()
    quiet_from = models.PositiveSmallIntegerField()
    quiet_until = models.PositiveSmallIntegerField()
    # Whether the borrower has named these hours; the usual ones are nobody's consent.
    is_chosen = models.BooleanField(default=False)
    mail = EncryptedText(null=True)
    # Named, and not confirmed yet.
    mail_asked = EncryptedText(null=True)
    # Since when they want to be called no more; and since when their number is said to be somebody else's.
    no_calls_at = models.DateTimeField(null=True)
    doubted_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "people_contact_wish"
        constraints = (models.UniqueConstraint(fields=["borrower"], name="people_contact_wish_one"),)


class Call(BorrowerRow):
    """A call to a borrower about what is overdue: there before anybody dials, with how it went afterwards."""

    class Outcome(models.TextChoices):
        REACHED = "reached"
        NOT_REACHED = "not_reached"
        WRONG_PERSON = "wrong_person"
        PROMISE = "promise"
        NO_CALLS = "no_calls"
        COMPLAINT = "complaint"

    # Spoken with, so that nobody calls again that day.
    REACHED = (Outcome.REACHED, Outcome.PROMISE, Outcome.NO_CALLS, Outcome.COMPLAINT)

    loan_ids = ArrayField(models.UUIDField())
    by = models.UUIDField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True, default="")
    # What was promised, in fen, and by the end of which day.
    promised_on = models.DateField(null=True)
    promised_minor = models.BigIntegerField(null=True)
    note = EncryptedText(null=True)
    lasted_minutes = models.PositiveSmallIntegerField(null=True)

    class Meta:
        db_table = "people_call"
        constraints = (
            models.UniqueConstraint(fields=["borrower"], name="people_call_alive", condition=models.Q(ended_at=None)),
        )
        indexes = (
            models.Index(fields=["borrower", "begun_at"], name="people_call_borrower"),
            models.Index(fields=["begun_at"], name="people_call_day"),
        )


DEALT_WITH = "deal_with_exception"
"""The verb under which staff say that they have seen to an exception that can't be mended."""


class StaffAct(models.Model):
    """What a member of staff did or looked at, and why. Append-only."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    actor_id = models.UUIDField()
    verb = models.CharField(max_length=48)
    borrower_id = models.UUIDField(null=True)
    object_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=400, default="")
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "people_staff_act"
        indexes = (
            models.Index(fields=["borrower_id", "at"], name="people_staff_act_borrower"),
            # Each page of the office asks for these few among all that anybody ever looked at.
            models.Index(fields=["object_id"], name="people_staff_act_dealt_with", condition=models.Q(verb=DEALT_WITH)),
        )
