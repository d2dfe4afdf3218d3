"""Tables of cash reserves (备用金) before they are loans: who applied, what was decided and why, by which rules."""

from django.db import models

from anqi.lending.models.shops import Lender, Product
from anqi.rows.fields import EncryptedText, belongs_to
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow


class LenderPolicy(models.Model):
    """What one lender wants of an application from a day on: fields of the engine's policy. Append-only."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    source = models.CharField(max_length=200)
    body = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "lending_policy"
        constraints = (models.UniqueConstraint(fields=["lender", "since"], name="lending_policy_day"),)


class Trace(models.Model):
    """That a borrower has named this account, or applied from this device. A global look-up by keyed hash."""

    class Kind(models.TextChoices):
        ACCOUNT = "account"
        DEVICE = "device"

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    hash = models.CharField(max_length=64)
    borrower_id = models.UUIDField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "lending_trace"
        constraints = (models.UniqueConstraint(fields=["hash", "kind", "borrower_id"], name="lending_trace_once"),)


class Application(BorrowerRow):
    """A borrower wants so much for a purpose; its id is that of the attempt, and later that of the order."""

    class State(models.TextChoices):
        REVIEW = "review"
        APPROVED = "approved"
        REFUSED = "refused"
        SIGNED = "signed"
        WITHDRAWN = "withdrawn"
        LAPSED = "lapsed"

    # Of these a borrower has one at most.
    ALIVE = (State.REVIEW, State.APPROVED)

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    purpose = models.CharField(max_length=32)
    # Where it is to be paid to: a bound card, or an account at a wallet; and what people may see of it.
    channel = models.CharField(max_length=16)
    card_id = models.UUIDField(null=True)
    wallet = EncryptedText(null=True)
    label = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State.choices)
    # All that was looked at with what came of it. A date of birth is in it.
    decision = EncryptedText()
    reasons = models.JSONField()
    applied_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    question = models.CharField(max_length=400, blank=True, default="")
    questioned_at = models.DateTimeField(null=True)
    # Until when what was approved can be signed.
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lending_application"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower"], name="lending_application_alive",
                condition=models.Q(state__in=["review", "approved"]),
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="lending_application_amount"),
        )
        indexes = (
            models.Index(
                fields=["expires_at"], name="lending_application_lapse", condition=models.Q(state="approved")
            ),
            models.Index(fields=["applied_at"], name="lending_application_waits", condition=models.Q(state="review")),
            # The office's lists are of days, over all borrowers.
            models.Index(fields=["applied_at"], name="lending_application_day"),
        )


class ApplicationReview(BorrowerRow):
    """A member of staff looked at an application, and why they decided as they did. Append-only."""

    append_only = True

    application_id = models.UUIDField()
    application = belongs_to("lending.Application", "application_id")
    outcome = models.CharField(max_length=8)
    reason = models.CharField(max_length=400)
    by = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "lending_application_review"
