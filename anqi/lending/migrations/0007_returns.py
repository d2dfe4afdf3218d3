"""Plans on hold, and goods that come back."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import Distribute, SameBorrower


class Migration(migrations.Migration):

    dependencies = [
        ("lending", "0006_cash"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("kind", models.CharField(choices=[("return", "Return"), ("dispute", "Dispute"), ("merchant_gone", "Merchant Gone")], max_length=16)),
                ("reason", models.CharField(max_length=400)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=64)),
                ("until", models.DateField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(default="", max_length=64)),
                ("ended_why", models.CharField(default="", max_length=400)),
                ("asked_until", models.DateField(null=True)),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("asked_why", models.CharField(default="", max_length=400)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("loan", models.ForeignObject(from_fields=["borrower_id", "loan_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.loan", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "lending_hold",
            },
        ),
        migrations.CreateModel(
            name="Return",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("hold_id", models.UUIDField()),
                ("merchant_order_id", models.UUIDField()),
                ("key", models.CharField(max_length=64)),
                ("body_hash", models.CharField(max_length=64)),
                ("amount_minor", models.BigIntegerField()),
                ("reason", models.CharField(max_length=400)),
                ("items", models.JSONField(default=list)),
                ("state", models.CharField(choices=[("requested", "Requested"), ("completed", "Completed"), ("withdrawn", "Withdrawn"), ("refused", "Refused")], default="requested", max_length=16)),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(default="", max_length=64)),
                ("decided_why", models.CharField(default="", max_length=400)),
                ("effect", models.JSONField(null=True)),
                ("pays_back_at", models.DateTimeField(null=True)),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("asked_why", models.CharField(default="", max_length=400)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("hold", models.ForeignObject(from_fields=["borrower_id", "hold_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.hold", to_fields=["borrower_id", "id"])),
                ("loan", models.ForeignObject(from_fields=["borrower_id", "loan_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.loan", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "lending_return",
            },
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["until"], name="lending_hold_open"),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(fields=["borrower", "loan_id"], name="lending_hold_loan"),
        ),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(condition=models.Q(("pays_back_at__isnull", False)), fields=["pays_back_at"], name="lending_return_due"),
        ),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(condition=models.Q(("asked_at__isnull", False)), fields=["asked_at"], name="lending_return_asked"),
        ),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(fields=["borrower", "loan_id"], name="lending_return_loan"),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.UniqueConstraint(fields=("borrower", "merchant_order_id", "key"), name="lending_return_key"),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.UniqueConstraint(condition=models.Q(("state", "requested")), fields=("borrower", "hold_id"), name="lending_return_one_a_hold"),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="lending_return_amount"),
        ),
        Distribute("lending_hold"),
        SameBorrower("lending_hold", "loan_id", "lending_loan"),
        Distribute("lending_return"),
        SameBorrower("lending_return", "loan_id", "lending_loan"),
        SameBorrower("lending_return", "hold_id", "lending_hold"),
    ]
