"""Payouts: loans in cash, and what their channels said of them."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute, Reference, SameBorrower


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0005_refund"),
        ("lending", "0006_cash"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="channelorder",
            name="charge_id",
            field=models.UUIDField(null=True),
        ),
        migrations.CreateModel(
            name="ReadStatement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=16)),
                ("day", models.DateField()),
                ("sha256", models.CharField(max_length=64)),
                ("read_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_read_statement",
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "day"), name="payments_read_statement_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("lender_id", models.UUIDField()),
                ("channel", models.CharField(max_length=16)),
                ("key", models.CharField(max_length=64)),
                ("account", anqi.rows.fields.EncryptedText()),
                ("holder", anqi.rows.fields.EncryptedText()),
                ("label", models.CharField(max_length=64)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("why", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("released", "Released"),
                            ("processing", "Processing"),
                            ("unknown", "Unknown"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("stopped", "Stopped"),
                            ("returned", "Returned"),
                        ],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=64)),
                ("ref", models.CharField(blank=True, default="", max_length=64)),
                ("requested_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                ("released_by", models.UUIDField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("is_heard", models.BooleanField(default=False)),
                ("paid_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("lapsed_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("verdict", models.JSONField(null=True)),
                ("verdict_by", models.UUIDField(null=True)),
                (
                    "borrower",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.borrower",
                    ),
                ),
            ],
            options={
                "db_table": "payments_payout",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_try_at__isnull", False)),
                        fields=["next_try_at"],
                        name="payments_payout_due",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "released", "processing", "unknown"])),
                        fields=["requested_at"],
                        name="payments_payout_open",
                    ),
                    models.Index(fields=["lender_id", "sent_at"], name="payments_payout_day"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("borrower", "key"), name="payments_payout_key"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "released", "processing", "unknown", "succeeded"])
                        ),
                        fields=("borrower", "loan_id"),
                        name="payments_payout_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="payments_payout_amount"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayoutExchange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("payout_id", models.UUIDField()),
                ("kind", models.CharField(max_length=24)),
                ("outcome", models.CharField(max_length=16)),
                ("detail", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "borrower",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.borrower",
                    ),
                ),
            ],
            options={
                "db_table": "payments_payout_exchange",
                "indexes": [
                    models.Index(fields=["borrower", "payout_id", "at"], name="payments_payout_exchanges")
                ],
            },
        ),
        Reference("payments_read_statement"),
        Distribute("payments_payout"),
        Distribute("payments_payout_exchange"),
        AppendOnly("payments_payout_exchange"),
        SameBorrower("payments_payout", "loan_id", "lending_loan"),
        SameBorrower("payments_payout_exchange", "payout_id", "payments_payout"),
    ]
