"""Applications for cash reserves, what was decided about them, and by which rules."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute, Reference, SameBorrower


class Migration(migrations.Migration):

    dependencies = [
        ("lending", "0010_debits"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("purpose", models.CharField(max_length=32)),
                ("channel", models.CharField(max_length=16)),
                ("card_id", models.UUIDField(null=True)),
                ("wallet", anqi.rows.fields.EncryptedText(null=True)),
                ("label", models.CharField(max_length=64)),
                ("state", models.CharField(choices=[("review", "Review"), ("approved", "Approved"), ("refused", "Refused"), ("signed", "Signed"), ("withdrawn", "Withdrawn"), ("lapsed", "Lapsed")], max_length=16)),
                ("decision", anqi.rows.fields.EncryptedText()),
                ("reasons", models.JSONField()),
                ("applied_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("question", models.CharField(blank=True, default="", max_length=400)),
                ("questioned_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("lender", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.lender")),
                ("product", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.product")),
            ],
            options={
                "db_table": "lending_application",
            },
        ),
        migrations.CreateModel(
            name="ApplicationReview",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("application_id", models.UUIDField()),
                ("outcome", models.CharField(max_length=8)),
                ("reason", models.CharField(max_length=400)),
                ("by", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("application", models.ForeignObject(from_fields=["borrower_id", "application_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.application", to_fields=["borrower_id", "id"])),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
            ],
            options={
                "db_table": "lending_application_review",
            },
        ),
        migrations.CreateModel(
            name="LenderPolicy",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("since", models.DateField()),
                ("source", models.CharField(max_length=200)),
                ("body", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("lender", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.lender")),
            ],
            options={
                "db_table": "lending_policy",
            },
        ),
        migrations.CreateModel(
            name="Trace",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("account", "Account"), ("device", "Device")], max_length=8)),
                ("hash", models.CharField(max_length=64)),
                ("borrower_id", models.UUIDField()),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "db_table": "lending_trace",
                "constraints": [models.UniqueConstraint(fields=("hash", "kind", "borrower_id"), name="lending_trace_once")],
            },
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(condition=models.Q(("state", "approved")), fields=["expires_at"], name="lending_application_lapse"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(condition=models.Q(("state", "review")), fields=["applied_at"], name="lending_application_waits"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(condition=models.Q(("state__in", ["review", "approved"])), fields=("borrower",), name="lending_application_alive"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="lending_application_amount"),
        ),
        migrations.AddConstraint(
            model_name="lenderpolicy",
            constraint=models.UniqueConstraint(fields=("lender", "since"), name="lending_policy_day"),
        ),
        Reference("lending_policy"),
        Distribute("lending_application"),
        Distribute("lending_application_review"),
        AppendOnly("lending_policy"),
        AppendOnly("lending_application_review"),
        SameBorrower("lending_application_review", "application_id", "lending_application"),
    ]
