"""Tables of notices."""

from django.db import models

from anqi.rows.fields import EncryptedText
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow


class Message(models.Model):
    """A text to a person. The text is encrypted, and blanked once a code has been sent.

    Without address and text it is for the borrower's own, in the borrower's language, from the template and its words.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        DELIVERED = "delivered"
        FAILED = "failed"
        WITHDRAWN = "withdrawn"

    class Medium(models.TextChoices):
        SMS = "sms"
        MAIL = "mail"
        APP = "app"

    id = models.UUIDField(primary_key=True, default=uuid7)
    borrower_id = models.UUIDField(null=True)
    # The one by which it is sent now, or was sent last; what its borrower sees here needs no sending.
    medium = models.CharField(max_length=8, default="sms")
    template = models.CharField(max_length=32)
    words = models.JSONField(default=dict)
    phone = EncryptedText(null=True)
    mail = EncryptedText(null=True)
    text = EncryptedText(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    proof = models.CharField(max_length=64, blank=True, default="")
    why = models.CharField(max_length=200, blank=True, default="")
    # Until when its gateway is to say what became of it.
    answer_by = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    # When its borrower saw it in the list of messages.
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_message"
        indexes = (
            models.Index(
                fields=["answer_by"], name="notices_message_answer", condition=models.Q(answer_by__isnull=False)
            ),
            models.Index(
                fields=["next_try_at"], name="notices_message_due", condition=models.Q(next_try_at__isnull=False)
            ),
            models.Index(fields=["borrower_id", "created_at"], name="notices_message_borrower"),
        )


class MessageWord(models.Model):
    """What one gateway said of a message: the proof. Once each, however often it is said."""

    append_only = True

    class Said(models.TextChoices):
        ACCEPTED = "accepted"
        DECLINED = "declined"
        DELIVERED = "delivered"
        UNDELIVERED = "undelivered"
        SILENT = "silent"

    id = models.UUIDField(primary_key=True, default=uuid7)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="said", db_index=False)
    medium = models.CharField(max_length=8)
    said = models.CharField(max_length=16, choices=Said.choices)
    proof = models.CharField(max_length=64, blank=True, default="")
    why = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "notices_message_word"
        constraints = (
            models.UniqueConstraint(fields=["message", "medium", "said"], name="notices_message_word_once"),
        )


class Reminding(BorrowerRow):
    """When a loan is looked at next for what its borrower is to be reminded of; never, once nothing is owed."""

    loan_id = models.UUIDField()
    next_try_at = models.DateTimeField(null=True)
    # The oldest due day that was overdue when it was last looked at. A payment since then may have changed that.
    late_since = models.DateField(null=True)

    class Meta:
        db_table = "notices_reminding"
        constraints = (models.UniqueConstraint(fields=["borrower", "loan_id"], name="notices_reminding_once"),)
        indexes = (
            models.Index(
                fields=["next_try_at"], name="notices_reminding_due", condition=models.Q(next_try_at__isnull=False)
            ),
            models.Index(
                fields=["late_since"], name="notices_reminding_late", condition=models.Q(late_since__isnull=False)
            ),
        )


class Reminder(BorrowerRow):
    """That a step of an instalment was said, or its debit announced, by which message and with what amount, in fen."""

    loan_id = models.UUIDField()
    due_on = models.DateField()
    step = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField()
    message_id = models.UUIDField()
    said_at = models.DateTimeField()

    class Meta:
        db_table = "notices_reminder"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "loan_id", "due_on", "step"], name="notices_reminder_once"),
        )
        indexes = (models.Index(fields=["message_id"], name="notices_reminder_message"),)


class ReportNotice(BorrowerRow):
    """That a borrower was told that a missed debt will be reported, by which message; once more where none arrived."""

    loan_id = models.UUIDField()
    # The oldest due date that was missed: the debt that is told of.
    due_on = models.DateField()
    nth = models.PositiveSmallIntegerField(default=1)
    amount_minor = models.BigIntegerField()
    # By when it can be paid without being reported; None where it is too late for that.
    pay_by_on = models.DateField(null=True)
    # The first day on which it may be reported.
    from_on = models.DateField()
    message_id = models.UUIDField()
    said_at = models.DateTimeField()

    class Meta:
        db_table = "notices_report_notice"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "loan_id", "due_on", "nth"], name="notices_report_notice_once"
            ),
        )
        indexes = (models.Index(fields=["message_id"], name="notices_report_notice_message"),)


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
