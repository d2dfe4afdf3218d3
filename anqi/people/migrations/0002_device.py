"""Devices from which borrowers sign in."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import Distribute


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("hash", models.CharField(max_length=64)),
                ("system", models.CharField(max_length=16)),
                ("browser", models.CharField(max_length=16)),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
            ],
            options={
                "db_table": "people_device",
            },
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(fields=("borrower", "hash"), name="people_device_once"),
        ),
        Distribute("people_device"),
    ]
