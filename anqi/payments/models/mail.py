"""What channels told us, what we mean to ask them, and what was said, for people to read."""

from django.db import models

from anqi.rows.fields import belongs_to
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow


class Inbox(models.Model):
    """A message from a channel, stored before it is understood. The raw bytes stay."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.CharField(max_length=16)
    message_key = models.CharField(max_length=128)
    kind = models.CharField(max_length=24)
    key = models.CharField(max_length=64)
    news = models.JSONField()
    raw = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    next_try_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=200, blank=True, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_inbox"
        constraints = (
            models.UniqueConstraint(fields=["channel", "message_key"], name="payments_inbox_once"),
        )
        indexes = (
            models.Index(fields=["next_try_at"], name="payments_inbox_due", condition=models.Q(state="waiting")),
            models.Index(fields=["channel", "key"], name="payments_inbox_key"),
        )


class Outbox(BorrowerRow):
    """Something we mean to ask a channel: written with its key before anything is sent."""

    class Kind(models.TextChoices):
        CHARGE = "charge"
        CLOSE = "close"
        DEBIT = "debit"

    charge_id = models.UUIDField()
    charge = belongs_to("payments.Charge", "charge_id")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    # Of a debit: each channel's are sent by themselves, so that a slow one holds up no other.
    channel = models.CharField(max_length=16, blank=True, default="")
    created_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_outbox"
        indexes = (
            models.Index(
                fields=["channel", "next_try_at"], name="payments_outbox_due", condition=models.Q(done_at__isnull=True)
            ),
            models.Index(fields=["borrower", "charge_id"], name="payments_outbox_charge"),
        )


class Exchange(BorrowerRow):
    """One question to a channel and what came back, or one message of its own; masked, for people to read."""

    append_only = True

    charge_id = models.UUIDField()
    charge = belongs_to("payments.Charge", "charge_id")
    direction = models.CharField(max_length=8)
    kind = models.CharField(max_length=24)
    outcome = models.CharField(max_length=16)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_exchange"
        indexes = (models.Index(fields=["borrower", "charge_id", "at"], name="payments_exchange_charge"),)
