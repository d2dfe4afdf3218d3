"""Money that no loan could use goes back to its source, by itself unless people decide otherwise."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import Distribute, SameBorrower


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0004_payer_ip"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("case_id", models.UUIDField()),
                ("payment_id", models.UUIDField()),
                ("charge_id", models.UUIDField()),
                ("lender_id", models.UUIDField()),
                ("channel", models.CharField(max_length=16)),
                ("key", models.CharField(max_length=64)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("why", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("processing", "Processing"),
                            ("unknown", "Unknown"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                        ],
                        default="created",
                        max_length=16,
                    ),
                ),
                ("ref", models.CharField(blank=True, default="", max_length=64)),
                ("reason", models.CharField(blank=True, default="", max_length=64)),
                ("requested_by", models.UUIDField(null=True)),
                ("requested_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("refunded_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
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
                    "case",
                    models.ForeignObject(
                        from_fields=["borrower_id", "case_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="payments.unapplied",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
                (
                    "payment",
                    models.ForeignObject(
                        from_fields=["borrower_id", "payment_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="payments.payment",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
            ],
            options={
                "db_table": "payments_refund",
            },
        ),
        migrations.AddField(
            model_name="unapplied",
            name="returns_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="unapplied",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["returns_at"],
                name="payments_unapplied_returns",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("next_try_at__isnull", False)),
                fields=["next_try_at"],
                name="payments_refund_due",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["borrower", "charge_id"], name="payments_refund_charge"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(fields=("borrower", "key"), name="payments_refund_key"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["created", "processing", "unknown"])),
                fields=("borrower", "case_id"),
                name="payments_refund_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_refund_amount"
            ),
        ),
        Distribute("payments_refund"),
        SameBorrower("payments_refund", "case_id", "payments_unapplied"),
        SameBorrower("payments_refund", "payment_id", "payments_payment"),
    ]
