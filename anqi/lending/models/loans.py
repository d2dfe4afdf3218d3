"""Tables of loans: what was bought, what was signed, what happened since."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from anqi.lending.models.shops import Lender, Merchant, Product
from anqi.rows.fields import EncryptedText, belongs_to
from anqi.rows.tables import BorrowerRow


class CreditLine(BorrowerRow):
    """How much one lender grants a borrower in all; what is used follows from the loans."""

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name="+")
    granted_minor = models.BigIntegerField()
    granted_at = models.DateTimeField()

    class Meta:
        db_table = "lending_credit_line"
        constraints = (models.UniqueConstraint(fields=["borrower", "lender"], name="lending_credit_line_one"),)


class LineDecision(BorrowerRow):
    """What lender or borrower decided about a credit line after it was granted. Append-only."""

    append_only = True

    # Without an index: a borrower has few of them, with one lender mostly.
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=16)
    counts_on = models.DateField()
    body = models.JSONField()
    actor = models.CharField(max_length=64)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "lending_line_decision"


class Order(BorrowerRow):
    """What a loan is for: a purchase, born when the borrower opens the merchant's order, or cash, without one."""

    class State(models.TextChoices):
        CREATED = "created"
        CONFIRMED = "confirmed"
        SHIPPED = "shipped"
        PAID_OUT = "paid_out"
        SETTLED = "settled"
        CANCELLED = "cancelled"
        LAPSED = "lapsed"

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+", null=True)
    merchant_order_id = models.UUIDField(null=True)
    order_number = models.CharField(max_length=64)
    goods = models.JSONField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    opened_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=State.choices)

    class Meta:
        db_table = "lending_order"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "merchant_order_id"], name="lending_order_once"),
        )

    @property
    def shop(self) -> Merchant:
        """Where it was bought. Asked only of a purchase."""
        assert self.merchant, "cash has no shop"
        return self.merchant

    @property
    def theirs_id(self) -> UUID:
        """The merchant's own order. Asked only of a purchase."""
        assert self.merchant_order_id, "cash has no merchant's order"
        return self.merchant_order_id


class Agreement(BorrowerRow):
    """What was signed: canonical JSON of terms, plan and cost statement, and its hash. Never changed."""

    append_only = True

    order_id = models.UUIDField()
    order = belongs_to("lending.Order", "order_id")
    template = models.CharField(max_length=32)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "lending_agreement"
        constraints = (models.UniqueConstraint(fields=["borrower", "order_id"], name="lending_agreement_once"),)


class Amendment(BorrowerRow):
    """A running plan changed as its borrower signed: canonical JSON of both plans, and its hash. Never changed.

    The facts by which the arithmetic knows are named beside it.
    """

    append_only = True

    class Kind(models.TextChoices):
        DUE_DAY = "due_day"
        DEFERRAL = "deferral"
        HARDSHIP = "hardship"

    loan_id = models.UUIDField()
    loan = belongs_to("lending.Loan", "loan_id")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # Which version of the plan begins with it; the agreement's own is the first.
    version = models.IntegerField()
    fact_ids = ArrayField(models.UUIDField())
    template = models.CharField(max_length=32)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    # Where and with what it was signed; nothing where staff keep what was agreed otherwise.
    evidence = EncryptedText(null=True)
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "lending_amendment"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "loan_id", "version"], name="lending_amendment_version"),
        )


class Loan(BorrowerRow):
    """One agreement in life. What it looks like on a day is computed from its terms and facts."""

    number = models.CharField(max_length=24)
    order_id = models.UUIDField()
    order = belongs_to("lending.Order", "order_id")
    agreement_id = models.UUIDField()
    agreement = belongs_to("lending.Agreement", "agreement_id")
    # Without indexes: nobody asks for all loans of a product, and each would be written with every payment.
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3, default="CNY")
    principal_minor = models.BigIntegerField()
    # Whether the borrower gets the money and no shop does.
    is_cash = models.BooleanField(default=False)
    terms = models.JSONField()
    starts_on = models.DateField(null=True)
    settled_on = models.DateField(null=True)
    cancelled_on = models.DateField(null=True)
    next_wake_on = models.DateField(null=True)
    # The evening that the books show, and by what lines the loan goes on earning from it until the next wake.
    stands_on = models.DateField(null=True)
    accruals = ArrayField(models.BigIntegerField(), null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "lending_loan"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "order_id"], name="lending_loan_once"),
            models.CheckConstraint(condition=models.Q(principal_minor__gt=0), name="lending_loan_principal"),
        )
        indexes = (
            models.Index(
                fields=["next_wake_on"], name="lending_loan_wake", condition=models.Q(next_wake_on__isnull=False)
            ),
            models.Index(fields=["number"], name="lending_loan_number"),
        )


class Fact(BorrowerRow):
    """Something decided or told to us about a loan. Append-only, numbered and chained per borrower."""

    append_only = True

    loan_id = models.UUIDField()
    loan = belongs_to("lending.Loan", "loan_id")
    seq = models.BigIntegerField()
    hash = models.BinaryField()
    kind = models.CharField(max_length=24)
    counts_on = models.DateField()
    body = models.JSONField()
    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=96)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "lending_fact"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "seq"], name="lending_fact_seq"),
            models.UniqueConstraint(fields=["borrower", "key"], name="lending_fact_key"),
        )
        indexes = (models.Index(fields=["borrower", "loan_id"], name="lending_fact_loan"),)


class SetAside(BorrowerRow):
    """A loan that the end of day could not bring on, or whose books are not what the engine says."""

    class Kind(models.TextChoices):
        FAILED = "failed"
        DIFFERS = "differs"

    loan_id = models.UUIDField()
    loan = belongs_to("lending.Loan", "loan_id")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    day = models.DateField()
    why = models.TextField()
    details = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    tried_at = models.DateTimeField()
    tries = models.IntegerField(default=1)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "lending_set_aside"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "loan_id", "kind"], condition=models.Q(resolved_at=None),
                name="lending_set_aside_open",
            ),
        )
        indexes = (
            models.Index(fields=["day"], condition=models.Q(resolved_at=None), name="lending_set_aside_waiting"),
        )
