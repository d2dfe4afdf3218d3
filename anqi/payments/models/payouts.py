"""Money that a lender pays out to a borrower."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from anqi.rows.fields import EncryptedText
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow


class Payout(BorrowerRow):
    """Our wish that a channel pays a loan out, written with its key before anything is sent."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RELEASED = "released"
        PROCESSING = "processing"
        UNKNOWN = "unknown"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        STOPPED = "stopped"
        RETURNED = "returned"

    # Has certainly not left.
    AT_HOME = (State.WAITING, State.RELEASED)
    # May have left, and nobody has said how it ended.
    SENT = (State.PROCESSING, State.UNKNOWN)
    # Of these a loan has one at most: each has been, or may yet be, money out of the house.
    ALIVE = (*AT_HOME, *SENT, State.SUCCEEDED)

    loan_id = models.UUIDField()
    lender_id = models.UUIDField()
    channel = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    # The token of a bound card, or the account at a wallet; and whose it must be.
    account = EncryptedText()
    holder = EncryptedText()
    # What people may see of the account.
    label = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    why = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=64, blank=True, default="")
    ref = models.CharField(max_length=64, blank=True, default="")
    requested_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_by = models.UUIDField(null=True)
    # Half of its number at some channels: the same however often it is sent.
    sent_at = models.DateTimeField(null=True)
    # The channel has said that it knows of it: from then on it is asked about, and never sent again.
    is_heard = models.BooleanField(default=False)
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # When a payout that failed, and that nobody asked for anew, ended its loan.
    lapsed_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    # How somebody says that it ended, while a second person has not agreed.
    verdict = models.JSONField(null=True)
    verdict_by = models.UUIDField(null=True)

    class Meta:
        db_table = "payments_payout"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "key"], name="payments_payout_key"),
            models.UniqueConstraint(
                fields=["borrower", "loan_id"], name="payments_payout_once",
                condition=models.Q(state__in=["waiting", "released", "processing", "unknown", "succeeded"]),
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payments_payout_amount"),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], name="payments_payout_due", condition=models.Q(next_try_at__isnull=False)
            ),
            models.Index(
                fields=["requested_at"], name="payments_payout_open",
                condition=models.Q(state__in=["waiting", "released", "processing", "unknown"]),
            ),
            models.Index(fields=["lender_id", "sent_at"], name="payments_payout_day"),
            BrinIndex(fields=["paid_at"], name="payments_payout_paid", autosummarize=True),
        )


class PayoutExchange(BorrowerRow):
    """One question to a channel about a payout and what came back, masked, for people to read."""

    append_only = True

    payout_id = models.UUIDField()
    kind = models.CharField(max_length=24)
    outcome = models.CharField(max_length=16)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_payout_exchange"
        indexes = (models.Index(fields=["borrower", "payout_id", "at"], name="payments_payout_exchanges"),)


class UnreadStatement(models.Model):
    """A channel's statement of a day that could not be had or read so far, or that somebody gave up."""

    class Reason(models.TextChoices):
        NOT_READY = "not_ready"
        NO_ANSWER = "no_answer"
        UNREADABLE = "unreadable"
        # Nothing moved on that day, as far as we know: a file may never come.
        NOTHING = "nothing"

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.CharField(max_length=16)
    day = models.DateField()
    tries = models.IntegerField(default=0)
    reason = models.CharField(max_length=16, choices=Reason.choices, default=Reason.NOT_READY)
    detail = models.CharField(max_length=120, default="")
    first_tried_at = models.DateTimeField()
    last_tried_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    given_up_by = models.UUIDField(null=True)
    why = models.CharField(max_length=400, default="")

    class Meta:
        db_table = "payments_unread_statement"
        constraints = (models.UniqueConstraint(fields=["channel", "day"], name="payments_unread_statement_once"),)
        indexes = (
            models.Index(
                fields=["day"], name="payments_unread_statement_open",
                condition=models.Q(read_at=None, given_up_at=None),
            ),
        )


class ReadStatement(models.Model):
    """A channel's statement of a day that was looked through for payouts that came back."""

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=16)
    day = models.DateField()
    sha256 = models.CharField(max_length=64)
    read_at = models.DateTimeField()

    class Meta:
        db_table = "payments_read_statement"
        constraints = (models.UniqueConstraint(fields=["channel", "day"], name="payments_read_statement_once"),)
