"""Bank cards that borrowers have bound at a channel."""

from django.db import models

from anqi.rows.fields import EncryptedText
from anqi.rows.tables import BorrowerRow


class Card(BorrowerRow):
    """A bank card, known by the token that stands for its number. The number is the channel's secret, never ours."""

    class State(models.TextChoices):
        PENDING = "pending"
        BOUND = "bound"
        ENDED = "ended"
        FAILED = "failed"

    class Kind(models.TextChoices):
        DEBIT = "debit"
        CREDIT = "credit"

    channel = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    # Kept as long as the channel would take money for it.
    token = EncryptedText(null=True)
    token_hash = models.CharField(max_length=64, blank=True, default="")
    bank = models.CharField(max_length=64, blank=True, default="")
    last4 = models.CharField(max_length=4, blank=True, default="")
    kind = models.CharField(max_length=8, choices=Kind.choices, blank=True, default="")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    opened_at = models.DateTimeField()
    bound_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "payments_card"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "key"], name="payments_card_key"),
            models.UniqueConstraint(
                fields=["borrower", "channel"], name="payments_card_one_opening", condition=models.Q(state="pending")
            ),
            models.UniqueConstraint(
                fields=["borrower", "channel", "token_hash"],
                name="payments_card_once",
                condition=models.Q(state="bound"),
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], name="payments_card_due", condition=models.Q(next_try_at__isnull=False)
            ),
            # The same card may be bound by two borrowers, and has one token.
            models.Index(fields=["token_hash"], name="payments_card_token", condition=models.Q(state="bound")),
        )
