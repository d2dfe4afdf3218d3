"""Agreements by which loans are debited, and what is done under them, instalment by instalment."""

from datetime import date

from django.db import models

from anqi.rows.fields import EncryptedText, belongs_to
from anqi.rows.tables import BorrowerRow


class Mandate(BorrowerRow):
    """A borrower's permission to debit one loan from one source: signed at a channel, or given for a bound card."""

    class State(models.TextChoices):
        PENDING = "pending"
        ACTIVE = "active"
        ENDED = "ended"
        FAILED = "failed"

    LIVING = (State.PENDING, State.ACTIVE)

    loan_id = models.UUIDField()
    channel = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    # The bound card that is debited; an agreement signed at the channel has none.
    card_id = models.UUIDField(null=True)
    # The channel's number of the agreement: who has it and our keys can debit.
    ref = EncryptedText(null=True)
    account = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    # The borrower's order of sources; of equal ones the older is first.
    rank = models.PositiveIntegerField(default=0)
    # What the borrower was shown and agreed to: amounts, hours, tries, and the version of the words.
    terms = models.JSONField()
    single_minor = models.BigIntegerField()
    limit_minor = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    ends_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=16, blank=True, default="")
    asked_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "payments_mandate"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "key"], name="payments_mandate_key"),
            models.UniqueConstraint(
                fields=["borrower", "loan_id", "channel", "card_id"],
                name="payments_mandate_once",
                condition=models.Q(state__in=["pending", "active"]),
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=models.Q(single_minor__gt=0), name="payments_mandate_single"),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], name="payments_mandate_due", condition=models.Q(next_try_at__isnull=False)
            ),
            models.Index(fields=["borrower", "loan_id"], name="payments_mandate_loan"),
            models.Index(fields=["ended_at"], name="payments_mandate_ended", condition=models.Q(state="ended")),
        )

    def holds_on(self, day: date) -> bool:
        """Whether it may be debited by on that day, as far as is known."""
        return self.state == self.State.ACTIVE and (self.ends_on is None or self.ends_on >= day)


class DebitPlan(BorrowerRow):
    """What is done about one due instalment of a loan that is debited: one open for each loan."""

    class State(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        GIVEN_UP = "given_up"
        STOPPED = "stopped"

    loan_id = models.UUIDField()
    due_on = models.DateField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    why = models.CharField(max_length=64, blank=True, default="")
    expected_minor = models.BigIntegerField()
    opened_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)
    # How many failures the borrower has been told of.
    told = models.PositiveIntegerField(default=0)
    # When somebody wanted it tried at once.
    asked_at = models.DateTimeField(null=True)
    # The hold by which no day counts as late, where no failure was the borrower's; and until when.
    hold_id = models.UUIDField(null=True)
    excused_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=64, blank=True, default="")
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "payments_debit_plan"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "loan_id"], name="payments_debit_plan_open", condition=models.Q(state="open")
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], name="payments_debit_plan_due", condition=models.Q(next_try_at__isnull=False)
            ),
            models.Index(fields=["borrower", "loan_id"], name="payments_debit_plan_loan"),
            models.Index(fields=["due_on"], name="payments_debit_plan_day"),
            models.Index(
                fields=["ended_at"], name="payments_debit_plan_given_up", condition=models.Q(state="given_up")
            ),
            models.Index(
                fields=["excused_until"], name="payments_debit_plan_excused", condition=models.Q(hold_id__isnull=False)
            ),
        )


class DebitNotice(BorrowerRow):
    """That a channel is to tell the payer of a debit before it: of so much at most, and once."""

    class State(models.TextChoices):
        WAITING = "waiting"
        TOLD = "told"
        REFUSED = "refused"

    plan_id = models.UUIDField()
    plan = belongs_to("payments.DebitPlan", "plan_id", related_name="notices")
    mandate_id = models.UUIDField()
    mandate = belongs_to("payments.Mandate", "mandate_id")
    key = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=48, blank=True, default="")
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "payments_debit_notice"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "plan_id", "mandate_id"], name="payments_debit_notice_once"),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], name="payments_debit_notice_due",
                condition=models.Q(next_try_at__isnull=False),
            ),
            models.Index(
                fields=["created_at"], name="payments_debit_notice_refused", condition=models.Q(state="refused")
            ),
        )  # fmt: skip
