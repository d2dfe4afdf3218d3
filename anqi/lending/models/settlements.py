"""Tables of what shops are owed for each day, and how it is paid to them."""

from django.db import models

from anqi.rows.fields import EncryptedText, belongs_to
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow


class Settlement(models.Model):
    """What one lender owes one shop for a day that is shut, in fen; below zero where returns exceed. Never changed."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    merchant = models.ForeignKey("lending.Merchant", on_delete=models.PROTECT, related_name="+")
    lender = models.ForeignKey("lending.Lender", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    day = models.DateField()
    shipped_minor = models.BigIntegerField()
    returned_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "lending_settlement"
        constraints = (
            models.UniqueConstraint(
                fields=["merchant", "lender", "currency", "day"], name="lending_settlement_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    amount_minor=models.F("shipped_minor") + models.F("returned_minor") + models.F("fee_minor")
                ),
                name="lending_settlement_sum",
            ),
        )
        indexes = (models.Index(fields=["day"], name="lending_settlement_day"),)


class SettlementLine(BorrowerRow):
    """What one order brought its shop on the day of a settlement, in fen: above zero it is the shop's."""

    class Kind(models.TextChoices):
        SHIPPED = "shipped"
        RETURNED = "returned"
        FEE = "fee"

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines")
    order_id = models.UUIDField()
    order = belongs_to("lending.Order", "order_id")
    loan_id = models.UUIDField()
    loan = belongs_to("lending.Loan", "loan_id")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    amount_minor = models.BigIntegerField()
    # The payout for which the borrower's books show that the shop has been paid.
    booked_for = models.UUIDField(null=True)

    class Meta:
        db_table = "lending_settlement_line"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "settlement", "loan_id", "kind"], name="lending_settlement_line_once"
            ),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="lending_settlement_line_amount"),
        )


class MerchantAccount(models.Model):
    """A bank account to which a shop is paid: asked for by one person, released by another, used a day later."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        RELEASED = "released"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid7)
    merchant = models.ForeignKey("lending.Merchant", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=128)
    bank = models.CharField(max_length=128)
    number = EncryptedText()
    last4 = models.CharField(max_length=4)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    usable_from = models.DateTimeField(null=True)

    class Meta:
        db_table = "lending_merchant_account"
        constraints = (
            models.UniqueConstraint(
                fields=["merchant"], condition=models.Q(state="proposed"), name="lending_merchant_account_asked"
            ),
        )


class MerchantPayout(models.Model):
    """One payment to a shop for settlements of several days, made at the lender's bank under a number of ours."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        RELEASED = "released"
        PAID = "paid"
        RETURNED = "returned"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.CharField(max_length=32, unique=True)
    merchant = models.ForeignKey("lending.Merchant", on_delete=models.PROTECT, related_name="+")
    lender = models.ForeignKey("lending.Lender", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    # The payment file in which it was handed to the bank.
    file_id = models.UUIDField(null=True)
    # What one member of staff saw at the bank, until another one has seen it too: a state, the bank's number, the day.
    reported = models.JSONField(null=True)
    reported_by = models.UUIDField(null=True)
    ref = models.CharField(max_length=64, blank=True, default="")
    paid_on = models.DateField(null=True)
    returned_on = models.DateField(null=True)
    # What the bank says that contradicts what is known here.
    doubt = models.CharField(max_length=32, blank=True, default="")
    changed_at = models.DateTimeField()
    # Whether the books of some borrowers still have to follow.
    is_booking = models.BooleanField(default=False)

    class Meta:
        db_table = "lending_merchant_payout"
        constraints = (
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="lending_merchant_payout_amount"),
        )
        indexes = (
            models.Index(fields=["merchant", "-proposed_at"], name="lending_merchant_payout_new"),
            models.Index(
                fields=["changed_at"], name="lending_merchant_payout_books", condition=models.Q(is_booking=True)
            ),
        )


class PayoutPart(models.Model):
    """A settlement that a payout pays. It has one that has not failed, or none: so nothing is paid twice."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    payout = models.ForeignKey(MerchantPayout, on_delete=models.PROTECT, related_name="parts")
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="parts")
    amount_minor = models.BigIntegerField()
    # When the payout was withdrawn or came back.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lending_payout_part"
        constraints = (
            models.UniqueConstraint(
                fields=["settlement"], condition=models.Q(ended_at=None), name="lending_payout_part_one"
            ),
        )


class PageLink(models.Model):
    """A link that lets a shop's own people into its pages, once. Only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    merchant = models.ForeignKey("lending.Merchant", on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lending_page_link"
