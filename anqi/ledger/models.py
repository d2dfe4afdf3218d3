"""Tables of the books."""

from django.contrib.postgres.indexes import GistIndex
from django.db import models

from anqi.ledger.chart import ACCOUNTS, HOUSE_ACCOUNTS
from anqi.rows.chain import GENESIS
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow


class Account(models.Model):
    """A line of the chart of accounts."""

    class Side(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        INCOME = "income"
        EXPENSE = "expense"

    code = models.CharField(primary_key=True, max_length=48)
    name = models.CharField(max_length=64)
    side = models.CharField(max_length=16, choices=Side.choices)

    class Meta:
        db_table = "ledger_account"


class Posting(BorrowerRow):
    """One amount from one account to another: it names both sides, so the books balance by construction."""

    append_only = True

    seq = models.BigIntegerField()
    hash = models.BinaryField()
    entry_id = models.UUIDField()
    loan_id = models.UUIDField(null=True)
    cause = models.CharField(max_length=24)
    cause_id = models.UUIDField(null=True)
    debit = models.CharField(max_length=48)
    credit = models.CharField(max_length=48)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    lender_id = models.UUIDField()
    counts_on = models.DateField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_posting"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "seq"], name="ledger_posting_seq"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="ledger_posting_positive"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="ledger_posting_two_accounts"
            ),
            # Not foreign keys: each posting would lock its accounts' rows, and all payments share these few.
            models.CheckConstraint(
                condition=models.Q(debit__in=ACCOUNTS, credit__in=ACCOUNTS), name="ledger_posting_accounts"
            ),
            models.CheckConstraint(
                condition=models.Q(booked_on__gte=models.F("counts_on")), name="ledger_posting_not_before"
            ),
        )
        indexes = (
            models.Index(fields=["borrower", "loan_id"], name="ledger_posting_loan"),
            models.Index(fields=["booked_on"], name="ledger_posting_day"),
            # Few are late. Of a range the planner knows how few hold a day; two comparisons it takes for a third each.
            GistIndex(
                models.Func("counts_on", "booked_on", function="daterange"), name="ledger_posting_late",
                condition=models.Q(booked_on__gt=models.F("counts_on")),
            ),
        )


class HouseBook(models.Model):
    """Where a lender's own chain ends. Whoever adds to it locks this row first, as a borrower's row is locked."""

    lender_id = models.UUIDField(primary_key=True)
    last_seq = models.BigIntegerField(default=0)
    last_hash = models.BinaryField(default=GENESIS)

    class Meta:
        db_table = "ledger_house_book"


class HousePosting(models.Model):
    """A posting of no borrower's: between the lender, its channels and its bank. By `seq` a lender's are one chain."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    lender_id = models.UUIDField()
    seq = models.BigIntegerField()
    hash = models.BinaryField()
    entry_id = models.UUIDField()
    cause = models.CharField(max_length=24)
    cause_id = models.UUIDField()
    debit = models.CharField(max_length=48)
    credit = models.CharField(max_length=48)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    counts_on = models.DateField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_house_posting"
        constraints = (
            models.UniqueConstraint(fields=["lender_id", "seq"], name="ledger_house_posting_seq"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="ledger_house_posting_positive"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="ledger_house_posting_two_accounts"
            ),
            models.CheckConstraint(
                condition=models.Q(debit__in=HOUSE_ACCOUNTS, credit__in=HOUSE_ACCOUNTS),
                name="ledger_house_posting_accounts",
            ),
            models.CheckConstraint(
                condition=models.Q(booked_on__gte=models.F("counts_on")), name="ledger_house_posting_not_before"
            ),
        )
        indexes = (
            models.Index(fields=["booked_on"], name="ledger_house_posting_day"),
            models.Index(fields=["cause", "cause_id"], name="ledger_house_posting_cause"),
        )


class ClosedDay(models.Model):
    """A business day into which nothing is booked any more, and what its run found.

    The row exists from the moment the day is shut; it is closed once nothing of it waits for people.
    """

    day = models.DateField(primary_key=True)
    shut_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    loans_woken = models.IntegerField(default=0)
    loans_proved = models.IntegerField(default=0)
    loans_set_aside = models.IntegerField(default=0)
    # How far the proof of the whole book has come, borrower by borrower; empty where the next night begins it anew.
    proved_to = models.UUIDField(null=True)

    class Meta:
        db_table = "ledger_closed_day"


class DayTotal(models.Model):
    """What was debited and credited to an account on a business day, by lender and product; written when it is shut."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    lender_id = models.UUIDField()
    product_id = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    account = models.CharField(max_length=48)
    debit_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()

    class Meta:
        db_table = "ledger_day_total"
        constraints = (
            models.UniqueConstraint(
                fields=["day", "lender_id", "product_id", "currency", "account"], nulls_distinct=False,
                name="ledger_day_total_once",
            ),
        )
