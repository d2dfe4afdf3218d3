"""What an account's statements told, whoever's money it is: not yet a borrower's, so nobody's row but ours."""

from django.db import models

from anqi.rows.fields import EncryptedText
from anqi.rows.ids import uuid7


class BankStatement(models.Model):
    """A statement file of our account. Its text stays, sealed: it is what the bank said."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    raw = EncryptedText()
    lines = models.PositiveIntegerField()
    new_lines = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    balance_minor = models.BigIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.UUIDField(null=True)

    class Meta:
        db_table = "payments_bank_statement"
        constraints = (
            models.UniqueConstraint(fields=["account", "sha256"], name="payments_bank_statement_once"),
        )


class BankLine(models.Model):
    """One movement on our account, above zero what came in. By `seq` an account's lines are one chain of balances."""

    class State(models.TextChoices):
        TAKEN = "taken"
        WAITING = "waiting"
        ASKED = "asked"
        NOT_OURS = "not_ours"
        RETURNING = "returning"
        RETURNED = "returned"
        OTHER = "other"
        # A channel's, by the name on it: it waits for the channel's own word.
        CHANNEL = "channel"

    class Use(models.TextChoices):
        """What a line may be decided to be: a charge's money, what goes back to its sender, or no borrower's at all."""

        CHARGE = "charge"
        SEND_BACK = "send_back"
        NOT_OURS = "not_ours"

    id = models.UUIDField(primary_key=True, default=uuid7)
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="+")
    account = models.CharField(max_length=64)
    serial = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    amount_minor = models.BigIntegerField()
    balance_minor = models.BigIntegerField()
    name = EncryptedText()
    payer_account = EncryptedText()
    memo = EncryptedText()
    state = models.CharField(max_length=16, choices=State.choices)
    # What it was taken as, by itself or by people: our number of a charge or refund, the id of a remittance.
    key = models.CharField(max_length=64, blank=True, default="")
    use = models.CharField(max_length=16, choices=Use.choices, blank=True, default="")
    reason = models.CharField(max_length=400, blank=True, default="")
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    # Stated by us when it is sent back, so that the outgoing line is known by it.
    returns_as = models.CharField(max_length=16, null=True, unique=True)

    class Meta:
        db_table = "payments_bank_line"
        constraints = (
            models.UniqueConstraint(fields=["serial", "account"], name="payments_bank_line_once"),
            models.UniqueConstraint(fields=["account", "seq"], name="payments_bank_line_seq"),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="payments_bank_line_amount"),
        )
        indexes = (
            models.Index(
                fields=["at"], name="payments_bank_line_open",
                condition=models.Q(state__in=["waiting", "asked", "returning"]),
            ),
            models.Index(fields=["at"], name="payments_bank_line_channel", condition=models.Q(state="channel")),
        )  # fmt: skip
