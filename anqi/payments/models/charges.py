"""Charges, what each pays, and the money that came of them."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from anqi.rows.fields import EncryptedText, belongs_to
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow


class Charge(BorrowerRow):
    """Our request to a channel to collect a payment. Its key is what the channel knows it by."""

    class State(models.TextChoices):
        CREATED = "created"
        PROCESSING = "processing"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CLOSED = "closed"
        UNKNOWN = "unknown"

    OPEN = (State.CREATED, State.PROCESSING, State.UNKNOWN)

    channel = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    attempt = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    subject = models.CharField(max_length=128)
    how = models.CharField(max_length=16)
    # Of a debit: under which agreement, and for which instalment's plan.
    mandate_id = models.UUIDField(null=True)
    plan_id = models.UUIDField(null=True)
    # Of somebody else who pays: by which link.
    link_id = models.UUIDField(null=True)
    # Of the browser that pays: some channels want it against fraud.
    payer_ip = EncryptedText(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.CREATED)
    action = models.JSONField(null=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closing_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ref = models.CharField(max_length=64, blank=True, default="")
    reason = models.CharField(max_length=48, blank=True, default="")
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "payments_charge"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "attempt"], name="payments_charge_attempt"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payments_charge_amount"),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], name="payments_charge_due", condition=models.Q(next_try_at__isnull=False)
            ),
            # A transfer without its reference is looked for by its amount.
            models.Index(
                fields=["amount_minor", "opened_at"], name="payments_charge_transfer",
                condition=models.Q(channel="bank"),
            ),
            models.Index(
                fields=["borrower", "plan_id"], name="payments_charge_plan", condition=models.Q(plan_id__isnull=False)
            ),
            models.Index(
                fields=["borrower", "link_id"], name="payments_charge_link", condition=models.Q(link_id__isnull=False)
            ),
            models.Index(
                fields=["opened_at"], name="payments_charge_debits", condition=models.Q(mandate_id__isnull=False)
            ),
            BrinIndex(fields=["opened_at"], name="payments_charge_opened", autosummarize=True),
        )  # fmt: skip

    @property
    def is_debit(self) -> bool:
        """Whether it is taken without the borrower at the screen."""
        return self.mandate_id is not None

    @property
    def is_by_other(self) -> bool:
        """Whether somebody else pays it: that money goes back to them, or nowhere."""
        return self.link_id is not None


class ChargePart(BorrowerRow):
    """What one charge pays of one loan. While it claims the loan, no other charge or debit may."""

    charge_id = models.UUIDField()
    charge = belongs_to("payments.Charge", "charge_id", related_name="parts")
    loan_id = models.UUIDField()
    purpose = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField()
    quote = models.JSONField()
    claims = models.BooleanField(default=True)

    class Meta:
        db_table = "payments_charge_part"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "loan_id"], name="payments_one_claim", condition=models.Q(claims=True)
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payments_part_amount"),
        )
        indexes = (models.Index(fields=["borrower", "charge_id"], name="payments_part_charge"),)


class ChannelOrder(models.Model):
    """Whose charge, refund, payout or card a channel's order number is. A global look-up."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    ref = models.CharField(max_length=64, blank=True, default="")
    kind = models.CharField(max_length=16)
    borrower_id = models.UUIDField()
    # Of a payout, and of the opening of a card, there is none.
    charge_id = models.UUIDField(null=True)

    class Meta:
        db_table = "payments_channel_order"
        constraints = (models.UniqueConstraint(fields=["channel", "key"], name="payments_channel_order_key"),)
        indexes = (models.Index(fields=["ref"], name="payments_channel_order_ref"),)


class Payment(BorrowerRow):
    """Money of the borrower that arrived. It is never refused."""

    append_only = True

    charge_id = models.UUIDField()
    charge = belongs_to("payments.Charge", "charge_id")
    channel = models.CharField(max_length=16)
    ref = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    paid_at = models.DateTimeField()
    counts_on = models.DateField()
    learned_by = models.CharField(max_length=16)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "payments_payment"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "channel", "ref"], name="payments_payment_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payments_payment_amount"),
        )
        # A day's payments are held against the channels' statements. They come in the order of their time, nearly.
        indexes = (BrinIndex(fields=["paid_at"], name="payments_payment_paid", autosummarize=True),)
