"""What channels say they have paid out to our bank account: nobody's rows but ours."""

from django.db import models

from anqi.payments.models.bank import BankLine
from anqi.payments.models.reconciliation import ChannelStatement
from anqi.rows.ids import uuid7


class Remittance(models.Model):
    """One amount on its way from a channel to our bank, in fen; below zero what the channel takes from there."""

    class State(models.TextChoices):
        """Differing is what the bank's line, or a later file, tells otherwise; dismissed is what never comes."""

        TOLD = "told"
        DIFFERING = "differing"
        ASKED = "asked"
        ARRIVED = "arrived"
        DISMISSED = "dismissed"

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.CharField(max_length=16)
    day = models.DateField()
    # The channel's own number; of a clearing day, the day.
    ref = models.CharField(max_length=64)
    # Of several that are told under one number on a day, which.
    nth = models.IntegerField(default=1)
    amount_minor = models.BigIntegerField()
    told_at = models.DateTimeField()
    # Not, where a later file of the day is without it.
    is_told = models.BooleanField(default=True)
    # Which file tells it, the last one that did.
    statement = models.ForeignKey(ChannelStatement, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=State.choices, default=State.TOLD)
    # The bank's line of it, by itself or as people say; none for what never comes.
    line = models.OneToOneField(BankLine, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=400, blank=True, default="")
    found_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField(null=True)
    # Empty where no person had to decide.
    decided_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_remittance"
        constraints = (
            models.UniqueConstraint(fields=["channel", "day", "ref", "nth"], name="payments_remittance_once"),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="payments_remittance_amount"),
        )
        indexes = (
            models.Index(
                fields=["day"], name="payments_remittance_open",
                condition=models.Q(state__in=["told", "differing", "asked"]),
            ),
        )  # fmt: skip
