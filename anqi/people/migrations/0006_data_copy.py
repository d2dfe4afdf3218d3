"""Copies of all that is kept of a borrower, as long as they may be taken."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import Distribute


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0005_sign_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataCopy",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("asked_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(null=True)),
                ("parcel", anqi.rows.fields.EncryptedText(null=True)),
                ("size", models.PositiveIntegerField(default=0)),
                ("expires_at", models.DateTimeField(null=True)),
                ("taken", models.PositiveIntegerField(default=0)),
                ("last_taken_at", models.DateTimeField(null=True)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
            ],
            options={
                "db_table": "people_data_copy",
                "indexes": [models.Index(condition=models.Q(("made_at", None)), fields=["asked_at"], name="people_data_copy_due"), models.Index(condition=models.Q(("parcel__isnull", False)), fields=["expires_at"], name="people_data_copy_over")],
                "constraints": [models.UniqueConstraint(condition=models.Q(("made_at", None)), fields=("borrower",), name="people_data_copy_waiting")],
            },
        ),
        Distribute("people_data_copy"),
    ]
