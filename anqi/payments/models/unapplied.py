"""Money that no loan could use, and what becomes of it; and where a channel contradicts us."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from anqi.rows.fields import belongs_to
from anqi.rows.tables import BorrowerRow


class Unapplied(BorrowerRow):
    """Money that arrived and that no loan could use: a case until somebody has decided about it."""

    payment_id = models.UUIDField()
    payment = belongs_to("payments.Payment", "payment_id")
    loan_id = models.UUIDField(null=True)
    lender_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    left_minor = models.BigIntegerField()
    reason = models.CharField(max_length=32)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # When what is left goes back by itself; empty while people are to decide.
    returns_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_unapplied"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, left_minor__gte=0, left_minor__lte=models.F("amount_minor")),
                name="payments_unapplied_amounts",
            ),
        )
        indexes = (
            models.Index(
                fields=["opened_at"], name="payments_unapplied_open", condition=models.Q(closed_at__isnull=True)
            ),
            models.Index(
                fields=["returns_at"], name="payments_unapplied_returns", condition=models.Q(closed_at__isnull=True)
            ),
        )


class Application(BorrowerRow):
    """Someone's wish to use unapplied money for a loan; the larger ones wait for a second person."""

    class State(models.TextChoices):
        REQUESTED = "requested"
        DONE = "done"
        REFUSED = "refused"

    case_id = models.UUIDField()
    case = belongs_to("payments.Unapplied", "case_id")
    loan_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    purpose = models.CharField(max_length=8)
    reason = models.CharField(max_length=400)
    state = models.CharField(max_length=16, choices=State.choices, default=State.REQUESTED)
    requested_by = models.UUIDField()
    requested_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_application"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "case_id"],
                name="payments_application_one_wish",
                condition=models.Q(state="requested"),
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="payments_application_amount"
            ),
        )
        indexes = (
            models.Index(
                fields=["requested_at"], name="payments_application_open", condition=models.Q(state="requested")
            ),
        )


class Refund(BorrowerRow):
    """Money that goes back to where it came from. The row and its number are written before anything is sent."""

    class State(models.TextChoices):
        CREATED = "created"
        PROCESSING = "processing"
        UNKNOWN = "unknown"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    OPEN = (State.CREATED, State.PROCESSING, State.UNKNOWN)

    case_id = models.UUIDField()
    case = belongs_to("payments.Unapplied", "case_id")
    payment_id = models.UUIDField()
    payment = belongs_to("payments.Payment", "payment_id")
    charge_id = models.UUIDField()
    lender_id = models.UUIDField()
    channel = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    why = models.CharField(max_length=80)
    state = models.CharField(max_length=16, choices=State.choices, default=State.CREATED)
    ref = models.CharField(max_length=64, blank=True, default="")
    reason = models.CharField(max_length=64, blank=True, default="")
    requested_by = models.UUIDField(null=True)
    requested_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "payments_refund"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "key"], name="payments_refund_key"),
            models.UniqueConstraint(
                fields=["borrower", "case_id"],
                name="payments_refund_one_open",
                condition=models.Q(state__in=["created", "processing", "unknown"]),
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payments_refund_amount"),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], name="payments_refund_due", condition=models.Q(next_try_at__isnull=False)
            ),
            models.Index(fields=["borrower", "charge_id"], name="payments_refund_charge"),
            BrinIndex(fields=["refunded_at"], name="payments_refund_done", autosummarize=True),
        )


class Difference(BorrowerRow):
    """What a channel says that contradicts what we know of a charge: a case until somebody has looked."""

    class Kind(models.TextChoices):
        AMOUNT_DIFFERS = "amount_differs"
        AMOUNT_CHANGED = "amount_changed"
        UNDONE = "undone"
        GIVEN_BACK = "given_back"
        REFUND_DIFFERS = "refund_differs"

    charge_id = models.UUIDField()
    charge = belongs_to("payments.Charge", "charge_id")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    told = models.JSONField()
    learned_by = models.CharField(max_length=16)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    decision = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "payments_difference"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "charge_id", "kind"],
                name="payments_difference_once",
                condition=models.Q(closed_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(
                fields=["opened_at"], name="payments_difference_open", condition=models.Q(closed_at__isnull=True)
            ),
        )
