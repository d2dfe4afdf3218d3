"""Tables of payments."""

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
        )


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
    """Whose charge a channel's order number is. A global look-up."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    ref = models.CharField(max_length=64, blank=True, default="")
    kind = models.CharField(max_length=16)
    borrower_id = models.UUIDField()
    charge_id = models.UUIDField()

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


class Difference(BorrowerRow):
    """What a channel says that contradicts what we know of a charge: a case until somebody has looked."""

    class Kind(models.TextChoices):
        AMOUNT_DIFFERS = "amount_differs"
        AMOUNT_CHANGED = "amount_changed"
        UNDONE = "undone"
        GIVEN_BACK = "given_back"

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

    charge_id = models.UUIDField()
    charge = belongs_to("payments.Charge", "charge_id")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    created_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_outbox"
        indexes = (
            models.Index(
                fields=["next_try_at"], name="payments_outbox_due", condition=models.Q(done_at__isnull=True)
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
