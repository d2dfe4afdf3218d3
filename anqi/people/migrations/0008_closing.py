"""Consents taken back, and accounts closed."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0007_account_request"),
    ]

    operations = [
        migrations.AddField(
            model_name="borrower",
            name="closed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="ConsentEnd",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("purpose", models.CharField(max_length=32)),
                ("ended_at", models.DateTimeField()),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
            ],
            options={
                "db_table": "people_consent_end",
            },
        ),
        Distribute("people_consent_end"),
        AppendOnly("people_consent_end"),
    ]
