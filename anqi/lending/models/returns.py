"""Tables of what stands still and what comes back: holds on a plan, and goods returned."""

from django.db import models

from anqi.rows.fields import belongs_to
from anqi.rows.tables import BorrowerRow


class Hold(BorrowerRow):
    """A plan on which lateness stands still, until goods have come back or a dispute has ended.

    Its id is also that of the fact by which the arithmetic knows.
    """

    class Kind(models.TextChoices):
        RETURN = "return"
        DISPUTE = "dispute"
        MERCHANT_GONE = "merchant_gone"
        # A debit failed, and not by the borrower's doing.
        DEBIT_FAILED = "debit_failed"
        # Days to catch up that the borrower has signed.
        HARDSHIP = "hardship"
        # The lender has not answered who asked for help.
        LATE_ANSWER = "late_answer"

    loan_id = models.UUIDField()
    loan = belongs_to("lending.Loan", "loan_id")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    reason = models.CharField(max_length=400)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)
    # Until when it should be over; nothing ends by itself, people are reminded.
    until = models.DateField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, default="")
    ended_why = models.CharField(max_length=400, default="")
    # A later day that waits for its second person.
    asked_until = models.DateField(null=True)
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField(null=True)
    asked_why = models.CharField(max_length=400, default="")

    class Meta:
        db_table = "lending_hold"
        indexes = (
            models.Index(fields=["until"], name="lending_hold_open", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["borrower", "loan_id"], name="lending_hold_loan"),
        )


class Return(BorrowerRow):
    """Goods that come back: requested, then completed by whoever has them, or withdrawn, or refused.

    Its id is also that of the fact, once it is completed.
    """

    class State(models.TextChoices):
        REQUESTED = "requested"
        COMPLETED = "completed"
        WITHDRAWN = "withdrawn"
        REFUSED = "refused"

    loan_id = models.UUIDField()
    loan = belongs_to("lending.Loan", "loan_id")
    hold_id = models.UUIDField()
    hold = belongs_to("lending.Hold", "hold_id")
    merchant_order_id = models.UUIDField()
    key = models.CharField(max_length=64)
    body_hash = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=400)
    items = models.JSONField(default=list)
    state = models.CharField(max_length=16, choices=State.choices, default=State.REQUESTED)
    requested_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, default="")
    decided_why = models.CharField(max_length=400, default="")
    # What it did to the plan, as `returning.Effect` tells it.
    effect = models.JSONField(null=True)
    # When what it gives back is to leave the loan; empty once it has, or where it gives nothing back.
    pays_back_at = models.DateTimeField(null=True)
    # Staff who take the goods as returned in a merchant's place, while a second person has to look.
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField(null=True)
    asked_why = models.CharField(max_length=400, default="")

    class Meta:
        db_table = "lending_return"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "merchant_order_id", "key"], name="lending_return_key"
            ),
            models.UniqueConstraint(
                fields=["borrower", "hold_id"], name="lending_return_one_a_hold",
                condition=models.Q(state="requested"),
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="lending_return_amount"),
        )
        indexes = (
            models.Index(
                fields=["pays_back_at"], name="lending_return_due", condition=models.Q(pays_back_at__isnull=False)
            ),
            models.Index(
                fields=["asked_at"], name="lending_return_asked", condition=models.Q(asked_at__isnull=False)
            ),
            models.Index(fields=["borrower", "loan_id"], name="lending_return_loan"),
        )
