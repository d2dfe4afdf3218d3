"""Agreements to be debited, and what is done under them for each due instalment."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import Distribute, SameBorrower


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0008_card"),
        ("people", "0001_initial"),
        ("lending", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mandate",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("channel", models.CharField(max_length=16)),
                ("key", models.CharField(max_length=64)),
                ("card_id", models.UUIDField(null=True)),
                ("ref", anqi.rows.fields.EncryptedText(null=True)),
                ("account", models.CharField(blank=True, default="", max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("active", "Active"),
                            ("ended", "Ended"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=16,
                    ),
                ),
                ("rank", models.PositiveIntegerField(default=0)),
                ("terms", models.JSONField()),
                ("single_minor", models.BigIntegerField()),
                ("limit_minor", models.BigIntegerField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(null=True)),
                ("ends_on", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=16)),
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
                "db_table": "payments_mandate",
            },
        ),
        migrations.CreateModel(
            name="DebitPlan",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("due_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("paid", "Paid"),
                            ("given_up", "Given Up"),
                            ("stopped", "Stopped"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("why", models.CharField(blank=True, default="", max_length=64)),
                ("expected_minor", models.BigIntegerField()),
                ("opened_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
                ("tested_at", models.DateTimeField(null=True)),
                ("told", models.PositiveIntegerField(default=0)),
                ("asked_at", models.DateTimeField(null=True)),
                ("hold_id", models.UUIDField(null=True)),
                ("excused_until", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("stopped_by", models.CharField(blank=True, default="", max_length=64)),
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
                "db_table": "payments_debit_plan",
            },
        ),
        migrations.CreateModel(
            name="DebitNotice",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("plan_id", models.UUIDField()),
                ("mandate_id", models.UUIDField()),
                ("key", models.CharField(max_length=64)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("told", "Told"), ("refused", "Refused")],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=48)),
                ("created_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
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
                    "plan",
                    models.ForeignObject(
                        from_fields=["borrower_id", "plan_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="notices",
                        to="payments.debitplan",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
                (
                    "mandate",
                    models.ForeignObject(
                        from_fields=["borrower_id", "mandate_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="payments.mandate",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
            ],
            options={
                "db_table": "payments_debit_notice",
            },
        ),
        migrations.RemoveIndex(
            model_name="outbox",
            name="payments_outbox_due",
        ),
        migrations.AddField(
            model_name="charge",
            name="mandate_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="charge",
            name="plan_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="outbox",
            name="channel",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
        migrations.AlterField(
            model_name="outbox",
            name="kind",
            field=models.CharField(
                choices=[("charge", "Charge"), ("close", "Close"), ("debit", "Debit")], max_length=16
            ),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                condition=models.Q(("plan_id__isnull", False)),
                fields=["borrower", "plan_id"],
                name="payments_charge_plan",
            ),
        ),
        migrations.AddIndex(
            model_name="outbox",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)),
                fields=["channel", "next_try_at"],
                name="payments_outbox_due",
            ),
        ),
        migrations.AddIndex(
            model_name="debitplan",
            index=models.Index(
                condition=models.Q(("next_try_at__isnull", False)),
                fields=["next_try_at"],
                name="payments_debit_plan_due",
            ),
        ),
        migrations.AddIndex(
            model_name="debitplan",
            index=models.Index(fields=["due_on"], name="payments_debit_plan_day"),
        ),
        migrations.AddIndex(
            model_name="debitplan",
            index=models.Index(fields=["borrower", "loan_id"], name="payments_debit_plan_loan"),
        ),
        migrations.AddConstraint(
            model_name="debitplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("borrower", "loan_id"),
                name="payments_debit_plan_open",
            ),
        ),
        migrations.AddIndex(
            model_name="mandate",
            index=models.Index(
                condition=models.Q(("next_try_at__isnull", False)),
                fields=["next_try_at"],
                name="payments_mandate_due",
            ),
        ),
        migrations.AddIndex(
            model_name="mandate",
            index=models.Index(fields=["borrower", "loan_id"], name="payments_mandate_loan"),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.UniqueConstraint(fields=("borrower", "key"), name="payments_mandate_key"),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["pending", "active"])),
                fields=("borrower", "loan_id", "channel", "card_id"),
                name="payments_mandate_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("single_minor__gt", 0)), name="payments_mandate_single"
            ),
        ),
        migrations.AddIndex(
            model_name="debitnotice",
            index=models.Index(
                condition=models.Q(("next_try_at__isnull", False)),
                fields=["next_try_at"],
                name="payments_debit_notice_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="debitnotice",
            constraint=models.UniqueConstraint(
                fields=("borrower", "plan_id", "mandate_id"), name="payments_debit_notice_once"
            ),
        ),
        Distribute("payments_mandate"),
        SameBorrower("payments_mandate", "loan_id", "lending_loan"),
        SameBorrower("payments_mandate", "card_id", "payments_card"),
        Distribute("payments_debit_plan"),
        SameBorrower("payments_debit_plan", "loan_id", "lending_loan"),
        Distribute("payments_debit_notice"),
        SameBorrower("payments_debit_notice", "plan_id", "payments_debit_plan"),
        SameBorrower("payments_debit_notice", "mandate_id", "payments_mandate"),
        SameBorrower("payments_charge", "mandate_id", "payments_mandate"),
        SameBorrower("payments_charge", "plan_id", "payments_debit_plan"),
    ]
