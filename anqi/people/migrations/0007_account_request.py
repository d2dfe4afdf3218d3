"""Requests for another phone number, or another name and identity number."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import Distribute


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0006_data_copy"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountRequest",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("kind", models.CharField(choices=[("phone", "Phone"), ("identity", "Identity")], max_length=16)),
                ("state", models.CharField(choices=[("proving", "Proving"), ("review", "Review"), ("waiting", "Waiting"), ("done", "Done"), ("refused", "Refused"), ("withdrawn", "Withdrawn")], max_length=16)),
                ("phone", anqi.rows.fields.EncryptedText(null=True)),
                ("name", anqi.rows.fields.EncryptedText(null=True)),
                ("id_number", anqi.rows.fields.EncryptedText(null=True)),
                ("text", anqi.rows.fields.EncryptedText(null=True)),
                ("new_proved_at", models.DateTimeField(null=True)),
                ("old_proved_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=400)),
                ("due_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
            ],
            options={
                "db_table": "people_account_request",
                "indexes": [models.Index(condition=models.Q(("state", "review")), fields=["asked_at"], name="people_account_request_review"), models.Index(condition=models.Q(("state", "waiting")), fields=["due_at"], name="people_account_request_due")],
                "constraints": [models.UniqueConstraint(condition=models.Q(("state__in", ["proving", "review", "waiting"])), fields=("borrower", "kind"), name="people_account_request_alive")],
            },
        ),
        Distribute("people_account_request"),
    ]
