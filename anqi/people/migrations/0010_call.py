"""Calls to borrowers, and who wants none."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.fields import EncryptedText
from anqi.rows.operations import Distribute


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0009_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="contactwish",
            name="no_calls_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="contactwish",
            name="doubted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_ids", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("by", models.UUIDField()),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, choices=[("reached", "Reached"), ("not_reached", "Not Reached"), ("wrong_person", "Wrong Person"), ("promise", "Promise"), ("no_calls", "No Calls"), ("complaint", "Complaint")], default="", max_length=16)),
                ("promised_on", models.DateField(null=True)),
                ("promised_minor", models.BigIntegerField(null=True)),
                ("note", EncryptedText(null=True)),
                ("lasted_minutes", models.PositiveSmallIntegerField(null=True)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
            ],
            options={
                "db_table": "people_call",
                "indexes": [
                    models.Index(fields=["borrower", "begun_at"], name="people_call_borrower"),
                    models.Index(fields=["begun_at"], name="people_call_day"),
                ],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("ended_at", None)), fields=("borrower",), name="people_call_alive"),
                ],
            },
        ),
        Distribute("people_call"),
    ]
