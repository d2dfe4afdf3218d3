"""Tables of what is offered, and of the shops that sell it."""

from django.db import models

from anqi.rows.fields import EncryptedText
from anqi.rows.ids import uuid7


class Lender(models.Model):
    """Who lends the money. Named on every document; its type decides which caps hold."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=128)
    kind = models.CharField(max_length=32)
    currency = models.CharField(max_length=3, default="CNY")
    limit_minor = models.BigIntegerField()
    # From how much on a payout is released by a person, and how much may leave in a day.
    release_from_minor = models.BigIntegerField(default=500_000)
    payouts_a_day_minor = models.BigIntegerField(default=100_000_000)
    # Whom borrowers can call.
    service_phone = models.CharField(max_length=24, blank=True, default="")

    class Meta:
        db_table = "lending_lender"

    def looks_at(self, amount_minor: int) -> bool:
        """Whether a person releases a payout of so many fen."""
        return amount_minor >= self.release_from_minor


class Product(models.Model):
    """One version of one plan that a lender offers. A version is never changed, only followed by another."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    code = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    kind = models.CharField(max_length=16)
    title = models.CharField(max_length=64)
    instalments = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    least_minor = models.BigIntegerField()
    most_minor = models.BigIntegerField()
    terms = models.JSONField()
    # When its instalments are debited, where that is not as usual.
    debits = models.JSONField(default=dict, blank=True)
    sold_from = models.DateField()
    sold_until = models.DateField(null=True)

    class Meta:
        db_table = "lending_product"
        constraints = (models.UniqueConstraint(fields=["code", "version"], name="lending_product_version"),)


class Merchant(models.Model):
    """A shop that sells on instalments through the API."""

    class Cycle(models.TextChoices):
        DAILY = "daily"
        WEEKLY = "weekly"

    id = models.UUIDField(primary_key=True, default=uuid7)
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=128)
    webhook_url = models.URLField(max_length=256, blank=True, default="")
    webhook_secret = EncryptedText(null=True)
    return_origins = models.JSONField(default=list)
    # When the shop is paid: each day on the next one, or each week on the Monday after it; and from how much on.
    settlement_cycle = models.CharField(max_length=8, choices=Cycle.choices, default=Cycle.DAILY)
    settlement_least_minor = models.BigIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "lending_merchant"


class MerchantKey(models.Model):
    """A key of a merchant's API client. Only its hash is kept; the prefix tells keys apart."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=16, unique=True)
    key_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lending_merchant_key"


class MerchantOrder(models.Model):
    """An order as the merchant sent it, before and after a borrower opens it. A global table."""

    class State(models.TextChoices):
        CREATED = "created"
        CONFIRMED = "confirmed"
        SHIPPED = "shipped"
        SETTLED = "settled"
        CANCELLED = "cancelled"
        LAPSED = "lapsed"

    id = models.UUIDField(primary_key=True, default=uuid7)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    order_number = models.CharField(max_length=64)
    idempotency_key = models.CharField(max_length=64)
    body_hash = models.CharField(max_length=64)
    confirm_token = models.CharField(max_length=64, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    plan = models.CharField(max_length=32)
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    goods = models.JSONField()
    return_url = models.URLField(max_length=512)
    state = models.CharField(max_length=16, choices=State.choices, default=State.CREATED)
    borrower_id = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)
    tracking_number = models.CharField(max_length=64, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "lending_merchant_order"
        constraints = (
            models.UniqueConstraint(fields=["merchant", "order_number"], name="lending_merchant_order_number"),
            models.UniqueConstraint(fields=["merchant", "idempotency_key"], name="lending_merchant_order_key"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="lending_merchant_order_amount"),
        )
        indexes = (
            models.Index(fields=["merchant", "-created_at"], name="lending_merchant_order_new"),
            models.Index(fields=["order_number"], name="lending_merchant_order_find"),
            models.Index(
                fields=["changed_at"],
                name="lending_merchant_order_open",
                condition=models.Q(state__in=["created", "confirmed"]),
            ),
        )
