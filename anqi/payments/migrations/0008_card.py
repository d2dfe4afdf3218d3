"""Bank cards that borrowers bind at a channel."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import Distribute


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0007_bank"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Card",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("channel", models.CharField(max_length=16)),
                ("key", models.CharField(max_length=64)),
                ("token", anqi.rows.fields.EncryptedText(null=True)),
                ("token_hash", models.CharField(blank=True, default="", max_length=64)),
                ("bank", models.CharField(blank=True, default="", max_length=64)),
                ("last4", models.CharField(blank=True, default="", max_length=4)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("debit", "Debit"), ("credit", "Credit")],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("bound", "Bound"),
                            ("ended", "Ended"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=16,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("bound_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
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
            ],
            options={
                "db_table": "payments_card",
            },
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.UniqueConstraint(fields=("borrower", "key"), name="payments_card_key"),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "pending")),
                fields=("borrower", "channel"),
                name="payments_card_one_opening",
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "bound")),
                fields=("borrower", "channel", "token_hash"),
                name="payments_card_once",
            ),
        ),
        migrations.AddIndex(
            model_name="card",
            index=models.Index(
                condition=models.Q(("next_try_at__isnull", False)),
                fields=["next_try_at"],
                name="payments_card_due",
            ),
        ),
        migrations.AddIndex(
            model_name="card",
            index=models.Index(
                condition=models.Q(("state", "bound")), fields=["token_hash"], name="payments_card_token"
            ),
        ),
        Distribute("payments_card"),
    ]
