"""Tables of notices."""

from django.db import models

from anqi.rows.fields import EncryptedText
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow


class Message(models.Model):
    """A text to a person. The text is encrypted, and blanked once a login code has been sent.

    Without phone and text it is for the borrower's phone, in the borrower's language, from the template and its words.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7)
    borrower_id = models.UUIDField(null=True)
    medium = models.CharField(max_length=8, default="sms")
    template = models.CharField(max_length=32)
    words = models.JSONField(default=dict)
    phone = EncryptedText(null=True)
    text = EncryptedText(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    proof = models.CharField(max_length=64, blank=True, default="")
    why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "notices_message"
        indexes = (
            models.Index(
                fields=["next_try_at"], name="notices_message_due", condition=models.Q(next_try_at__isnull=False)
            ),
            models.Index(fields=["borrower_id", "created_at"], name="notices_message_borrower"),
        )


class Webhook(models.Model):
    """An event for a merchant, sent until the merchant's server has taken it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up"

    id = models.UUIDField(primary_key=True, default=uuid7)
    merchant_id = models.UUIDField()
    kind = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    body = models.TextField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_webhook"
        indexes = (
            models.Index(
                fields=["next_try_at"], name="notices_webhook_due", condition=models.Q(next_try_at__isnull=False)
            ),
            models.Index(fields=["merchant_id", "-created_at"], name="notices_webhook_merchant"),
        )


class WebhookTry(models.Model):
    """One attempt to deliver a webhook, and what the merchant's server answered."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "notices_webhook_try"


class CalendarFeed(BorrowerRow):
    """An address at which a borrower's calendar finds the due dates, until its owner ends it."""

    language = models.CharField(max_length=8)
    shows_amounts = models.BooleanField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_calendar_feed"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower"], name="notices_calendar_feed_alive", condition=models.Q(ended_at=None)
            ),
        )
