"""Hardship help: who asked for easier terms, what was offered, and what came of it."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import Distribute, SameBorrower


class Migration(migrations.Migration):

    dependencies = [
        ("lending", "0013_amendment"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="hold",
            name="kind",
            field=models.CharField(choices=[("return", "Return"), ("dispute", "Dispute"), ("merchant_gone", "Merchant Gone"), ("debit_failed", "Debit Failed"), ("hardship", "Hardship"), ("late_answer", "Late Answer")], max_length=16),
        ),
        migrations.CreateModel(
            name="HardshipCase",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("reason", models.CharField(max_length=16)),
                ("said", anqi.rows.fields.EncryptedText(null=True)),
                ("monthly_minor", models.BigIntegerField(null=True)),
                ("from_on", models.DateField(null=True)),
                ("state", models.CharField(choices=[("choosing", "Choosing"), ("waiting", "Waiting"), ("proposed", "Proposed"), ("offered", "Offered"), ("accepted", "Accepted"), ("declined", "Declined"), ("withdrawn", "Withdrawn"), ("lapsed", "Lapsed"), ("kept", "Kept")], max_length=16)),
                ("asked_at", models.DateTimeField()),
                ("answer_by", models.DateField(null=True)),
                ("looked_at", models.DateTimeField(null=True)),
                ("looked_by", models.UUIDField(null=True)),
                ("pauses_debits", models.BooleanField(default=True)),
                ("hold_id", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_why", models.CharField(default="", max_length=400)),
                ("question", anqi.rows.fields.EncryptedText(null=True)),
                ("questioned_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("amendment_id", models.UUIDField(null=True)),
                ("accepted", models.JSONField(null=True)),
                ("look_on", models.DateField(null=True)),
                ("looks", models.IntegerField(default=0)),
                ("broken_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("amendment", models.ForeignObject(from_fields=["borrower_id", "amendment_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.amendment", to_fields=["borrower_id", "id"])),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("loan", models.ForeignObject(from_fields=["borrower_id", "loan_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.loan", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "lending_hardship",
            },
        ),
        migrations.CreateModel(
            name="HardshipOffer",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("case_id", models.UUIDField()),
                ("shape", models.JSONField()),
                ("reason", models.CharField(max_length=400)),
                ("costs_minor", models.BigIntegerField()),
                ("why_another", models.CharField(default="", max_length=16)),
                ("state", models.CharField(choices=[("proposed", "Proposed"), ("open", "Open"), ("refused", "Refused"), ("accepted", "Accepted"), ("over", "Over")], max_length=16)),
                ("days", models.IntegerField()),
                ("made_by", models.UUIDField()),
                ("made_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_why", models.CharField(default="", max_length=400)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("case", models.ForeignObject(from_fields=["borrower_id", "case_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.hardshipcase", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "lending_hardship_offer",
            },
        ),
        migrations.AddIndex(
            model_name="hardshipcase",
            index=models.Index(condition=models.Q(("state__in", ["waiting", "proposed"])), fields=["answer_by"], name="lending_hardship_waits"),
        ),
        migrations.AddIndex(
            model_name="hardshipcase",
            index=models.Index(condition=models.Q(("state__in", ["choosing", "offered"])), fields=["expires_at"], name="lending_hardship_lapse"),
        ),
        migrations.AddIndex(
            model_name="hardshipcase",
            index=models.Index(condition=models.Q(("look_on__isnull", False)), fields=["look_on"], name="lending_hardship_look"),
        ),
        migrations.AddIndex(
            model_name="hardshipcase",
            index=models.Index(fields=["asked_at"], name="lending_hardship_day"),
        ),
        migrations.AddConstraint(
            model_name="hardshipcase",
            constraint=models.UniqueConstraint(condition=models.Q(("state__in", ["choosing", "waiting", "proposed", "offered"])), fields=("borrower", "loan_id"), name="lending_hardship_alive"),
        ),
        migrations.AddConstraint(
            model_name="hardshipoffer",
            constraint=models.UniqueConstraint(condition=models.Q(("state__in", ["proposed", "open"])), fields=("borrower", "case_id"), name="lending_hardship_offer_one"),
        ),
        Distribute("lending_hardship"),
        Distribute("lending_hardship_offer"),
        SameBorrower("lending_hardship", "loan_id", "lending_loan"),
        SameBorrower("lending_hardship", "amendment_id", "lending_amendment"),
        SameBorrower("lending_hardship_offer", "case_id", "lending_hardship"),
    ]
