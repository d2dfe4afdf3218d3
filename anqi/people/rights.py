"""Tables of what borrowers may do about their data and their account: complain, end sessions, take copies, correct."""

from django.db import models

from anqi.rows.fields import EncryptedText, belongs_to
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow


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


class AccountRequest(BorrowerRow):
    """That an account is to have another phone number, or another name and identity number: one alive of each kind."""

    class Kind(models.TextChoices):
        PHONE = "phone"
        IDENTITY = "identity"

    class State(models.TextChoices):
        PROVING = "proving"
        REVIEW = "review"
        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    ALIVE = (State.PROVING, State.REVIEW, State.WAITING)

    kind = models.CharField(max_length=16, choices=Kind.choices)
    state = models.CharField(max_length=16, choices=State.choices)
    # What is to be. Blanked when it is over.
    phone = EncryptedText(null=True)
    name = EncryptedText(null=True)
    id_number = EncryptedText(null=True)
    text = EncryptedText(null=True)
    # When a code that was sent to either phone came back.
    new_proved_at = models.DateTimeField(null=True)
    old_proved_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True, default="")
    # Until then whoever has the old phone can say no.
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_account_request"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "kind"], name="people_account_request_alive",
                condition=models.Q(state__in=["proving", "review", "waiting"]),
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=["asked_at"], name="people_account_request_review", condition=models.Q(state="review")),
            models.Index(fields=["due_at"], name="people_account_request_due", condition=models.Q(state="waiting")),
        )


class ConsentEnd(BorrowerRow):
    """That a borrower took back what they had agreed to for one purpose."""

    append_only = True

    purpose = models.CharField(max_length=32)
    ended_at = models.DateTimeField()

    class Meta:
        db_table = "people_consent_end"
