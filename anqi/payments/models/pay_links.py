"""Links by which somebody else pays for a borrower."""

from django.db import models

from anqi.rows.tables import BorrowerRow


class PayLink(BorrowerRow):
    """One amount of one loan that its borrower asks somebody else to pay. Whoever has its token may."""

    class What(models.TextChoices):
        DUE = "due"
        OWN = "own"
        ALL = "all"

    loan_id = models.UUIDField()
    what = models.CharField(max_length=8, choices=What.choices)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    # The token itself is shown once and kept nowhere.
    token_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_pay_link"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "token_hash"], name="payments_pay_link_token"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payments_pay_link_amount"),
        )
        indexes = (models.Index(fields=["borrower", "expires_at"], name="payments_pay_link_alive"),)


class PayLinkEntry(models.Model):
    """Which link a token leads to. A global look-up."""

    token_hash = models.CharField(primary_key=True, max_length=64)
    borrower_id = models.UUIDField()
    link_id = models.UUIDField()

    class Meta:
        db_table = "payments_pay_link_entry"
