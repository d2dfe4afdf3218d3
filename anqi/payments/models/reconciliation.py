"""What channels' statements said, and how far it is what we have: nobody's rows but ours."""

from typing import ClassVar

from django.db import models

from anqi.rows.fields import EncryptedText
from anqi.rows.ids import uuid7


class ChannelStatement(models.Model):
    """A file of a channel's as it came, sealed: it names payers. Another file of the same day is a new version."""

    append_only: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.CharField(max_length=16)
    day = models.DateField()
    kind = models.CharField(max_length=16)
    version = models.PositiveIntegerField()
    account = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    # In Base64.
    raw = EncryptedText()
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "payments_channel_statement"
        constraints = (
            models.UniqueConstraint(fields=["channel", "day", "kind", "version"], name="payments_statement_version"),
        )


class ReconciliationDay(models.Model):
    """A channel's day as one of its files tells it, held against ours and the books; amounts in fen."""

    class State(models.TextChoices):
        OPEN = "open"
        EXPLAINED = "explained"
        RECONCILED = "reconciled"

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.CharField(max_length=16)
    day = models.DateField()
    kind = models.CharField(max_length=16)
    # None of a day on which nothing moved, and of which the channel has no file.
    statement = models.ForeignKey(ChannelStatement, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    theirs_count = models.IntegerField()
    theirs_minor = models.BigIntegerField()
    # What the file tells and is no business of a borrower's: withdrawals to our bank, top-ups.
    other_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    ours_count = models.IntegerField()
    ours_minor = models.BigIntegerField()
    # What the account in transit holds of the same movements.
    booked_minor = models.BigIntegerField()
    matched = models.IntegerField()
    # What the differences explain of theirs less ours.
    named_minor = models.BigIntegerField()
    open_differences = models.IntegerField(default=0)
    matched_at = models.DateTimeField()
    reconciled_at = models.DateTimeField(null=True)
    # Empty where no person had to decide.
    reconciled_by = models.UUIDField(null=True)
    # From which file its fees and remittances are in the books.
    learned_from = models.UUIDField(null=True)

    class Meta:
        db_table = "payments_reconciliation_day"
        constraints = (
            models.UniqueConstraint(fields=["channel", "day", "kind"], name="payments_reconciliation_day_once"),
        )
        indexes = (
            models.Index(
                fields=["day"], name="payments_reconciliation_open", condition=~models.Q(state="reconciled")
            ),
        )  # fmt: skip


class ReconciliationDifference(models.Model):
    """One thing that a file tells otherwise than we know it; amounts in fen, above zero what came in."""

    class Kind(models.TextChoices):
        MISSING_WITH_US = "missing_with_us"
        MISSING_WITH_THEM = "missing_with_them"
        AMOUNT = "amount"
        FEE = "fee"
        OTHER_DAY = "other_day"
        DUPLICATE = "duplicate"
        UNKNOWN_STATE = "unknown_state"

    class State(models.TextChoices):
        """Settled is what went by itself: learned from the file, or told by a later one."""

        OPEN = "open"
        SETTLED = "settled"
        EXPLAINED = "explained"
        ASKED = "asked"
        WRITTEN_OFF = "written_off"

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.CharField(max_length=16)
    day = models.DateField()
    statement_kind = models.CharField(max_length=16)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    # What moved: charge, refund, payout, returned, fee, other.
    part = models.CharField(max_length=16)
    key = models.CharField(max_length=64, blank=True)
    ref = models.CharField(max_length=64, blank=True)
    # Of several that are told alike, which.
    nth = models.IntegerField(default=1)
    line = models.IntegerField(null=True)
    theirs_minor = models.BigIntegerField(null=True)
    ours_minor = models.BigIntegerField(null=True)
    # By how much it makes theirs more than ours, on this day.
    off_minor = models.BigIntegerField()
    fee_theirs_minor = models.BigIntegerField(null=True)
    fee_ours_minor = models.BigIntegerField(null=True)
    theirs_at = models.DateTimeField(null=True)
    ours_at = models.DateTimeField(null=True)
    # Ours: whose, and which of our rows.
    borrower_id = models.UUIDField(null=True)
    object = models.CharField(max_length=16, blank=True, default="")
    object_id = models.UUIDField(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=400, blank=True, default="")
    found_at = models.DateTimeField()
    # Which comparing found it last.
    seen_in = models.UUIDField()
    told_at = models.DateTimeField(null=True)
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_reconciliation_difference"
        constraints = (
            models.UniqueConstraint(
                fields=["channel", "day", "statement_kind", "kind", "part", "key", "ref", "nth"],
                name="payments_recon_difference_once",
            ),
        )  # fmt: skip
        indexes = (
            models.Index(
                fields=["channel", "key"], name="payments_recon_difference_open",
                condition=models.Q(state__in=["open", "asked"]),
            ),
        )  # fmt: skip
