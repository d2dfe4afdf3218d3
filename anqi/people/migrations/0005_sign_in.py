"""Sessions of borrowers, so that each can be ended from another."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import Distribute


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0004_complaint"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("key", models.CharField(max_length=40)),
                ("device_hash", models.CharField(blank=True, default="", max_length=64)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
            ],
            options={
                "db_table": "people_sign_in",
                "constraints": [models.UniqueConstraint(fields=("borrower", "key"), name="people_sign_in_key")],
            },
        ),
        Distribute("people_sign_in"),
    ]
