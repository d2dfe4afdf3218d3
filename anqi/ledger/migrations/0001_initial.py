import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute, Reference


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("code", models.CharField(max_length=48, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=64)),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("asset", "Asset"),
                            ("liability", "Liability"),
                            ("income", "Income"),
                            ("expense", "Expense"),
                        ],
                        max_length=16,
                    ),
                ),
            ],
            options={
                "db_table": "ledger_account",
            },
        ),
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("closed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_closed_day",
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("seq", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("entry_id", models.UUIDField()),
                ("loan_id", models.UUIDField(null=True)),
                ("cause", models.CharField(max_length=24)),
                ("cause_id", models.UUIDField(null=True)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("lender_id", models.UUIDField()),
                ("counts_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "borrower",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.borrower",
                    ),
                ),
                (
                    "credit",
                    models.ForeignKey(
                        db_column="credit",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        db_column="debit",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_posting",
                "indexes": [
                    models.Index(fields=["borrower", "loan_id"], name="ledger_posting_loan"),
                    models.Index(fields=["booked_on"], name="ledger_posting_day"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("borrower", "seq"), name="ledger_posting_seq"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="ledger_posting_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("debit", models.F("credit")), _negated=True),
                        name="ledger_posting_two_accounts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("booked_on__gte", models.F("counts_on"))),
                        name="ledger_posting_not_before",
                    ),
                ],
            },
        ),
        Reference("ledger_account"),
        Reference("ledger_closed_day"),
        Distribute("ledger_posting"),
        AppendOnly("ledger_posting"),
    ]
