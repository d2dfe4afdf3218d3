"""Tables of people."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from anqi.rows.chain import GENESIS
from anqi.rows.fields import EncryptedText, belongs_to
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow


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
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "people_contact_wish"
        constraints = (models.UniqueConstraint(fields=["borrower"], name="people_contact_wish_one"),)


class SignIn(BorrowerRow):
    """One session of a borrower, from when they came in until it was ended; where it is stored says its key."""

    key = models.CharField(max_length=40)
    # The device's, as in `Device`; empty where the browser has kept nothing for us.
    device_hash = models.CharField(max_length=64, blank=True, default="")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_sign_in"
        constraints = (models.UniqueConstraint(fields=["borrower", "key"], name="people_sign_in_key"),)


class DataCopy(BorrowerRow):
    """A copy of all that is kept of a borrower, made because they asked: theirs to take for a day, then blanked."""

    asked_at = models.DateTimeField()
    # Until it is made. The ZIP in base64, as long as it may be taken.
    made_at = models.DateTimeField(null=True)
    parcel = EncryptedText(null=True)
    size = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    taken = models.PositiveIntegerField(default=0)
    last_taken_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_data_copy"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower"], name="people_data_copy_waiting", condition=models.Q(made_at=None)
            ),
        )
        indexes = (
            models.Index(fields=["asked_at"], name="people_data_copy_due", condition=models.Q(made_at=None)),
            models.Index(fields=["expires_at"], name="people_data_copy_over", condition=models.Q(parcel__isnull=False)),
        )


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
        indexes = (models.Index(fields=["borrower_id", "at"], name="people_staff_act_borrower"),)


class ComplaintRule(models.Model):
    """By which working day complaints are answered, from a day on: one lender's, or everybody's. Append-only."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    lender_id = models.UUIDField(null=True)
    since = models.DateField()
    days = models.PositiveSmallIntegerField()
    # Days off and days worked in exchange, as `engine.working_days` reads them.
    calendar = models.JSONField(default=dict)
    # Whom borrowers may turn to above us.
    authority = models.CharField(max_length=64)
    phone = models.CharField(max_length=24)

    class Meta:
        db_table = "people_complaint_rule"
        constraints = (
            models.UniqueConstraint(
                fields=["lender_id", "since"], name="people_complaint_rule_day", nulls_distinct=False
            ),
        )


class Complaint(BorrowerRow):
    """What a borrower says is wrong: one owner, and a day by which it is answered."""

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        WITHDRAWN = "withdrawn"

    number = models.CharField(max_length=24)
    kind = models.CharField(max_length=16)
    # What it is about: an order, a charge, a receipt, an agreement to be debited; nothing in particular.
    about = models.CharField(max_length=16, blank=True, default="")
    about_id = models.UUIDField(null=True)
    lender_id = models.UUIDField(null=True)
    text = EncryptedText()
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    is_escalated = models.BooleanField(default=False)
    owner_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    answer_by = models.DateField()
    # When its borrower said that the answer solved nothing, which can be said once.
    questioned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_complaint"
        indexes = (
            models.Index(fields=["answer_by"], name="people_complaint_open", condition=models.Q(state="open")),
        )


class ComplaintStep(BorrowerRow):
    """What somebody did about a complaint; nobody of the staff where its borrower did."""

    complaint_id = models.UUIDField()
    complaint = belongs_to("people.Complaint", "complaint_id", related_name="steps")
    kind = models.CharField(max_length=16)
    by = models.UUIDField(null=True)
    text = EncryptedText(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "people_complaint_step"
        indexes = (models.Index(fields=["borrower", "complaint_id"], name="people_complaint_steps"),)
